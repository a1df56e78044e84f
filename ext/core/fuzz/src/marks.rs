//! The secrets that a made-up answer gives away, and that no one may show.
//!
//! A service's code and message are shown, whatever they are. So a secret counts only while each of
//! its places in the input is the value of a field for secrets.

const SECRETS: [&str; 5] = [
    "SECRETINANSWER",
    "TOKENINANSWER",
    "ACCESSINANSWER",
    "NEXTINANSWER",
    "METADATAINANSWER",
];

const FIELDS: [&str; 8] = [
    "SecretAccessKey",
    "secretAccessKey",
    "Token",
    "SessionToken",
    "sessionToken",
    "accessToken",
    "refreshToken",
    "idToken",
];

/// `token` is a body that is nothing but a secret, as instance metadata's first.
pub fn secrets(input: &[u8], bodies: &[&[u8]], token: Option<&[u8]>) -> Vec<&'static str> {
    let input = String::from_utf8_lossy(input);
    let hidden = |secret: &str| {
        let in_fields: usize = bodies.iter().map(|body| in_fields(body, secret)).sum();
        let in_token = token.map(|token| String::from_utf8_lossy(token).matches(secret).count());
        in_fields + in_token.unwrap_or_default()
    };
    let places = |secret: &str| input.matches(secret).count();
    let marked = |secret: &&str| places(secret) > 0 && places(secret) == hidden(secret);
    SECRETS.into_iter().filter(marked).collect()
}

fn in_fields(body: &[u8], secret: &str) -> usize {
    let body = String::from_utf8_lossy(body);
    // The one kind of text may stand in a message of the other.
    let is_field = match body.trim_start().chars().next() {
        Some('{') => ends_with_json_field,
        Some('<') => ends_with_xml_field,
        _ => return 0,
    };
    let places = body.match_indices(secret);
    places.filter(|(at, _)| is_field(&body[..*at])).count()
}

fn ends_with_json_field(text: &str) -> bool {
    let name = text
        .strip_suffix('"')
        .and_then(|text| text.trim_end().strip_suffix(':'))
        .and_then(|text| text.trim_end().strip_suffix('"'));
    let before = name.and_then(|text| without_field(text)?.strip_suffix('"'));
    // In a string no quote stands without a backslash.
    before.is_some_and(|before| !before.ends_with('\\'))
}

fn ends_with_xml_field(text: &str) -> bool {
    let before = text.strip_suffix('>').and_then(without_field);
    before.is_some_and(|before| before.ends_with('<') && !before.contains("<!"))
}

fn without_field(text: &str) -> Option<&str> {
    FIELDS.iter().find_map(|name| text.strip_suffix(name))
}
