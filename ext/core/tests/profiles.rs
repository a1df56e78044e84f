//! Profiles of the shared config and credentials files.

mod support;

use support::child::{tell, Home};
use support::peers::{a_sts, at, imds, keys};
use support::server::{json_credentials, Response, Server};

#[test]
#[ignore = "run by the others in a process of its own"]
fn probe() {
    tell();
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
        .says("Environment: skipped: the profile was chosen explicitly")
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
fn a_name_with_control_characters_is_told_in_one_line() {
    Home::new()
        .file(
            "config",
            "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = no\u{15}such\n",
        )
        .probe()
        .says("no such");
}
