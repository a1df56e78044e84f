//! A walk told source by source.

mod support;

use std::time::Duration;

use bedrock_credentials_core::chain_error::ChainError;
use bedrock_credentials_core::diagnosis::Diagnosis;
use bedrock_credentials_core::engine::ChainConfig;
use bedrock_credentials_core::flight::Waited;
use support::child::{Home, Told};
use support::peers::{a_sts, at, keys, web_identity};
use support::server::{json_credentials, Response, Server};

fn tell(config: ChainConfig) {
    let diagnosis = Diagnosis::new(config);
    assert_eq!(diagnosis.current(), None);
    let Waited::Done(answer) = diagnosis.begin().wait() else {
        unreachable!("no waker was used")
    };
    let error = answer.as_ref().err().map(AsRef::<ChainError>::as_ref);
    let report = diagnosis.report(error);
    for attempt in &report.attempts {
        assert!(attempt.took < Duration::from_secs(20));
        println!("{}: {:?}", attempt.source, attempt.outcome);
        println!(
            "{} took a while: {}",
            attempt.source,
            attempt.took >= Duration::from_millis(50)
        );
    }
    println!("at {:?}, {:?}", diagnosis.current(), report.region);
    if let Some(due) = diagnosis.refresh_due() {
        let expiration = answer.unwrap().expiration().unwrap();
        println!("due {:?} before", expiration.duration_since(due).unwrap());
    }
}

#[test]
#[ignore = "run by the others in a process of its own"]
fn probe() {
    tell(ChainConfig {
        profile: std::env::var("PROBE_PROFILE").ok(),
        region: Some("eu-central-1".to_owned()),
    });
}

fn slow_container() -> Server {
    Server::start(|_| {
        std::thread::sleep(Duration::from_millis(60));
        Response::new(200, json_credentials("AKIDECS", 3600))
    })
}

fn container(home: Home, server: &Server) -> Home {
    home.set(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        format!("{}/c", server.url()),
    )
}

fn ask(home: &Home) -> Told {
    home.probe()
}

#[test]
fn what_answered_is_found_and_what_came_before_it_says_why_not() {
    ask(&container(Home::new(), &slow_container()))
        .says("Environment: NotSet(\"AWS_ACCESS_KEY_ID is not set\")")
        .says("Profile(default): NotSet(\"no profile with credentials\")")
        .says("WebIdentityToken: NotSet(")
        .says("EcsContainer: Found")
        .says("Ec2InstanceMetadata: NotTried")
        .says(
            "at Some(\"EcsContainer\"), Some(NamedRegion { name: \"eu-central-1\", origin: \"given\" })",
        );
}

#[test]
fn each_source_has_its_own_time() {
    ask(&container(Home::new(), &slow_container()))
        .says("Environment took a while: false")
        .says("EcsContainer took a while: true")
        .says("Ec2InstanceMetadata took a while: false");
}

#[test]
fn the_refresh_is_due_where_the_advisory_window_begins() {
    // An hour to live, a quarter of an hour before its end.
    ask(&container(Home::new(), &slow_container())).says("due 89");
}

#[test]
fn what_is_set_up_behind_the_winner_is_shadowed() {
    let sts = a_sts();
    let home = web_identity(keys(Home::new()), &sts).set("AWS_PROFILE", "dev");
    ask(&home.set("AWS_REGION", "us-west-2"))
        .says("Environment: Found")
        .says("Profile: Shadowed(\"AWS_PROFILE is set to \\\"dev\\\"\")")
        .says("WebIdentityToken: Shadowed(\"AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN set\")")
        .says("EcsContainer: NotTried")
        .says("NamedRegion { name: \"us-west-2\", origin: \"AWS_REGION\" }");
    assert!(sts.lines().is_empty());
}

#[test]
fn a_failure_has_its_source_and_leaves_the_rest_untried() {
    ask(&Home::new().set("AWS_PROFILE", "typo"))
        .says("Profile(typo): Failed(\"profile \\\"typo\\\" (from AWS_PROFILE) is neither in")
        .says("WebIdentityToken: NotTried");
}

#[test]
fn a_source_that_was_left_out_by_choice_is_skipped() {
    ask(&keys(Home::new())
        .file("config", "[profile dev]\nregion = sa-east-1\naws_access_key_id = AKIDDEV\naws_secret_access_key = SECRETCANARY\n")
        .set("PROBE_PROFILE", "dev"))
    .says("Environment: Skipped(\"the profile was chosen explicitly\")")
    .says("Profile(dev): Found")
    .says("NamedRegion { name: \"sa-east-1\", origin: \"profile dev\" }");
    ask(&Home::new()).says("Ec2InstanceMetadata: Skipped(\"AWS_EC2_METADATA_DISABLED is true\")");
}

#[test]
fn an_answer_that_has_expired_is_a_failure() {
    let server = Server::start(|_| Response::new(200, json_credentials("AKIDECS", -60)));
    ask(&container(Home::new(), &server)).says(
        "EcsContainer: Failed(\"EcsContainer answered with AWS credentials that expired at 20",
    );
}

#[test]
fn instance_metadata_that_connects_and_is_silent_is_told_from_one_that_is_not_there() {
    let silent = Server::start(|_| {
        std::thread::sleep(Duration::from_secs(3));
        Response::new(200, "")
    });
    ask(&at(&silent)).says("read timeout");
}
