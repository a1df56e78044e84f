//! What AWS's sources answer is wiped before its memory is given back, as far as it is ours to wipe;
//! see the last test. Each looks at a process of its own, since the allocator is everyone's.

mod support;

use std::time::Duration;

use support::child::{ask, here, Home};
use support::watch::{left_behind, secret, Watchful};

#[global_allocator]
static ALLOCATOR: Watchful = Watchful;

/// Loads, drops, and tells how many blocks were freed with a secret in them.
#[test]
#[ignore = "run by the next in a process of its own"]
fn probe() {
    let cache = here();
    let left = left_behind(|| {
        let set = ask(&cache).map_err(|error| error.to_string());
        let Ok(set) = set else {
            return;
        };
        assert!(set.secret_access_key().contains("SECRETCANARY"));
        assert!(cache.invalidate(&set));
        // The thread that loaded is about to end.
        std::thread::sleep(Duration::from_millis(200));
    });
    println!("{left} blocks left behind");
}

fn answer(padding: usize) -> String {
    format!(
        r#"{{"Version":1,"AccessKeyId":"AKIDPROC","SecretAccessKey":"SECRETCANARY/and-some-more","Padding":"{}","SessionToken":"SECRETCANARY/token"{}"#,
        "x".repeat(padding),
        "}"
    )
}

fn process(contents: &str) -> Home {
    let home = Home::new();
    let file = home.write("answer", contents);
    home.file(
        "config",
        &format!("[default]\ncredential_process = cat {}\n", file.display()),
    )
}

#[test]
fn the_output_of_a_process_is_wiped_whether_it_is_an_answer_or_not() {
    for contents in [
        answer(0),
        answer(100_000),
        answer(0).replace("\"Version\":1", "\"Version\":2"),
        answer(0).replace("AKIDPROC", ""),
        format!("{} no JSON", answer(0)),
    ] {
        process(&contents)
            .run("probe")
            .says(" 0 blocks left behind\n");
    }
}

#[test]
fn keys_of_the_environment_are_wiped() {
    Home::new()
        .set("AWS_ACCESS_KEY_ID", "AKIDENV")
        .set("AWS_SECRET_ACCESS_KEY", secret(""))
        .run("probe")
        .says(" 0 blocks left behind\n");
}

/// Not ours to wipe, and here so that a change is noticed: aws-config's copy of a profile.
#[test]
fn keys_of_a_profile_are_left_behind_by_aws_config() {
    let contents = "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = SECRETCANARY/and-some-more\n";
    let told = Home::new().file("credentials", contents).run("probe");
    assert!(!told.output.contains(" 0 blocks"), "{}", told.output);
}
