//! What of a process's stderr may be told: some tools write their whole answer there.

use crate::causes::one_line;

const LINES: usize = 5;
const HIDDEN: &str = "[a line that may show a secret]";
const NAMES: [&str; 4] = [
    "secretaccesskey",
    "sessiontoken",
    "securitytoken",
    "password",
];

/// What came before a line.
enum Before {
    Plain,
    Name,
    Value,
}

/// The last lines, without any that may show a secret: that name one, or follow a name.
pub(super) fn without_secrets(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let mut before = Before::Plain;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let shown: Vec<&str> = lines
        .map(|line| {
            before = after(&before, line);
            match before {
                Before::Plain => line,
                Before::Name | Before::Value => HIDDEN,
            }
        })
        .collect();
    one_line(&shown[shown.len().saturating_sub(LINES)..].join(" / "))
}

fn after(before: &Before, line: &str) -> Before {
    let plain: String = line.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    match before {
        _ if NAMES.iter().any(|name| plain.contains(name)) => Before::Name,
        // A rule below the heads of a table.
        Before::Name if plain.is_empty() => Before::Name,
        Before::Name => Before::Value,
        // A long value takes several lines.
        Before::Value if line.split_whitespace().count() == 1 => Before::Value,
        _ => Before::Plain,
    }
}
