//! What the signer needs to know of a URL before aws-sigv4 parses it.

use std::borrow::Cow;

use crate::bytes::{every_byte, ByteSet};
use crate::error::SigningError;

/// The most `http::Uri` takes.
const MOST_BYTES: usize = u16::MAX as usize - 1;

static REGISTERED_NAME: ByteSet = ByteSet::alphanumeric_and(b"-._~%!$&'()*+,;=");

/// What a canonical query has as it is.
static UNRESERVED: ByteSet = ByteSet::alphanumeric_and(b"-._~");

/// Checks the URL and returns the `Host` header a client sends for it: the port is left out
/// where it is the scheme's own (RFC 9110, 4.2), kept where it is not.
pub(crate) fn host(url: &str) -> Result<Cow<'_, str>, SigningError> {
    if url.len() > MOST_BYTES {
        let reason = format!("is {} bytes long, more than {MOST_BYTES}", url.len());
        return Err(invalid(reason));
    }
    let (default_port, rest) = split_scheme(url)
        .ok_or_else(|| invalid("must be absolute and begin with http:// or https://"))?;
    let ends_it = |b| matches!(b, b'/' | b'?' | b'#');
    let authority = &rest[..rest.bytes().position(ends_it).unwrap_or(rest.len())];
    if authority.contains('@') {
        return Err(invalid("must not carry a user name or password"));
    }
    let (name, port) = split_port(authority);
    if name.is_empty() {
        return Err(invalid("has no host"));
    }
    if !is_host(name) {
        return Err(invalid("has a host that is none"));
    }
    match port {
        "" => Ok(Cow::Borrowed(name)),
        digits => match digits.parse::<u16>() {
            Ok(port) if port == default_port => Ok(Cow::Borrowed(name)),
            // As a client writes it: a number, without zeros in front.
            Ok(port) => Ok(Cow::Owned(format!("{name}:{port}"))),
            Err(_) => Err(invalid("has a port that is none")),
        },
    }
}

/// Whether normalizing the path (RFC 3986, 5.2.4) leaves it as it is; false where that is in doubt.
pub(crate) fn is_normal(url: &str) -> bool {
    // No host has such a pair; a query that has one is taken for a path.
    let without_scheme = url.split_once("://").map(|(_, rest)| rest);
    without_scheme.is_some_and(|rest| !rest.contains("//") && !rest.contains("/."))
}

fn split_port(authority: &str) -> (&str, &str) {
    let after_address = authority.find(']').map_or(0, |bracket| bracket + 1);
    match authority[after_address..].find(':') {
        Some(colon) => {
            let colon = after_address + colon;
            (&authority[..colon], &authority[colon + 1..])
        }
        None => (authority, ""),
    }
}

/// A registered name or an IPv4 address as RFC 3986 has it, or an IPv6 address in brackets.
fn is_host(name: &str) -> bool {
    match name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => REGISTERED_NAME.has_all_of(name),
    }
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
    if std::str::from_utf8(&decoded).is_err() {
        return Err(invalid("has a query that is not UTF-8 once decoded"));
    }
    if url.len() - query.len() + longest_canonical(query, &decoded) > MOST_BYTES {
        let reason = format!("has a query of more than {MOST_BYTES} bytes once it is encoded");
        return Err(invalid(reason));
    }
    Ok(())
}

/// No less than the length of the canonical query, for which aws-sigv4 builds a URL, and panics
/// where that is too long. Strictly encoded a byte may become three, and a key without a value
/// gains a `=`.
fn longest_canonical(query: &str, decoded: &[u8]) -> usize {
    let literal = decoded.iter().filter(|b| UNRESERVED.has(**b)).count();
    3 * (decoded.len() - literal) + literal + query.split('&').count()
}

/// A path is signed as its percent-encoded bytes are encoded once more, so it has to come encoded.
pub(crate) fn validate_encoded(url: &str) -> Result<(), SigningError> {
    if every_byte(url, |b| b.is_ascii_graphic()) {
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

fn split_scheme(url: &str) -> Option<(u16, &str)> {
    [("https://", 443), ("http://", 80)]
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
            ("https://h:0443/", "h"),
            ("https://h:08443/", "h:8443"),
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
            "https://h:99999/",
            "https://h:abc/",
            "https://[zz]/",
            "https://h[]/",
            "https://[::1/",
        ] {
            assert!(host(url).is_err(), "{url}");
        }
        assert!(host(&format!("http://h/{}", "a".repeat(1 << 20))).is_err());
    }

    #[test]
    fn a_registered_name_has_what_ends_no_authority() {
        // RFC 3986, 3.2.2: unreserved, percent-encoded and sub-delimiters.
        for byte in (33..=126_u8).filter(|byte| !br#"/?#@:[]"#.contains(byte)) {
            let name = format!("a{}b", char::from(byte));
            let expected = !br#""<>\^`{|}"#.contains(&byte);
            assert_eq!(is_host(&name), expected, "{name:?}");
        }
    }

    #[test]
    fn refuses_a_query_that_would_be_signed_as_another() {
        assert!(validate_query("http://h/?a=%E2%82%AC#%").is_ok());
        for url in ["http://h/?a=%FF", "http://h/?a=%", "http://h/?%zz"] {
            assert!(validate_query(url).is_err(), "{url}");
        }
        for part in ["*", "a&", ";", "+", "/"] {
            let url = format!("http://h/?{}", part.repeat(60_000 / part.len()));
            assert!(validate_query(&url).is_err(), "{part}");
        }
        for part in ["-", ".", "_", "~", "a"] {
            let url = format!("http://h/?{}", part.repeat(60_000));
            assert!(validate_query(&url).is_ok(), "{part}");
        }
    }
}
