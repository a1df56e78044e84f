//! Ruby strings -> Rust strings. Copied, as Ruby may change or move the bytes at the next call.

use std::fmt::Display;

use magnus::{prelude::*, Error, RString, Ruby, Symbol, Value};

use crate::error::argument;

/// `what` names the string in the error: the string itself may be a secret. It is
/// formatted for the error alone.
pub fn text(ruby: &Ruby, what: impl Display, value: Value) -> Result<String, Error> {
    if let Some(string) = RString::from_value(value) {
        return utf8(string).ok_or_else(|| argument(ruby, format!("{what} is not valid UTF-8")));
    }
    if let Some(symbol) = Symbol::from_value(value) {
        return Ok(symbol.name()?.into_owned());
    }
    let reason = format!("{what} must be a String, not {}", class_name(value));
    Err(argument(ruby, reason))
}

/// None where the bytes are not UTF-8, or are another text in their encoding: UTF-16's, say.
pub fn utf8(string: RString) -> Option<String> {
    if !is_ascii_compatible(string) {
        return None;
    }
    // SAFETY: the slice is read to its end before Ruby can run, and not kept.
    std::str::from_utf8(unsafe { string.as_slice() })
        .ok()
        .map(str::to_owned)
}

fn is_ascii_compatible(string: RString) -> bool {
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
