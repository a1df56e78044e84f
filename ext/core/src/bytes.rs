//! Looks at every byte of a text.

/// Unlike `all` it does not stop at the first failure, which would keep it from being vectorised;
/// a session token has a thousand bytes.
pub(crate) fn every_byte(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |all, byte| all & allowed(byte))
}

/// Letters, digits and a few more: too many to compare each byte with.
pub(crate) struct ByteSet([bool; 256]);

impl ByteSet {
    pub const fn alphanumeric_and(others: &[u8]) -> Self {
        let mut bytes = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            bytes[byte] = (byte as u8).is_ascii_alphanumeric();
            byte += 1;
        }
        let mut index = 0;
        while index < others.len() {
            bytes[others[index] as usize] = true;
            index += 1;
        }
        Self(bytes)
    }

    pub fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    pub fn has_all_of(&self, text: &str) -> bool {
        every_byte(text, |byte| self.has(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_it_was_given_and_nothing_else() {
        let set = ByteSet::alphanumeric_and(b"-_~");
        for byte in 0..=255_u8 {
            let expected = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~');
            assert_eq!(set.has(byte), expected, "{byte}");
        }
        assert!(set.has_all_of("a-Z_0~"));
        assert!(!set.has_all_of("a-Z_0~ "));
    }
}
