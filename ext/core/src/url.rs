//! What the signer needs to know of a URL before aws-sigv4 parses it.

use crate::error::SigningError;

/// The most `http::Uri` takes.
const MOST_BYTES: usize = u16::MAX as usize - 1;

/// Checks the URL and returns the `Host` header a client sends for it: the port is left out
/// where it is the scheme's own (RFC 9110, 4.2), kept where it is not.
pub(crate) fn host(url: &str) -> Result<&str, SigningError> {
    if url.len() > MOST_BYTES {
        let reason = format!("is {} bytes long, more than {MOST_BYTES}", url.len());
        return Err(invalid(reason));
    }
    let (default_port, rest) = split_scheme(url)
        .ok_or_else(|| invalid("must be absolute and begin with http:// or https://"))?;
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if authority.contains('@') {
        return Err(invalid("must not carry a user name or password"));
    }
    let host = authority
        .strip_suffix(default_port)
        .unwrap_or(authority)
        .trim_end_matches(':');
    if host.is_empty() || host.starts_with(':') {
        return Err(invalid("has no host"));
    }
    Ok(host)
}

/// aws-sigv4 decodes the query and replaces what is not UTF-8, and would sign another query than
/// the one that is sent.
pub(crate) fn validate_query(url: &str) -> Result<(), SigningError> {
    let without_fragment = url.split('#').next().unwrap_or(url);
    let Some((_, query)) = without_fragment.split_once('?') else {
        return Ok(());
    };
    let decoded = percent_decode(query)
        .ok_or_else(|| invalid("has a % in its query that no two hexadecimal digits follow"))?;
    match std::str::from_utf8(&decoded) {
        Ok(_) => Ok(()),
        Err(_) => Err(invalid("has a query that is not UTF-8 once decoded")),
    }
}

/// A path is signed as its percent-encoded bytes are encoded once more, so it has to come encoded.
pub(crate) fn validate_encoded(url: &str) -> Result<(), SigningError> {
    if url.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(invalid(
            "has a space, a control or a non-ASCII character: percent-encode it",
        ))
    }
}

pub(crate) fn invalid(reason: impl Into<String>) -> SigningError {
    SigningError::request("url", reason)
}

fn split_scheme(url: &str) -> Option<(&'static str, &str)> {
    [("https://", ":443"), ("http://", ":80")]
        .into_iter()
        .find_map(|(scheme, port)| {
            let prefix = url.get(..scheme.len())?;
            prefix
                .eq_ignore_ascii_case(scheme)
                .then(|| (port, &url[scheme.len()..]))
        })
}

fn percent_decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            decoded.push((high * 16 + low) as u8);
        } else {
            decoded.push(byte);
        }
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_the_port_out_only_where_it_is_the_schemes_own() {
        for (url, expected) in [
            ("https://example.com/", "example.com"),
            ("https://example.com:443/a", "example.com"),
            ("http://example.com:80?q", "example.com"),
            ("https://example.com:80/", "example.com:80"),
            ("http://127.0.0.1:4566/model", "127.0.0.1:4566"),
            ("HTTP://[::1]:4566", "[::1]:4566"),
            ("http://[::80]/", "[::80]"),
        ] {
            assert_eq!(host(url).unwrap(), expected, "{url}");
        }
    }

    #[test]
    fn refuses_a_url_it_cannot_send() {
        for url in [
            "",
            "/model",
            "//host/",
            "ftp://host/",
            "http://",
            "http:///a",
            "https://:443/",
            "http://u:p@host/",
            "http:/host",
            "é://host",
        ] {
            assert!(host(url).is_err(), "{url}");
        }
        assert!(host(&format!("http://h/{}", "a".repeat(1 << 20))).is_err());
    }

    #[test]
    fn refuses_a_query_that_would_be_signed_as_another() {
        assert!(validate_query("http://h/?a=%E2%82%AC#%").is_ok());
        for url in ["http://h/?a=%FF", "http://h/?a=%", "http://h/?%zz"] {
            assert!(validate_query(url).is_err(), "{url}");
        }
    }
}
