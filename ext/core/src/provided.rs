//! Credentials that a caller hands in, rather than one of AWS's sources.

use aws_credential_types::Credentials;

/// Named in `Debug` as the provider of credentials that were handed in.
const PROVIDER_NAME: &str = "Provided";

/// A blank session token is none: signed and sent, AWS would reject it. Surrounding blanks of a
/// token go, since a header value cannot carry them and AWS would see another token than was signed.
pub fn credentials(
    access_key_id: impl Into<String>,
    secret_access_key: impl Into<String>,
    session_token: Option<&str>,
) -> Credentials {
    let session_token = session_token
        .map(|token| token.trim_matches([' ', '\t']))
        .filter(|token| !token.is_empty())
        .map(str::to_owned);
    Credentials::new(
        access_key_id,
        secret_access_key,
        session_token,
        None,
        PROVIDER_NAME,
    )
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
            let credentials = credentials("AKID", "secret", given);
            assert_eq!(credentials.session_token(), kept);
        }
    }
}
