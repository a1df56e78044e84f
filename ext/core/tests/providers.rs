//! Providers of one source each, and roles over them.

mod support;

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::Arc;

use bedrock_credentials_core::cache::Cache;
use bedrock_credentials_core::engine::{
    provider, AssumeRole, Base, ChainConfig, Command, Session, Source, WebIdentity,
};
use bedrock_credentials_core::foreign::{Foreign, Handover};
use bedrock_credentials_core::provided;
use support::child::{ask, Home};
use support::peers::a_sts;
use support::server::{sts, sts_error, Response, Server};

fn session(name: &str) -> Session {
    Session {
        role_arn: format!("arn:aws:iam::123456789012:role/{name}"),
        role_session_name: "spec".to_owned(),
        ..Session::default()
    }
}

fn role(name: &str, base: Base) -> Arc<Cache> {
    let role = AssumeRole {
        session: session(name),
        ..AssumeRole::default()
    };
    provider(Source::AssumeRole(role, None, base))
}

fn process(json: &str) -> Arc<Cache> {
    let words = ["printf", "%s", json].map(str::to_owned).to_vec();
    provider(Source::Process(Command::Program(words)))
}

const KEYS: &str = r#"{"Version":1,"AccessKeyId":"AKIDBASE","SecretAccessKey":"SECRETCANARY"}"#;

fn tell(cache: &Arc<Cache>) {
    match ask(cache) {
        Ok(set) => println!("{} from {}", set.access_key_id(), set.source()),
        Err(error) => println!("{:?}: {error}", error.kind()),
    }
}

/// Answers at once, and counts.
struct Asked(AtomicU32);

impl Foreign for Asked {
    fn ask(&self, handover: Handover) {
        match self.0.fetch_add(1, SeqCst) {
            0 => handover.take(Err("its source: the vault is sealed".to_owned())),
            1 => drop(handover),
            2 => handover.take(Ok(provided::credentials("", "SECRETCANARY", None))),
            _ => handover.take(Ok(provided::credentials(
                "AKIDFOREIGN",
                "SECRETCANARY",
                None,
            ))),
        }
    }
}

fn region(home: Home, server: &Server) -> Home {
    home.set("AWS_ENDPOINT_URL_STS", server.url())
        .set("AWS_REGION", "us-west-2")
}

#[test]
#[ignore = "run by the one below in a process of its own"]
fn chain_of_roles() {
    let first = role("first", Base::Cache(process(KEYS)));
    let second = role("second", Base::Cache(Arc::clone(&first)));
    tell(&second);
    tell(&first);
}

#[test]
fn a_role_is_assumed_with_the_set_of_another_provider() {
    let sts = a_sts();
    region(Home::new(), &sts)
        .run("chain_of_roles")
        .says(
            "AKIDROLEBY-AKIDROLEBY-AKIDBASE from AssumeRole(arn:aws:iam::123456789012:role/second)",
        )
        .says("AKIDROLEBY-AKIDBASE from AssumeRole(arn:aws:iam::123456789012:role/first)");
    assert_eq!(sts.lines().len(), 2);
    Home::new()
        .set("AWS_ENDPOINT_URL_STS", sts.url())
        .run("chain_of_roles")
        .says("SourceFailed: AssumeRole(arn:aws:iam::123456789012:role/second) has nothing to ask STS with: AssumeRole(arn:aws:iam::123456789012:role/first) could not provide AWS credentials\n")
        .says("role/first): failed: STS needs a region")
        .says("role/second): not tried");
}

#[test]
#[ignore = "run by the one below in a process of its own"]
fn foreign() {
    let asked = Arc::new(Asked(AtomicU32::new(0)));
    let cache = role("tenant", Base::Foreign(asked.clone(), None));
    for _ in 0..4 {
        let mut ticket = cache.refresh();
        let _ = ticket.wait();
        match ask(&cache) {
            Ok(set) => println!("{}", set.access_key_id()),
            Err(error) => println!("{error}"),
        }
    }
    println!("asked {} times", asked.0.load(SeqCst));
}

#[test]
fn a_foreign_source_is_asked_once_for_each_load_and_may_fail() {
    let sts = a_sts();
    region(Home::new(), &sts)
        .run("foreign")
        .says("role/tenant): failed: its source: the vault is sealed")
        .says("the thread that loads AWS credentials could not start or ended early")
        .says("failed: its source: credentials access_key_id is blank")
        .says("AKIDROLEBY-AKIDFOREIGN")
        .says("asked 4 times");
    assert_eq!(sts.lines().len(), 1);
}

#[test]
#[ignore = "run by the one below in a process of its own"]
fn over_web_identity() {
    let identity = WebIdentity {
        session: session("pod"),
        web_identity_token_file: std::env::var("TOKEN_FILE").unwrap().into(),
        provider_id: None,
    };
    let pod = provider(Source::WebIdentity(identity, Some("eu-west-1".to_owned())));
    tell(&role("tenant", Base::Cache(pod)));
}

#[test]
fn a_set_that_sts_rejects_is_renewed_once_within_the_load() {
    let issued = AtomicU32::new(0);
    let server = Server::start(move |request| {
        if request.body.contains("AssumeRoleWithWebIdentity") {
            let set = format!("AKIDWEB{}", issued.fetch_add(1, SeqCst));
            return Response::new(200, sts("AssumeRoleWithWebIdentity", &set));
        }
        match request.header("authorization").unwrap() {
            by if by.contains("AKIDWEB0/") => Response::new(
                403,
                sts_error("ExpiredToken", "The security token is expired"),
            ),
            _ => Response::new(200, sts("AssumeRole", "AKIDROLE")),
        }
    });
    let home = region(Home::new(), &server);
    let token = home.write("token", "WEBTOKENCANARY\n");
    home.set("TOKEN_FILE", token.to_str().unwrap())
        .run("over_web_identity")
        .says("AKIDROLE from AssumeRole");
    assert_eq!(server.lines().len(), 4);
}

#[test]
#[ignore = "run by the one below in a process of its own"]
fn a_profile() {
    tell(&provider(Source::Profile(ChainConfig::default())));
}

#[test]
fn a_profile_alone_speaks_of_no_other_source() {
    let told = Home::new().set("AWS_PROFILE", "nope").run("a_profile");
    told.says("SourceFailed: Profile(nope) could not provide AWS credentials\n  Profile(nope): failed: profile \"nope\" is neither in");
    assert!(!told.output.contains("not tried") && !told.output.contains("Environment"));
    Home::new()
        .file(
            "credentials",
            "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = s\n",
        )
        .set("AWS_ACCESS_KEY_ID", "AKIDENV")
        .set("AWS_SECRET_ACCESS_KEY", "SECRETCANARY")
        .run("a_profile")
        .says("AKIDFILE from Profile(default)");
}

#[test]
#[ignore = "run by the one below in a process of its own"]
fn dropped() {
    let base = process(KEYS);
    let alive = Arc::downgrade(&base);
    let role = role("tenant", Base::Cache(base));
    tell(&role);
    let weak = Arc::downgrade(&role);
    drop(role);
    // The load's thread lets go of it when it ends.
    let start = std::time::Instant::now();
    while weak.strong_count() + alive.strong_count() > 0 && start.elapsed().as_secs() < 10 {
        std::thread::yield_now();
    }
    println!("left: {} and {}", weak.strong_count(), alive.strong_count());
}

#[test]
fn what_no_one_holds_is_freed_with_its_base() {
    let sts = a_sts();
    region(Home::new(), &sts)
        .run("dropped")
        .says("AKIDROLEBY-AKIDBASE from")
        .says("left: 0 and 0");
}
