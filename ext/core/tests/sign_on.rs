//! `aws sso login` and `aws login`, from what they leave in the home directory.

mod support;

use support::child::{tell, Home};
use support::server::{rfc3339, Request, Response, Server};

#[test]
#[ignore = "run by the others in a process of its own"]
fn probe() {
    tell();
}

/// SHA-1 of "dev", and of the start URL: the names under which the CLI keeps its tokens.
const SESSION_FILE: &str = "sso/cache/34c6fceca75e456f25e7e99531e2425c6c1de443.json";
const START_URL: &str = "https://example.awsapps.com/start";

const SESSION: &str =
    "[profile work]\nsso_session = dev\nsso_account_id = 123456789012\nsso_role_name = Reader\n\
    [sso-session dev]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n\
    [profile legacy]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n\
    sso_account_id = 123456789012\nsso_role_name = Reader\n";

fn portal() -> Server {
    Server::start(|request: &Request| {
        let Some("TOKENCANARY") = request.header("x-amz-sso_bearer_token") else {
            let mut denied =
                Response::new(401, r#"{"message":"Session token not found or invalid"}"#);
            denied
                .headers
                .push(("x-amzn-errortype", "UnauthorizedException".to_owned()));
            return denied;
        };
        assert_eq!(
            request.line,
            "GET /federation/credentials?role_name=Reader&account_id=123456789012"
        );
        let expiration = std::time::SystemTime::now() + std::time::Duration::from_secs(3600);
        let expiration = expiration
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_millis();
        Response::new(
            200,
            format!(
                r#"{{"roleCredentials":{{"accessKeyId":"AKIDSSO","secretAccessKey":"SECRETCANARY","sessionToken":"TOKENCANARY","expiration":{expiration}}}}}"#
            ),
        )
    })
}

fn token(access: &str, lifetime: i64) -> String {
    format!(
        r#"{{"accessToken":"{access}","expiresAt":"{}","region":"eu-west-1","startUrl":"{START_URL}"}}"#,
        rfc3339(lifetime)
    )
}

fn home(portal: &Server, profile: &str) -> Home {
    Home::new()
        .file("config", SESSION)
        .set("AWS_PROFILE", profile)
        .set("AWS_ENDPOINT_URL_SSO", portal.url())
}

fn legacy_file() -> String {
    // printf START_URL | sha1sum
    "sso/cache/e8be5486177c5b5392bd9aa76563515b29358e6e.json".to_owned()
}

#[test]
fn a_session_gives_role_credentials() {
    home(&portal(), "work")
        .file(SESSION_FILE, &token("TOKENCANARY", 3600))
        .probe()
        .says(
            "AKIDSSO from Profile(work), token true, account Some(\"123456789012\"), expires true",
        );
}

#[test]
fn an_expired_session_says_which_command_renews_it() {
    home(&portal(), "work")
        .file(SESSION_FILE, &token("TOKENCANARY", -60))
        .probe()
        .says("SourceFailed: Profile(work)")
        .says("log in again with: aws sso login --profile work");
    home(&portal(), "work")
        .probe()
        .says("failed to load the cached SSO token: failed to read `")
        .says("log in again with: aws sso login --profile work");
}

#[test]
fn a_login_without_its_session_says_which_command_makes_one() {
    Home::new()
        .file(
            "config",
            "[profile console]\nlogin_session = arn:aws:iam::123456789012:user/Admin\n",
        )
        .set("AWS_PROFILE", "console")
        .probe()
        .says("SourceFailed: Profile(console)")
        .says("log in again with: aws login --profile console");
}

#[test]
fn the_older_form_without_a_session_works_too() {
    home(&portal(), "legacy")
        .file(&legacy_file(), &token("TOKENCANARY", 3600))
        .probe()
        .says("AKIDSSO from Profile(legacy)");
    home(&portal(), "legacy")
        .file(&legacy_file(), &token("REVOKED", 3600))
        .probe()
        .says("answered HTTP 401: UnauthorizedException: Session token not found or invalid")
        .says("log in again with: aws sso login --profile legacy");
}
