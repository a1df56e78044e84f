//! Each source against something that answers like the real one.

mod support;

use std::time::Duration;

use support::child::{tell, Home};
use support::server::{json_credentials, sts, sts_error, Request, Response, Server};

#[test]
#[ignore = "run by the others in a process of its own"]
fn probe() {
    tell();
}

fn keys(home: Home) -> Home {
    home.set("AWS_ACCESS_KEY_ID", "AKIDENV")
        .set("AWS_SECRET_ACCESS_KEY", "SECRETCANARY")
}

/// IMDSv2 as EC2 answers it: nothing without a token, no token without a TTL.
fn imds(credentials: impl Fn() -> Response + Send + Sync + 'static) -> Server {
    Server::start(move |request| {
        let authorized = request.header("x-aws-ec2-metadata-token") == Some("TOKENCANARY");
        let path = "/latest/meta-data/iam/security-credentials/";
        match request.line.as_str() {
            "PUT /latest/api/token" => {
                let Some(ttl) = request.header("x-aws-ec2-metadata-token-ttl-seconds") else {
                    return Response::new(400, "");
                };
                let mut response = Response::new(200, "TOKENCANARY");
                let header = "x-aws-ec2-metadata-token-ttl-seconds";
                response.headers.push((header, ttl.to_owned()));
                response
            }
            _ if !authorized => Response::new(401, ""),
            line if line == format!("GET {path}") => Response::new(200, "a-role"),
            line if line == format!("GET {path}a-role") => credentials(),
            _ => Response::new(404, ""),
        }
    })
}

fn at(server: &Server) -> Home {
    Home::new()
        .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url())
        .set("AWS_EC2_METADATA_DISABLED", "false")
}

