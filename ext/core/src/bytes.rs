//! Looks at every byte of a text.

/// Unlike `all` it does not stop at the first failure, which would keep it from being vectorised;
/// a session token has a thousand bytes.
pub(crate) fn every_byte(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |all, byte| all & allowed(byte))
}
