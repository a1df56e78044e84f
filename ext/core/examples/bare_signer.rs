//! aws-sigv4 alone, for `rake benchmark:signing`: no Ruby, no checks, no copies; with the crate's own
//! settings and the C library's malloc.
//!
//! Its first line on stdin is the session token; each further one, `BYTES TIMES`, is answered with
//! the nanoseconds of CPU time that TIMES signatures over a body of BYTES bytes took.

use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    sign, PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings,
};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::identity::Identity;

// As in benchmark/support/contenders.rb.
const URL: &str = "https://bedrock-runtime.us-west-2.amazonaws.com/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse";
const HEADERS: [(&str, &str); 2] = [
    ("host", "bedrock-runtime.us-west-2.amazonaws.com"),
    ("content-type", "application/json"),
];

fn main() -> io::Result<()> {
    let mut lines = io::stdin().lock().lines();
    let token = lines.next().expect("a session token")?;
    let identity: Identity = Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        Some(token),
        None,
        "benchmark",
    )
    .into();
    for line in lines {
        let line = line?;
        let (bytes, times) = line.split_once(' ').expect("BYTES TIMES");
        let body = vec![b'a'; bytes.parse().expect("BYTES")];
        let times: u32 = times.parse().expect("TIMES");
        let started = cpu_nanoseconds();
        for _ in 0..times {
            signature(&identity, black_box(&body));
        }
        println!("{}", cpu_nanoseconds() - started);
        io::stdout().flush()?;
    }
    Ok(())
}

fn signature(identity: &Identity, body: &[u8]) {
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let params = SigningParams::builder()
        .identity(identity)
        .region("us-west-2")
        .name("bedrock")
        .time(SystemTime::now())
        .settings(settings)
        .build()
        .expect("parameters")
        .into();
    let request = SignableRequest::new("POST", URL, HEADERS.into_iter(), SignableBody::Bytes(body));
    black_box(sign(request.expect("a request"), &params).expect("a signature"));
}

/// The clock the Ruby side reads too: what the scheduler gives to others does not count.
fn cpu_nanoseconds() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a timespec to write to.
    assert_eq!(0, unsafe {
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time)
    });
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
