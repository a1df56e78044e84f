//! What holds of every walk, whatever its sources answered.

use std::time::SystemTime;

use bedrock_credentials_core::chain_error::{ChainError, Outcome};
use bedrock_credentials_core::snapshot::Snapshot;

/// One cause is cut at 400 characters, and at most 12 pairs of them are told.
const LONGEST_REASON: usize = 24 * 410;

pub fn check(answer: &Result<Snapshot, ChainError>, secrets: &[&str]) {
    match answer {
        Ok(set) => {
            assert!(!set.access_key_id().is_empty() && !set.secret_access_key().is_empty());
            assert_ne!(set.expiration(), Some(SystemTime::UNIX_EPOCH));
            let shown = format!("{set:?}");
            let secret = set.secret_access_key();
            let is_shown = secret.len() >= 16 && shown.contains(secret);
            assert!(!is_shown || set.access_key_id().contains(secret), "{shown}");
        }
        Err(error) => {
            let shown = format!("{error} {error:?}");
            hides(&shown, secrets);
            for attempt in error.attempts() {
                if let Outcome::Failed(reason) | Outcome::NotSet(reason) = &attempt.outcome {
                    one_line(reason);
                }
            }
        }
    }
}

pub fn hides(shown: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!shown.contains(secret), "shows {secret}: {shown}");
    }
}

pub fn one_line(text: &str) {
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert!(
        text.chars().count() < LONGEST_REASON,
        "{} characters",
        text.len()
    );
}
