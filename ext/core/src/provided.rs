//! Credentials that a caller hands in, rather than one of AWS's sources.

use std::sync::Mutex;

use aws_credential_types::Credentials;
use zeroize::Zeroizing;

use crate::error::SigningError;
use crate::signing_identity::SigningIdentity;

/// Named in `Debug` as the provider of credentials that were handed in.
const PROVIDER_NAME: &str = "Provided";

/// A blank session token is none: signed and sent, AWS would reject it. Surrounding blanks of a
/// token go, since a header value cannot carry them and AWS would see another token than was signed.
pub fn credentials(
    access_key_id: impl Into<String>,
    secret_access_key: impl Into<String>,
    session_token: Option<String>,
) -> Credentials {
    let session_token = session_token.map(trimmed).filter(|token| !token.is_empty());
    Credentials::new(
        access_key_id,
        secret_access_key,
        session_token,
        None,
        PROVIDER_NAME,
    )
}

/// The set that was handed in last. The next request most often comes with the same one, which then
/// is neither copied nor looked at again. Told by all its values: whoever hands credentials in may
/// do so in new objects each time, or change the ones it has.
#[derive(Debug, Default)]
pub struct LastProvided(Mutex<Option<SigningIdentity>>);

impl LastProvided {
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// As [`credentials`], checked.
    pub fn identity(
        &self,
        access_key_id: &str,
        secret_access_key: &str,
        session_token: Option<&str>,
    ) -> Result<SigningIdentity, SigningError> {
        // Never waited for, as it saves no more than a copy: after a fork it may be held for ever.
        // Poisoned, it is done without.
        let mut last = self.0.try_lock().ok();
        let session_token = session_token.filter(|token| !token.is_empty());
        if let Some(Some(last)) = last.as_deref() {
            let set = last.credentials();
            if set.access_key_id() == access_key_id
                && set.secret_access_key() == secret_access_key
                && set.session_token() == session_token
            {
                return Ok(last.clone());
            }
        }
        let session_token = session_token.map(str::to_owned);
        let identity =
            SigningIdentity::new(credentials(access_key_id, secret_access_key, session_token))?;
        if let Some(last) = last.as_deref_mut() {
            *last = Some(identity.clone());
        }
        Ok(identity)
    }
}

/// The token itself where there is nothing to trim: `Credentials` zeroes what it is given, and no
/// other copy stays behind.
fn trimmed(token: String) -> String {
    let blank = [' ', '\t'];
    if token.starts_with(blank) || token.ends_with(blank) {
        Zeroizing::new(token).trim_matches(blank).to_owned()
    } else {
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_blank_session_token_for_none() {
        for (given, kept) in [
            (None, None),
            (Some(""), None),
            (Some(" \t"), None),
            (Some(" token "), Some("token")),
        ] {
            let credentials = credentials("AKID", "secret", given.map(str::to_owned));
            assert_eq!(credentials.session_token(), kept);
        }
    }

    #[test]
    fn keeps_no_field_of_the_set_before() {
        let last = LastProvided::new();
        let sets = [
            ("AKID", "secret", Some("token")),
            ("AKID", "secret", Some("token")),
            ("AKID", "secret", Some("token2")),
            ("AKID", "secret2", Some("token2")),
            ("AKID2", "secret2", Some("token2")),
            ("AKID2", "secret2", None),
            ("AKID2", "secret2", Some("")),
            ("AKID2", "secret2", Some(" token2\t")),
        ];
        for (access_key_id, secret_access_key, session_token) in sets {
            let identity = last
                .identity(access_key_id, secret_access_key, session_token)
                .unwrap();
            let set = identity.credentials();
            assert_eq!(set.access_key_id(), access_key_id);
            assert_eq!(set.secret_access_key(), secret_access_key);
            let expected = session_token.map(str::trim).filter(|it| !it.is_empty());
            assert_eq!(set.session_token(), expected);
        }
    }

    fn address(last: &LastProvided, secret: &str) -> *const u8 {
        let identity = last.identity("AKID", secret, Some("token")).unwrap();
        assert_eq!(identity.credentials().secret_access_key(), secret);
        identity.credentials().secret_access_key().as_ptr()
    }

    #[test]
    fn copies_a_set_that_comes_again_no_second_time() {
        let last = LastProvided::new();
        let first = address(&last, "secret");
        assert_eq!(address(&last, "secret"), first);
        assert!(last.identity("AKID", "", Some("token")).is_err());
        assert_eq!(address(&last, "secret"), first);
        assert_ne!(address(&last, "other"), first);
    }

    #[test]
    fn waits_for_no_lock_that_a_fork_left_held() {
        let last = LastProvided::new();
        address(&last, "secret");
        let held = last.0.lock().unwrap();
        address(&last, "other");
        drop(held);
        address(&last, "secret");
    }
}
