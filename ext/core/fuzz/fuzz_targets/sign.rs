//! Any request with any credentials is signed or refused: headers that are legal, messages that
//! show no secret, the same each time.
#![no_main]

use std::time::{Duration, SystemTime};

use bedrock_credentials_core::provided::credentials;
use bedrock_credentials_core::request::Request;
use bedrock_credentials_core::signer::{sign, Rules};
use bedrock_credentials_core::Credentials;
use bedrock_credentials_fuzz::{masked, Fields};
use libfuzzer_sys::fuzz_target;

const RULES: [Rules; 2] = [
    Rules::BEDROCK,
    Rules {
        double_encode_path: false,
        normalize_path: false,
        content_sha256_header: false,
        every_header: true,
    },
];

fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::of(input);
    let [http_method, url, region, service, time, key, secret, token] =
        std::array::from_fn(|_| fields.text());
    let body = fields.bytes();
    let mut headers = Vec::new();
    while let Some(name) = fields.next() {
        let name = String::from_utf8_lossy(name).into_owned();
        headers.push((name, fields.text()));
    }
    let request = |headers: &[(&str, &str)], credentials: &Credentials, rules| {
        let request = Request {
            http_method: &http_method,
            url: &url,
            headers,
            body,
            region: &region,
            service: &service,
            time: moment(&time),
        };
        match sign(&request, credentials, rules) {
            Ok(signed) => {
                let debug = format!("{signed:?}");
                let headers: Vec<_> = signed.iter().map(own).collect();
                Ok((headers, debug))
            }
            Err(error) => Err(format!("{error} {error:?}")),
        }
    };

    let given: Vec<_> = headers
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let set = credentials(&*key, &*secret, Some(token.clone()));
    // The same request with other secrets.
    let hidden: Vec<_> = headers
        .iter()
        .map(|(n, v)| (n.as_str(), masked(v)))
        .collect();
    let hidden: Vec<_> = hidden.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let hidden_set = credentials(&*key, masked(&secret), Some(masked(&token)));

    for rules in RULES {
        let signed = request(&given, &set, rules);
        assert_eq!(
            signed,
            request(&given, &set, rules),
            "another answer to the same input"
        );
        let hidden = request(&hidden, &hidden_set, rules);
        match (&signed, &hidden) {
            (Ok((headers, debug)), Ok((_, hidden_debug))) => {
                check(headers, &set, &region, &service);
                for secret in [Some(set.secret_access_key()), set.session_token()] {
                    // Not a word that is there without the secret, too.
                    let secret = secret.filter(|s| s.len() >= 16 && !hidden_debug.contains(s));
                    assert!(
                        !secret.is_some_and(|secret| debug.contains(secret)),
                        "{debug}"
                    );
                }
            }
            (Err(message), Err(other)) => assert_eq!(message, other, "depends on a secret"),
            _ => panic!("what is signed depends on a secret"),
        }
    }
});

/// Seconds since 1970, before it too; the nanoseconds are its own.
fn moment(text: &str) -> SystemTime {
    let seconds = text.parse::<i64>().unwrap_or(1_800_000_000);
    let distance = Duration::new(seconds.unsigned_abs(), 999_999_999);
    let moment = match seconds < 0 {
        true => SystemTime::UNIX_EPOCH.checked_sub(distance),
        false => SystemTime::UNIX_EPOCH.checked_add(distance),
    };
    moment.unwrap_or(SystemTime::UNIX_EPOCH)
}

fn own((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn check(headers: &[(String, String)], set: &Credentials, region: &str, service: &str) {
    let value = |wanted: &str| {
        let mut found = headers.iter().filter(|(name, _)| name == wanted);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "two of {wanted}");
        value
    };
    for (name, value) in headers {
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        assert!(name.bytes().all(legal), "{name}");
        assert!(value.bytes().all(|b| (b' '..=b'~').contains(&b)), "{name}");
        assert_eq!(value, value.trim(), "{name}");
    }
    assert_eq!(value("x-amz-security-token"), set.session_token());
    let date = value("x-amz-date").expect("a date");
    assert_eq!(date.len(), "20270115T080000Z".len());
    let scope = format!(
        "{}/{}/{region}/{service}/aws4_request",
        set.access_key_id(),
        &date[..8]
    );
    let authorization = value("authorization").expect("an authorization");
    let rest = authorization
        .strip_prefix("AWS4-HMAC-SHA256 Credential=")
        .and_then(|rest| rest.strip_prefix(&scope))
        .and_then(|rest| rest.strip_prefix(", SignedHeaders="));
    let (names, signature) = rest
        .and_then(|rest| rest.split_once(", Signature="))
        .expect("three parts");
    let names: Vec<_> = names.split(';').collect();
    assert!(names.is_sorted(), "{names:?}");
    for name in ["host", "x-amz-date"] {
        assert!(names.contains(&name), "{name} is not signed");
    }
    assert_eq!(
        names.contains(&"x-amz-security-token"),
        set.session_token().is_some()
    );
    assert!(signature.len() == 64 && signature.bytes().all(|b| b.is_ascii_hexdigit()));
}
