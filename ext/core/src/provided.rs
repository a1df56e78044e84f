//! Credentials that a caller hands in, rather than one of AWS's sources.

use aws_credential_types::Credentials;
use zeroize::Zeroizing;

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
}
