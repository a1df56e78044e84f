//! The shared config and credentials files, and the tokens that `aws sso login` and `aws login`
//! leave. Peers and processes give good answers.
//!
//! The input: profile, config, credentials, sign-on token, login token.
#![no_main]

use std::sync::OnceLock;

use bedrock_credentials_core::engine::ChainConfig;
use bedrock_credentials_core::fuzzing::{load, Answer, Written};
use bedrock_credentials_fuzz::home::{Home, LOGIN, SESSION};
use bedrock_credentials_fuzz::{panics, promises, Fields};
use libfuzzer_sys::fuzz_target;

const SET: &str = r#"{"Version":1,"Code":"Success","AccessKeyId":"AKIDANSWER","SecretAccessKey":"SECRETCANARY1",
"Token":"TOKENCANARY1","SessionToken":"TOKENCANARY1","Expiration":"2999-01-01T00:00:00Z"}"#;
const STS: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>AKIDANSWER</AccessKeyId>\
<SecretAccessKey>SECRETCANARY1</SecretAccessKey><SessionToken>TOKENCANARY1</SessionToken>\
<Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
const PORTAL: &str = r#"{"roleCredentials":{"accessKeyId":"AKIDANSWER","secretAccessKey":"SECRETCANARY1",
"sessionToken":"TOKENCANARY1","expiration":32472144000000}}"#;
const OIDC: &str = r#"{"accessToken":"TOKENCANARY1","expiresIn":3600,"refreshToken":"NEXT"}"#;
const SIGN_IN: &str = r#"{"accessToken":{"accessKeyId":"AKIDANSWER","secretAccessKey":"SECRETCANARY1",
"sessionToken":"TOKENCANARY1"},"tokenType":"aws_sigv4","expiresIn":900,"refreshToken":"NEXT"}"#;

fuzz_target!(|input: &[u8]| {
    static HOME: OnceLock<Home> = OnceLock::new();
    let home = HOME.get_or_init(|| {
        panics::leave_the_known();
        Home::new()
    });
    home.clear();
    let mut fields = Fields::of(input);
    let profile = fields.text();
    let files = ["config", "credentials", SESSION, LOGIN].map(|name| {
        let bytes = fields.bytes();
        home.write(name, bytes);
        String::from_utf8_lossy(bytes).into_owned()
    });
    home.set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/credentials");
    let config = ChainConfig {
        profile: Some(profile.replace('\0', "")),
        region: None,
    };
    let process = Written {
        status: Some(0),
        stdout: SET.into(),
        stderr: Vec::new(),
    };
    let mut secrets = secrets(&files.concat(), &files[..2].concat(), &files[2..].concat());
    // The name of a profile is shown.
    secrets.retain(|secret| {
        !config
            .profile
            .as_ref()
            .is_some_and(|name| name.contains(secret))
    });
    let secrets: Vec<_> = secrets.iter().map(String::as_str).collect();
    promises::check(&load(&config, |uri| Some(peer(uri)), process), &secrets);
});

fn peer(uri: &str) -> Answer {
    let body = [
        ("://sts", STS),
        ("://portal.sso", PORTAL),
        ("://oidc", OIDC),
        ("signin", SIGN_IN),
    ];
    let body = body.iter().find(|(host, _)| uri.contains(host));
    Answer {
        status: 200,
        headers: Vec::new(),
        body: body.map_or(SET, |(_, body)| body).into(),
    }
}

/// The canaries of the seeds where they still are values of secrets, and nowhere else: a fuzzer
/// that makes one a profile's name shows nothing.
fn secrets(all: &str, profiles: &str, tokens: &str) -> Vec<String> {
    let in_profiles = [
        ("aws_secret_access_key", "SECRETINFILE"),
        ("aws_session_token", "TOKENINFILE"),
    ];
    let in_tokens = [
        ("accessToken", "ACCESSINFILE"),
        ("refreshToken", "REFRESHINFILE"),
        ("clientSecret", "CLIENTINFILE"),
        ("secretAccessKey", "LOGININFILE"),
    ];
    // A line of its own: behind something else, as in a profile's other value, it is part of that.
    let lines =
        in_profiles.map(|(name, canary)| (profiles, format!("\n{name} = {canary}\n"), canary));
    let pairs =
        in_tokens.map(|(name, canary)| (tokens, format!("\"{name}\":\"{canary}\""), canary));
    let mut secrets: Vec<_> = lines
        .iter()
        .chain(&pairs)
        .filter(|(file, written, canary)| {
            file.contains(written) && all.matches(canary).count() == 1
        })
        .map(|(_, _, canary)| (*canary).to_owned())
        .collect();
    let answered = ["SECRETCANARY1", "TOKENCANARY1"].map(str::to_owned);
    secrets.extend(answered.into_iter().filter(|canary| !all.contains(canary)));
    secrets
}