fn web_identity(home: Home, server: &Server) -> Home {
    let token = home.write("token", "WEBTOKENCANARY");
    home.set("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap())
        .set("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r")
        .set("AWS_ENDPOINT_URL_STS", server.url())
}

fn a_sts() -> Server {
    Server::start(|request: &Request| {
        let field = |name: &str| request.body.split('&').find_map(|f| f.strip_prefix(name));
        match field("Action=") {
            Some("AssumeRoleWithWebIdentity") => {
                assert_eq!(field("WebIdentityToken="), Some("WEBTOKENCANARY"));
                Response::new(200, sts("AssumeRoleWithWebIdentity", "AKIDWEB"))
            }
            Some("AssumeRole") => {
                let by = request.header("authorization").unwrap();
                let by = by
                    .split("Credential=")
                    .nth(1)
                    .unwrap()
                    .split('/')
                    .next()
                    .unwrap();
                Response::new(200, sts("AssumeRole", &format!("AKIDROLEBY-{by}")))
            }
            _ => Response::new(400, sts_error("InvalidAction", "no")),
        }
    })
}

#[test]
fn environment() {
    keys(Home::new())
        .probe()
        .says("AKIDENV from Environment, token false, account None, expires false");
    keys(Home::new())
        .set("AWS_SESSION_TOKEN", "TOKENCANARY")
        .probe()
        .says("token true");
}

#[test]
fn environment_keys_shadow_a_web_identity_with_a_warning() {
    let sts = a_sts();
    keys(web_identity(Home::new(), &sts))
        .probe()
        .says("AKIDENV from Environment")
        .says("Warning { message: \"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (Environment) are used");
    assert!(sts.lines().is_empty());
}

#[test]
fn an_exhausted_chain_says_why_for_each_source_and_what_to_set() {
    Home::new()
        .probe()
        .says("NothingFound: no AWS credentials found\n")
        .says("\n  Environment: not set: AWS_ACCESS_KEY_ID is not set\n")
        .says("\n  Profile(default): not set: no profile with credentials\n")
        .says("\n  WebIdentityToken: not set: AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN not set\n")
        .says("\n  EcsContainer: not set: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI not set\n")
        .says("\n  Ec2InstanceMetadata: not set: IMDS disabled by AWS_EC2_METADATA_DISABLED env var set to `true`\n")
        .says("\nSet AWS_ACCESS_KEY_ID");
}

#[test]
fn half_a_pair_of_keys_is_said_to_be_half() {
    Home::new()
        .set("AWS_ACCESS_KEY_ID", "AKIDENV")
        .probe()
        .says("Environment: not set: AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not");
}

const STATIC: &str = "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = SECRETCANARY\n\
    [dev]\naws_access_key_id = AKIDDEV\naws_secret_access_key = SECRETCANARY\naws_session_token = TOKENCANARY\n";

#[test]
fn profiles_with_keys() {
    let home = || Home::new().file("credentials", STATIC);
    home()
        .probe()
        .says("AKIDDEFAULT from Profile(default), token false");
    home()
        .set("AWS_PROFILE", "dev")
        .probe()
        .says("AKIDDEV from Profile(dev), token true");
    keys(home())
        .set("AWS_PROFILE", "dev")
        .probe()
        .says("AKIDENV from Environment");
    keys(home())
        .set("PROBE_PROFILE", "dev")
        .probe()
        .says("AKIDDEV from Profile(dev)");
}

#[test]
fn a_profile_that_does_not_exist_is_an_error_that_names_it_and_the_files() {
    let metadata = imds(|| Response::new(200, json_credentials("AKIDIMDS", 3600)));
    at(&metadata)
        .set("AWS_PROFILE", "typo")
        .set("AWS_CONFIG_FILE", "/nowhere/config")
        .probe()
        .says("SourceFailed: Profile(typo) could not provide AWS credentials")
        .says("profile \"typo\" (from AWS_PROFILE) is neither in /nowhere/config nor in ~/.aws/credentials")
        .says("Ec2InstanceMetadata: not tried");
    keys(at(&metadata))
        .set("PROBE_PROFILE", "typo")
        .probe()
        .says("profile \"typo\" is neither in ~/.aws/config nor in ~/.aws/credentials");
    assert!(metadata.lines().is_empty());
}

#[test]
fn a_name_inside_a_profile_that_does_not_exist_is_an_error_too() {
    Home::new()
        .file("config", "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = typo\n")
        .probe()
        .says("SourceFailed: Profile(default)")
        .says("profile `typo` was not defined: could not find source profile typo referenced from default");
}

#[test]
fn a_malformed_profile_says_file_and_line() {
    Home::new()
        .file("config", "[default]\nregion = eu-west-1\nnonsense\n")
        .probe()
        .says("SourceFailed: Profile(default)")
        .says(".aws/config")
        .says("line 3");
}

#[test]
fn an_explicit_profile_without_credentials_asks_no_one_else() {
    keys(Home::new().file("config", "[profile bare]\nregion = eu-west-1\n"))
        .set("PROBE_PROFILE", "bare")
        .probe()
        .says("Environment: not set: the profile was chosen explicitly")
        .says("Profile(bare): failed: profile \"bare\" has no credentials")
        .says("WebIdentityToken: not tried");
}

#[test]
fn roles_of_profiles() {
    let sts = a_sts();
    let role = "role_arn = arn:aws:iam::123456789012:role/r";
    let config = format!(
        "[profile once]\n{role}\nsource_profile = dev\n\
         [profile twice]\n{role}\nsource_profile = once\n\
         [profile env]\n{role}\ncredential_source = Environment\n\
         [profile web]\n{role}\nweb_identity_token_file = TOKENFILE\n"
    );
    let probe = |profile: &str| {
        let home = Home::new()
            .file("credentials", STATIC)
            .set("AWS_ENDPOINT_URL_STS", sts.url());
        let token = home.write("token", "WEBTOKENCANARY");
        home.write(
            "config",
            &config.replace("TOKENFILE", token.to_str().unwrap()),
        );
        keys(home).set("PROBE_PROFILE", profile).probe()
    };
    probe("once").says("AKIDROLEBY-AKIDDEV from Profile(once), token true, account Some(\"123456789012\"), expires true");
    probe("twice").says("AKIDROLEBY-AKIDROLEBY-AKIDDEV from Profile(twice)");
    probe("env").says("AKIDROLEBY-AKIDENV from Profile(env)");
    probe("web").says("AKIDWEB from Profile(web)");
}

#[test]
fn the_region_is_the_environments_the_profiles_or_the_one_handed_in() {
    let sts = a_sts();
    let signed = |home: Home| {
        let config =
            "[default]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = EcsContainer\n";
        let metadata = Server::start(|_| Response::new(200, json_credentials("AKIDECS", 3600)));
        home.set("AWS_ENDPOINT_URL_STS", sts.url())
            .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", metadata.url())
            .file("config", config)
            .probe()
            .says("AKIDROLEBY-AKIDECS from Profile(default)");
        let scope = sts
            .asked()
            .last()
            .unwrap()
            .header("authorization")
            .unwrap()
            .to_owned();
        scope.split('/').nth(2).unwrap().to_owned()
    };
    assert_eq!(signed(Home::new()), "eu-central-1");
    assert_eq!(
        signed(Home::new().set("AWS_DEFAULT_REGION", "eu-west-2")),
        "eu-west-2"
    );
    assert_eq!(
        signed(
            Home::new()
                .set("AWS_DEFAULT_REGION", "eu-west-2")
                .set("AWS_REGION", "eu-west-3")
        ),
        "eu-west-3"
    );
}

#[test]
fn web_identity_assumes_the_role() {
    let sts = a_sts();
    web_identity(Home::new(), &sts).probe().says(
        "AKIDWEB from WebIdentityToken, token true, account Some(\"123456789012\"), expires true",
    );
}

#[test]
fn a_denied_role_is_told_in_stss_words() {
    let sts = Server::start(|_| {
        Response::new(
            403,
            sts_error(
                "AccessDenied",
                "Not authorized to perform sts:AssumeRoleWithWebIdentity",
            ),
        )
    });
    web_identity(Home::new(), &sts)
        .probe()
        .says("WebIdentityToken: failed: answered HTTP 403: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity")
        .says("EcsContainer: not tried");
    assert_eq!(sts.lines().len(), 1);
}

#[test]
fn an_unreadable_token_file_is_named() {
    let sts = a_sts();
    web_identity(Home::new(), &sts)
        .set("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token")
        .probe()
        .says("WebIdentityToken: failed: AWS_WEB_IDENTITY_TOKEN_FILE: cannot read /nowhere/token: No such file");
}

#[test]
fn containers() {
    let metadata = Server::start(|request| match request.header("authorization") {
        Some("Bearer CANARY") => Response::new(200, json_credentials("AKIDECS", 3600)),
        _ => Response::new(401, ""),
    });
    let home = || {
        let uri = format!("{}/creds?id=1", metadata.url());
        Home::new().set("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri)
    };
    home()
        .set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer CANARY")
        .probe()
        .says("AKIDECS from EcsContainer, token true");
    let file = home();
    let path = file.write("container-token", "Bearer CANARY");
    file.set(
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        path.to_str().unwrap(),
    )
    .probe()
    .says("AKIDECS from EcsContainer");
    assert_eq!(metadata.lines()[0], "GET /creds?id=1");
    home().probe().says("SourceFailed: EcsContainer");
    Home::new()
        .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://8.8.8.8/creds")
        .probe()
        .says("EcsContainer: failed: ")
        .says("did not refer to an allowed IP");
}

#[test]
fn instances_want_a_token_first() {
    let metadata = imds(|| Response::new(200, json_credentials("AKIDIMDS", 3600)));
    at(&metadata)
        .probe()
        .says("AKIDIMDS from Ec2InstanceMetadata, token true, account None, expires true");
    assert_eq!(metadata.lines()[0], "PUT /latest/api/token");
}

#[test]
fn an_instances_expired_credentials_are_extended() {
    let metadata = imds(|| Response::new(200, json_credentials("AKIDIMDS", -60)));
    at(&metadata)
        .probe()
        .says("AKIDIMDS from Ec2InstanceMetadata");
}

#[test]
fn expired_credentials_of_others_are_refused() {
    let metadata = Server::start(|_| Response::new(200, json_credentials("AKIDECS", -60)));
    Home::new()
        .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", metadata.url())
        .probe()
        .says("AlreadyExpired: EcsContainer answered with AWS credentials that expired at 20");
}

#[test]
fn instance_metadata_goes_through_no_proxy() {
    let proxy = Server::start(|_| Response::new(502, ""));
    let metadata = imds(|| Response::new(200, json_credentials("AKIDIMDS", 3600)));
    at(&metadata)
        .set("HTTP_PROXY", proxy.url())
        .set("http_proxy", proxy.url())
        .set("HTTPS_PROXY", proxy.url())
        .probe()
        .says("AKIDIMDS from Ec2InstanceMetadata");
    assert!(proxy.lines().is_empty());
}

#[test]
fn https_goes_through_the_proxy_unless_no_proxy_names_the_host() {
    let proxy = Server::start(|_| Response::new(502, ""));
    let home = || {
        let home = web_identity(Home::new(), &proxy);
        home.set("AWS_ENDPOINT_URL_STS", "https://sts.invalid")
            .set("HTTPS_PROXY", proxy.url())
    };
    home().probe().says("SourceFailed: WebIdentityToken");
    assert_eq!(proxy.lines()[0], "CONNECT sts.invalid:443");
    let before = proxy.lines().len();
    home()
        .set("NO_PROXY", "sts.invalid")
        .probe()
        .says("SourceFailed: WebIdentityToken");
    assert_eq!(proxy.lines().len(), before);
}

#[test]
fn a_ca_bundle_that_cannot_be_used_is_named() {
    let sts = a_sts();
    web_identity(Home::new(), &sts)
        .set("AWS_CA_BUNDLE", "/nowhere/ca.pem")
        .probe()
        .says("AWS_CA_BUNDLE: cannot read /nowhere/ca.pem: No such file");
    let home = web_identity(Home::new(), &sts);
    let path = home.write("ca.pem", "nonsense");
    home.set("AWS_CA_BUNDLE", path.to_str().unwrap())
        .probe()
        .says("holds no certificates in PEM");
}

#[test]
fn sources_that_misbehave_are_bounded_and_told() {
    for (answer, says) in [
        (
            (|| Response::new(200, "<html>TOKENCANARY</html>")) as fn() -> Response,
            "SourceFailed",
        ),
        (
            || Response::new(200, r#"{"SecretAccessKey":"SECRETCANARY"#),
            "SourceFailed",
        ),
        (
            || Response::new(500, "<html>SECRETCANARY</html>"),
            "SourceFailed",
        ),
        (
            || Response::new(429, r#"{"message":"slow down"}"#),
            "SourceFailed",
        ),
        (
            || Response {
                cut: true,
                ..Response::new(200, json_credentials("AKID", 3600))
            },
            "SourceFailed",
        ),
        (
            || Response {
                delay: Duration::from_secs(60),
                ..Response::new(200, "")
            },
            "no answer within 15 s",
        ),
    ] {
        let metadata = Server::start(move |_| answer());
        let told = Home::new()
            .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", metadata.url())
            .probe();
        told.says(says).says("EcsContainer: failed: ").within(17);
        let metadata = imds(answer);
        let told = at(&metadata).probe();
        told.says("SourceFailed")
            .says("Ec2InstanceMetadata: failed: ")
            .within(17);
        let sts = Server::start(move |_| answer());
        let told = web_identity(Home::new(), &sts).probe();
        told.says("SourceFailed")
            .says("WebIdentityToken: failed: ")
            .within(17);
    }
}

#[test]
fn off_aws_the_chain_ends_soon() {
    // TEST-NET-1: packets are dropped or refused, never answered.
    Home::new()
        .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://192.0.2.1")
        .set("AWS_EC2_METADATA_DISABLED", "false")
        .probe()
        .within(4)
        .says("NothingFound")
        .says("Ec2InstanceMetadata: not set: ");
}
