//! What a `credential_process` may write.
//!
//! The input: how it ended, its stdout, its stderr.
#![no_main]

use bedrock_credentials_core::fuzzing::{judge, Written};
use bedrock_credentials_fuzz::{promises, Fields};
use libfuzzer_sys::fuzz_target;

/// Every reason there is. None of them quotes the answer.
const REASONS: [&str; 7] = [
    "did not answer with a JSON object",
    "answered with a Version other than 1",
    "answered without Version",
    "answered without AccessKeyId",
    "answered without SecretAccessKey",
    "answered with an Expiration that is not a time of RFC 3339",
    "ended with ",
];

fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::of(input);
    let written = Written {
        status: fields.text().parse().ok(),
        stdout: fields.bytes().to_owned(),
        stderr: fields.bytes().to_owned(),
    };
    let stderr = String::from_utf8_lossy(&written.stderr).into_owned();
    match judge(written.clone()) {
        Ok(set) => {
            assert!(!set.access_key_id().is_empty() && !set.secret_access_key().is_empty());
            assert!(matches!(written.status, None | Some(0)));
        }
        Err(message) => {
            promises::one_line(&message);
            let reason = message.strip_prefix("credential_process ").expect(&message);
            let (reason, shown) = reason
                .split_once("; it wrote to stderr: ")
                .unwrap_or((reason, ""));
            assert!(
                REASONS.iter().any(|known| reason.starts_with(known)),
                "{reason}"
            );
            assert!(reason.len() < 120, "{reason}");
            let all_secret = stderr.lines().all(|line| line.contains("SecretAccessKey"));
            let nothing = ["[a line that may show a secret]", "/", " ", "…"];
            let left = nothing
                .iter()
                .fold(shown.to_owned(), |left, text| left.replace(text, ""));
            assert!(
                !all_secret || left.is_empty() || shown.ends_with('…'),
                "{shown}"
            );
        }
    }
});
