//! Ruby strings -> Rust strings: copied, or read before Ruby runs again, which may change or move the
//! bytes.

use std::fmt::Display;
use std::ops::Range;

use magnus::{prelude::*, Error, RString, Ruby, Symbol, Value};

use crate::error::argument;

/// Why a value is no text.
pub enum Unfit {
    NotUtf8,
    /// Of this class.
    NotAString(String),
    Raised(Error),
}

impl Unfit {
    /// `what` names the string in the error: the string itself may be a secret.
    pub fn argument(self, ruby: &Ruby, what: impl Display) -> Error {
        match self {
            Self::NotUtf8 => argument(ruby, format!("{what} is not valid UTF-8")),
            Self::NotAString(class) => {
                argument(ruby, format!("{what} must be a String, not {class}"))
            }
            Self::Raised(error) => error,
        }
    }
}

/// Adds a String or a Symbol to `texts`, and gives its place there.
pub fn append(texts: &mut String, value: Value) -> Result<Range<usize>, Unfit> {
    let start = texts.len();
    if let Some(string) = RString::from_value(value) {
        if !is_ascii_compatible(string) {
            return Err(Unfit::NotUtf8);
        }
        // SAFETY: the slice is read to its end before Ruby can run, and not kept.
        texts.push_str(unsafe { borrowed(&string) }.ok_or(Unfit::NotUtf8)?);
    } else if let Some(symbol) = Symbol::from_value(value) {
        texts.push_str(&symbol.name().map_err(Unfit::Raised)?);
    } else {
        return Err(Unfit::NotAString(class_name(value)));
    }
    Ok(start..texts.len())
}

/// The bytes as Ruby has them, where they are UTF-8; whose text they are in the string's encoding is
/// for [`is_ascii_compatible`].
///
/// # Safety
///
/// Ruby must not run as long as they are in use: it may change or move them.
pub unsafe fn borrowed(string: &RString) -> Option<&str> {
    std::str::from_utf8(string.as_slice()).ok()
}

/// Whether ASCII's bytes mean ASCII in it. May call Ruby.
pub fn is_ascii_compatible(string: RString) -> bool {
    let ruby = Ruby::get_with(string);
    let encoding = string.enc_get();
    encoding == ruby.utf8_encindex()
        || encoding == ruby.ascii8bit_encindex()
        || encoding == ruby.usascii_encindex()
        || string
            .funcall::<_, _, Value>("encoding", ())
            .and_then(|encoding| encoding.funcall("ascii_compatible?", ()))
            .unwrap_or(false)
}

/// What messages call an object: its `inspect` might show a secret.
pub fn class_name(value: Value) -> String {
    // SAFETY: the name is copied before Ruby can run again.
    unsafe { value.classname() }.into_owned()
}
