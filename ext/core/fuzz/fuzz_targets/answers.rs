//! What STS, SSO, sign-in, containers and instance metadata may answer over HTTP.
//!
//! The input: who is asked, then for each request in turn the head and the body of its answer. A
//! head is a status and a line for each header. Neither secrets in files nor those in answers are
//! to be shown.
#![no_main]

use std::cell::Cell;
use std::sync::OnceLock;

use bedrock_credentials_core::engine::ChainConfig;
use bedrock_credentials_core::fuzzing::{load, Answer, Written};
use bedrock_credentials_fuzz::home::{Home, LOGIN, OLD_SESSION, SESSION};
use bedrock_credentials_fuzz::{marks, panics, promises, Fields};
use libfuzzer_sys::fuzz_target;

/// In files, and sent to those who may know them; never to be shown.
const SECRETS: [&str; 5] = [
    "SECRETCANARY1",
    "TOKENCANARY1",
    "REFRESHCANARY1",
    "CLIENTCANARY1",
    "MHcCAQEEIEffLP3FKmuMGHJkNHSsFznC",
];

const CONFIG: &str = "
[profile role]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = keys
[profile keys]
aws_access_key_id = AKIDKEYS
aws_secret_access_key = SECRETCANARY1
[profile sso]
sso_session = dev
sso_account_id = 123456789012
sso_role_name = Reader
[profile oidc]
sso_session = old
sso_account_id = 123456789012
sso_role_name = Reader
[profile login]
login_session = arn:aws:iam::123456789012:user/Admin
[sso-session dev]
sso_region = eu-west-1
sso_start_url = https://example.awsapps.com/start
[sso-session old]
sso_region = eu-west-1
sso_start_url = https://example.awsapps.com/start
";
const SESSION_TOKEN: &str = r#"{"accessToken":"TOKENCANARY1","expiresAt":"2999-01-01T00:00:00Z",
"region":"eu-west-1","startUrl":"https://example.awsapps.com/start"}"#;
const OLD_SESSION_TOKEN: &str = r#"{"accessToken":"TOKENCANARY1","expiresAt":"2020-01-01T00:00:00Z",
"refreshToken":"REFRESHCANARY1","clientId":"c","clientSecret":"CLIENTCANARY1",
"registrationExpiresAt":"2999-01-01T00:00:00Z","region":"eu-west-1","startUrl":"https://example.awsapps.com/start"}"#;
/// Its key was made for tests.
const LOGIN_TOKEN: &str = r#"{"accessToken":{"accessKeyId":"AKIDLOGIN","secretAccessKey":"SECRETCANARY1",
"sessionToken":"TOKENCANARY1","accountId":"123456789012","expiresAt":"2020-01-01T00:00:00Z"},"tokenType":"aws_sigv4",
"refreshToken":"REFRESHCANARY1","clientId":"arn:aws:signin:::devtools/same-device","dpopKey":"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIEffLP3FKmuMGHJkNHSsFznCHxO1isNOuFF7KOx9m/QYoAoGCCqGSM49\nAwEHoUQDQgAE89/TE81Hd+7jx5aqIbsc4w4Rc8d1hAoAVgmmsloFAuVBFqNi3yGt\nPg2aw+atnWDNIVyhK1DZyu4B/Y11azuEEQ==\n-----END EC PRIVATE KEY-----"}"#;

fuzz_target!(|input: &[u8]| {
    static HOME: OnceLock<Home> = OnceLock::new();
    let home = HOME.get_or_init(|| {
        panics::leave_the_known();
        let home = Home::new();
        home.write("config", CONFIG.as_bytes());
        home.write(SESSION, SESSION_TOKEN.as_bytes());
        home
    });
    home.clear();
    let mut fields = Fields::of(input);
    let who = fields.bytes();
    let profile = ask(home, who);
    let (mut answers, mut bodies) = (Vec::new(), Vec::new());
    while let Some(head) = fields.next() {
        let body = fields.bytes();
        bodies.push(body);
        answers.push(answer(&String::from_utf8_lossy(head), body));
    }
    // A lone answer is given again where a role's name is asked for, which is shown.
    let token = (who == b"instance" && bodies.len() > 1).then(|| bodies[0]);
    let asked = Cell::new(0);
    let peers = move |_: &str| {
        let last = answers.len().checked_sub(1)?;
        answers
            .get(asked.replace(asked.get() + 1).min(last))
            .cloned()
    };
    let config = ChainConfig {
        profile,
        region: None,
    };
    let process = Written {
        status: Some(0),
        stdout: Vec::new(),
        stderr: Vec::new(),
    };
    // Not those that the input has guessed.
    let unknown = |secret: &&str| !String::from_utf8_lossy(input).contains(&secret[..8]);
    let mut secrets: Vec<_> = SECRETS.into_iter().filter(unknown).collect();
    secrets.extend(marks::secrets(input, &bodies, token));
    let loaded = load(&config, peers, process);
    promises::check(&loaded, &secrets);
    promises::hides(&format!("{loaded:?}"), &secrets);
});

/// Sets the source up that is asked; the profile if it is one.
fn ask(home: &Home, who: &[u8]) -> Option<String> {
    match who {
        b"web" => {
            let token = home.write("token", b"TOKENCANARY1");
            home.set("AWS_WEB_IDENTITY_TOKEN_FILE", &token);
            home.set("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r");
            None
        }
        b"container" => {
            home.set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/credentials");
            None
        }
        b"instance" => {
            home.set("AWS_EC2_METADATA_DISABLED", "false");
            None
        }
        b"oidc" => {
            home.write(OLD_SESSION, OLD_SESSION_TOKEN.as_bytes());
            Some("oidc".to_owned())
        }
        b"login" => {
            home.write(LOGIN, LOGIN_TOKEN.as_bytes());
            Some("login".to_owned())
        }
        b"sso" => Some("sso".to_owned()),
        _ => Some("role".to_owned()),
    }
}

fn answer(head: &str, body: &[u8]) -> Answer {
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.trim().parse().ok());
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    };
    Answer {
        status: status.unwrap_or(200),
        headers: lines.filter_map(header).collect(),
        body: body.to_owned(),
    }
}
