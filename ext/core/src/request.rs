//! A request that is about to be sent, and what makes it unfit for signing.

use std::time::{Duration, SystemTime};

use crate::bytes::{every_byte, ByteSet};
use crate::error::SigningError;

/// Where a signature goes beyond the year 9999 the `x-amz-date` format has no digit for it, and
/// the time crate panics.
const LAST_SECOND: Duration = Duration::from_secs(253_402_300_799);

/// `http::HeaderName` takes 65,535 bytes; no header anyone sends has a name near that.
const LONGEST_HEADER_NAME: usize = 1_024;

/// A real request has a few dozen headers; `http::HeaderMap` panics above 24,576.
const MOST_HEADERS: usize = 1_000;

/// Exactly what leaves on the wire. Names are those of `Aws::Sigv4::Signer#sign_request`.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// As sent, for example `POST`.
    pub http_method: &'a str,
    /// Absolute and percent-encoded once, as it is sent.
    pub url: &'a str,
    /// Names in any case. Values as sent.
    pub headers: &'a [(&'a str, &'a str)],
    pub body: &'a [u8],
    /// For example `us-west-2`.
    pub region: &'a str,
    /// The name in the credential scope: `bedrock`, `bedrock-mantle`, …
    pub service: &'a str,
    pub time: SystemTime,
}

impl Request<'_> {
    /// Refuses what AWS would refuse, what the wire cannot carry, and what makes aws-sigv4 panic.
    pub(crate) fn validate(&self) -> Result<(), SigningError> {
        token("http_method", self.http_method)?;
        scope_part("region", self.region)?;
        scope_part("service", self.service)?;
        self.validate_time()?;
        if self.headers.len() > MOST_HEADERS {
            let reason = format!("are {}, more than {MOST_HEADERS}", self.headers.len());
            return Err(SigningError::request("headers", reason));
        }
        for (name, value) in self.headers {
            header(name, value)?;
        }
        Ok(())
    }

    fn validate_time(&self) -> Result<(), SigningError> {
        match self.time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) if since <= LAST_SECOND => Ok(()),
            _ => Err(SigningError::request(
                "time",
                "is not between the years 1970 and 9999",
            )),
        }
    }
}

static TOKEN: ByteSet = ByteSet::alphanumeric_and(b"!#$%&'*+-.^_`|~");

/// A token of RFC 9110, which methods and header names are.
fn token(part: &str, value: &str) -> Result<(), SigningError> {
    if value.is_empty() {
        return Err(SigningError::request(part, "is empty"));
    }
    if TOKEN.has_all_of(value) {
        Ok(())
    } else {
        let shown: String = value.chars().take(40).collect();
        Err(SigningError::request(
            part,
            format!("{shown:?} has a character that HTTP does not allow there"),
        ))
    }
}

/// The credential scope is split at slashes, the Authorization header at commas and spaces.
fn scope_part(part: &str, value: &str) -> Result<(), SigningError> {
    if value.is_empty() {
        return Err(SigningError::request(part, "is empty"));
    }
    if value
        .bytes()
        .all(|b| b.is_ascii_graphic() && b != b'/' && b != b',')
    {
        Ok(())
    } else {
        let shown: String = value.chars().take(40).collect();
        Err(SigningError::request(
            part,
            format!("{shown:?} is not a name AWS has"),
        ))
    }
}

/// A value with a line break would end the header on the wire and begin another.
fn header(name: &str, value: &str) -> Result<(), SigningError> {
    if name.len() > LONGEST_HEADER_NAME {
        let reason = format!(
            "is {} bytes long, more than {LONGEST_HEADER_NAME}",
            name.len()
        );
        return Err(SigningError::request("header name", reason));
    }
    token("header name", name)?;
    if !every_byte(value, |b| !matches!(b, b'\r' | b'\n' | 0)) {
        let reason = "has a line break or NUL in its value";
        return Err(SigningError::request(format!("header {name:?}"), reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_every_visible_character_but_http_delimiters() {
        // RFC 9110, 5.6.2.
        let delimiters = r#""(),/:;<=>?@[\]{}"#;
        for byte in 0..=127_u8 {
            let text = char::from(byte).to_string();
            let expected = byte.is_ascii_graphic() && !delimiters.contains(&text);
            assert_eq!(token("header name", &text).is_ok(), expected, "{text:?}");
        }
    }
}
