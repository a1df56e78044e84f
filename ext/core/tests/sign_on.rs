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
fn a_session_that_can_be_renewed_is() {
    let oidc = Server::start(|request: &Request| {
        assert_eq!(request.line, "POST /token");
        assert!(request.body.contains("REFRESHTOKEN"));
        Response::new(
            200,
            r#"{"accessToken":"TOKENCANARY","expiresIn":3600,"refreshToken":"NEXT"}"#,
        )
    });
    let file = format!(
        r#"{{"accessToken":"OLD","expiresAt":"{}","refreshToken":"REFRESHTOKEN","clientId":"c","clientSecret":"SECRETCANARY","registrationExpiresAt":"{}","region":"eu-west-1","startUrl":"{START_URL}"}}"#,
        rfc3339(-60),
        rfc3339(3600)
    );
    home(&portal(), "work")
        .set("AWS_ENDPOINT_URL_SSO_OIDC", oidc.url())
        .file(SESSION_FILE, &file)
        .probe()
        .says("AKIDSSO from Profile(work)");
    assert_eq!(oidc.lines().len(), 1);
}

/// Made for this test by `openssl ecparam -name prime256v1 -genkey -noout`.
const DPOP_KEY: &str = "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIEffLP3FKmuMGHJkNHSsFznCHxO1isNOuFF7KOx9m/QYoAoGCCqGSM49\\nAwEHoUQDQgAE89/TE81Hd+7jx5aqIbsc4w4Rc8d1hAoAVgmmsloFAuVBFqNi3yGt\\nPg2aw+atnWDNIVyhK1DZyu4B/Y11azuEEQ==\\n-----END EC PRIVATE KEY-----";

fn console(lifetime: i64, signin: &Server) -> Home {
    let file = "login/cache/10cabd19777b6651ac57333b55c7c10a1242b1c2337f40e674926d7324698347.json";
    let home = Home::new()
        .file(
            "config",
            "[profile console]\nlogin_session = arn:aws:iam::123456789012:user/Admin\n",
        )
        .set("AWS_PROFILE", "console")
        .set("AWS_ENDPOINT_URL_SIGNIN", signin.url());
    std::fs::create_dir_all(home.path.join(".aws/login/cache")).unwrap();
    home.file(file, &format!(
        r#"{{"accessToken":{{"accessKeyId":"AKIDLOGIN","secretAccessKey":"SECRETCANARY","sessionToken":"TOKENCANARY","accountId":"123456789012","expiresAt":"{}"}},"tokenType":"aws_sigv4","refreshToken":"REFRESHTOKEN","clientId":"arn:aws:signin:::devtools/same-device","dpopKey":"{DPOP_KEY}"}}"#,
        rfc3339(lifetime)
    ))
}

#[test]
fn a_login_gives_its_credentials_and_is_renewed() {
    let signin = Server::start(|request: &Request| {
        assert!(request.header("dpop").is_some() && request.body.contains("REFRESHTOKEN"));
        Response::new(
            200,
            r#"{"accessToken":{"accessKeyId":"AKIDRENEWED","secretAccessKey":"SECRETCANARY","sessionToken":"TOKENCANARY"},"tokenType":"aws_sigv4","expiresIn":900,"refreshToken":"NEXT"}"#,
        )
    });
    console(3600, &signin)
        .probe()
        .says("AKIDLOGIN from Profile(console), token true, account Some(\"123456789012\")");
    assert!(signin.lines().is_empty());
    console(-60, &signin)
        .probe()
        .says("AKIDRENEWED from Profile(console)");
    assert_eq!(signin.lines().len(), 1);
}

#[test]
fn a_login_that_cannot_be_renewed_says_so() {
    let signin = Server::start(|_| {
        let mut denied = Response::new(400, r#"{"error":"TOKEN_EXPIRED","message":"expired"}"#);
        denied
            .headers
            .push(("x-amzn-errortype", "AccessDeniedException".to_owned()));
        denied
    });
    console(-60, &signin)
        .probe()
        .says("AccessDeniedException: expired")
        .says("log in again with: aws login --profile console");
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
