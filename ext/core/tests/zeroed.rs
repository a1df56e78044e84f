//! Secrets are wiped before their memory is given back: an allocator looks at each block that is
//! freed. What AWS's crates and Ruby hold is theirs to wipe; see the last test.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, SystemTime};

use bedrock_credentials_core::provided;
use bedrock_credentials_core::request::Request;
use bedrock_credentials_core::signer::{sign, Rules};
use bedrock_credentials_core::snapshot::Snapshot;
use support::child::{ask, here, Home};

struct Watchful;

#[global_allocator]
static ALLOCATOR: Watchful = Watchful;
static WATCHING: AtomicBool = AtomicBool::new(false);
static LEFT_BEHIND: AtomicUsize = AtomicUsize::new(0);

/// Part of each secret below.
const CANARY: &[u8] = b"SECRETCANARY";

// SAFETY: allocates as the system does; `dealloc` reads the block, which is the caller's until it
// returns. `realloc` is the trait's own: a new block, a copy, and `dealloc` of the old.
unsafe impl GlobalAlloc for Watchful {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, as it is read whole.
        System.alloc_zeroed(layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if WATCHING.load(SeqCst) {
            let bytes = std::slice::from_raw_parts(block, layout.size());
            if bytes.windows(CANARY.len()).any(|part| part == CANARY) {
                LEFT_BEHIND.fetch_add(1, SeqCst);
            }
        }
        System.dealloc(block, layout);
    }
}

fn left_behind(work: impl FnOnce()) -> usize {
    LEFT_BEHIND.store(0, SeqCst);
    WATCHING.store(true, SeqCst);
    work();
    WATCHING.store(false, SeqCst);
    LEFT_BEHIND.load(SeqCst)
}

fn secret(blanks: &str) -> String {
    format!("{blanks}SECRETCANARY/and-some-more")
}

/// One at a time: the allocator is everyone's.
#[test]
fn ours_are_wiped() {
    assert_eq!(left_behind(|| drop(secret(""))), 1, "the watch sees");

    for blanks in ["", " "] {
        let handed_in = || {
            let set = provided::credentials("AKID", secret(""), Some(secret(blanks)));
            drop((set.clone(), set));
        };
        assert_eq!(left_behind(handed_in), 0, "blanks {blanks:?}");
    }

    let kept = || {
        let set = provided::credentials("AKID", secret(""), Some(secret("")));
        let set = Snapshot::new(set, "Test");
        drop((set.clone(), set));
    };
    assert_eq!(left_behind(kept), 0);

    // aws-sigv4's, which puts "AWS4" before the secret for the signing key.
    let signed = || {
        let set = provided::credentials("AKID", secret(""), None);
        let request = Request {
            http_method: "POST",
            url: "https://example.com/",
            headers: &[],
            body: b"{}",
            region: "us-west-2",
            service: "bedrock",
            time: SystemTime::UNIX_EPOCH,
        };
        drop(sign(&request, &set, Rules::BEDROCK).unwrap());
    };
    assert_eq!(left_behind(signed), 1);
}

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
