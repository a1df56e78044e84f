//! What the targets share.

pub mod home;
pub mod marks;
pub mod panics;
pub mod promises;

/// The input's parts, between bytes that no UTF-8 text has: seeds stay readable
/// (`tr '\377' '\n'`), and a part can be any text.
pub struct Fields<'a>(std::slice::Split<'a, u8, fn(&u8) -> bool>);

impl<'a> Fields<'a> {
    pub fn of(input: &'a [u8]) -> Self {
        Self(input.split(|byte| *byte == 0xFF))
    }

    pub fn bytes(&mut self) -> &'a [u8] {
        self.0.next().unwrap_or_default()
    }

    pub fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    pub fn next(&mut self) -> Option<&'a [u8]> {
        self.0.next()
    }
}

/// The same text with other letters: where a message shows a secret, it shows.
pub fn masked(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() { 'x' } else { c })
        .collect()
}
