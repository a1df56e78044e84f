//! Each source against something that answers like the real one.

mod support;

use bedrock_credentials_core::flight::Waited;
use support::child::{here, tell, Home};
use support::peers::{a_sts, at, imds, keys, web_identity};
use support::server::{json_credentials, sts, sts_error, Response, Server};

#[test]
#[ignore = "run by the others in a process of its own"]
fn probe() {
    tell();
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
        .says("\n  Ec2InstanceMetadata: skipped: AWS_EC2_METADATA_DISABLED is true\n")
        .says("\nSet AWS_ACCESS_KEY_ID");
}

#[test]
fn half_a_pair_of_keys_is_said_to_be_half() {
    Home::new()
        .set("AWS_ACCESS_KEY_ID", "AKIDENV")
        .probe()
        .says("Environment: not set: AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not");
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
fn containers_may_speak_ipv6() {
    let metadata = Server::start_v6(|_| Response::new(200, json_credentials("AKIDECS", 3600)));
    Home::new()
        .set(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            metadata.url().replace("127.0.0.1", "[::1]"),
        )
        .probe()
        .says("AKIDECS from EcsContainer");
}

#[test]
fn what_was_edited_or_rotated_is_seen_at_the_next_refresh() {
    let file =
        |name: &str| format!("[default]\naws_access_key_id = {name}\naws_secret_access_key = x\n");
    let home = Home::new().file("credentials", &file("AKIDFIRST"));
    home.write("next", &file("AKIDEDITED"));
    home.run("edits")
        .says("AKIDFIRST, AKIDEDITED, AKIDVARIABLE, Err, AKIDEDITED");
    let sts = Server::start(|request| {
        let token = request
            .body
            .split('&')
            .find_map(|f| f.strip_prefix("WebIdentityToken="));
        let token = token.unwrap().to_owned();
        Response::new(200, sts("AssumeRoleWithWebIdentity", &token))
    });
    let home = web_identity(Home::new(), &sts);
    home.write("token", "FIRST");
    home.write("next", "ROTATED");
    home.run("rotation").says("FIRST, ROTATED");
}

fn refreshed() -> String {
    match here().refresh().wait() {
        Waited::Done(Ok(set)) => set.access_key_id().to_owned(),
        _ => "Err".to_owned(),
    }
}

fn replace(name: &str) {
    let home = std::path::PathBuf::from(std::env::var("HOME").unwrap()).join(".aws");
    std::fs::rename(home.join("next"), home.join(name)).unwrap();
}

#[test]
#[ignore = "run by another in a process of its own"]
fn edits() {
    let first = refreshed();
    replace("credentials");
    let edited = refreshed();
    std::env::set_var("AWS_ACCESS_KEY_ID", "AKIDVARIABLE");
    std::env::set_var("AWS_SECRET_ACCESS_KEY", "x");
    let variable = refreshed();
    std::env::remove_var("AWS_ACCESS_KEY_ID");
    std::env::set_var("AWS_PROFILE", "typo");
    let typo = refreshed();
    std::env::remove_var("AWS_PROFILE");
    println!("{first}, {edited}, {variable}, {typo}, {}", refreshed());
}

#[test]
#[ignore = "run by another in a process of its own"]
fn rotation() {
    let first = refreshed();
    replace("token");
    println!("{first}, {}", refreshed());
}
