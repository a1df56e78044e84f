//! Ruby strings -> Rust strings. Copied, as Ruby may change or move the bytes at the next call.

use magnus::{prelude::*, Error, RString, Ruby, Symbol, Value};

use crate::error::argument;

/// `what` names the string in the error: the string itself may be a secret.
pub fn text(ruby: &Ruby, what: &str, value: Value) -> Result<String, Error> {
    if let Some(string) = RString::from_value(value) {
        return utf8(string).ok_or_else(|| argument(ruby, format!("{what} is not valid UTF-8")));
    }
    if let Some(symbol) = Symbol::from_value(value) {
        return Ok(symbol.name()?.into_owned());
    }
    let reason = format!("{what} must be a String, not {}", class_name(value));
    Err(argument(ruby, reason))
}

/// None where the bytes are not UTF-8. An encoding without ASCII, UTF-16 say, shows as NUL bytes,
/// which core refuses.
pub fn utf8(string: RString) -> Option<String> {
    // SAFETY: the slice is read to its end before Ruby can run, and not kept.
    std::str::from_utf8(unsafe { string.as_slice() })
        .ok()
        .map(str::to_owned)
}

/// What messages call an object: its `inspect` might show a secret.
pub fn class_name(value: Value) -> String {
    // SAFETY: the name is copied before Ruby can run again.
    unsafe { value.classname() }.into_owned()
}
