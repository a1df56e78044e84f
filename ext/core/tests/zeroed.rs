//! Secrets are wiped before their memory is given back: an allocator looks at each block that is
//! freed. It is everyone's, hence one test in this process, and no other.

mod support;

use std::time::SystemTime;

use bedrock_credentials_core::provided::{self, LastProvided};
use bedrock_credentials_core::request::Request;
use bedrock_credentials_core::signer::{sign, Rules};
use bedrock_credentials_core::snapshot::Snapshot;
use bedrock_credentials_core::Zeroizing;
use support::watch::{left_behind, secret, Watchful};

#[global_allocator]
static ALLOCATOR: Watchful = Watchful;

#[test]
fn ours_are_wiped() {
    assert_eq!(left_behind(|| drop(secret(""))), 1, "the watch sees");

    for blanks in ["", " "] {
        let handed_in = || {
            let set = provided::credentials("AKID", secret(""), Some(secret(blanks)));
            drop((set.clone(), set));
        };
        assert_eq!(left_behind(handed_in), 0, "blanks {blanks:?}");
    }

    let kept = || {
        let set = provided::credentials("AKID", secret(""), Some(secret("")));
        let set = Snapshot::new(set, "Test");
        drop((set.clone(), set));
    };
    assert_eq!(left_behind(kept), 0);

    let handed_in_anew = || {
        let last = LastProvided::new();
        for secret in [secret(""), secret("/"), secret("/")] {
            drop(last.identity("AKID", &secret, Some(&secret)));
            drop(Zeroizing::new(secret));
        }
        assert!(last.identity("AKID", "", None).is_err());
    };
    assert_eq!(left_behind(handed_in_anew), 0);

    // aws-sigv4's, which puts "AWS4" before the secret for the signing key.
    let signed = || {
        let set = provided::credentials("AKID", secret(""), None);
        let request = Request {
            http_method: "POST",
            url: "https://example.com/",
            headers: &[],
            body: b"{}",
            region: "us-west-2",
            service: "bedrock",
            time: SystemTime::UNIX_EPOCH,
        };
        drop(sign(&request, &set, Rules::BEDROCK).unwrap());
    };
    assert_eq!(left_behind(signed), 1);
}
