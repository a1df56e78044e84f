//! `credential_process` beside those who reap children, ignore them, or fork.

mod support;

use support::child::{ask, here, tell, Home};
use support::server::rfc3339;

#[test]
#[ignore = "run by the others in a process of its own"]
fn probe() {
    tell();
}

fn home(command: &str) -> Home {
    Home::new().file(
        "config",
        &format!("[default]\ncredential_process = {command}\n"),
    )
}

fn answer(expiration: &str) -> String {
    format!(
        r#"{{"Version":1,"accesskeyid":"AKIDPROC","SecretAccessKey":"SECRETCANARY","SessionToken":"TOKENCANARY","Other":[1,{{}}]{expiration}}}"#
    )
}

fn answering(then: &str) -> Home {
    let home = Home::new();
    let expiration = format!(r#","Expiration":"{}""#, rfc3339(3600));
    let file = home.write("answer", &answer(&expiration));
    let command = format!("cat {}{then}", file.display());
    home.write(
        "config",
        &format!("[default]\ncredential_process = {command}\n"),
    );
    home
}

#[test]
fn its_answer_is_taken() {
    answering("")
        .probe()
        .says("AKIDPROC from Profile(default), token true, account None, expires true")
        .within(5);
    let home = Home::new();
    let file = home.write("answer", &answer(r#","AccountId":"123456789012""#));
    home.file(
        "config",
        &format!("[default]\ncredential_process = cat {}\n", file.display()),
    )
    .probe()
    .says("account Some(\"123456789012\"), expires false");
}

#[test]
fn it_serves_as_the_source_of_a_role_even_in_its_own_profile() {
    use support::server::{sts, Response, Server};
    let endpoint = Server::start(|request| {
        assert!(request
            .header("authorization")
            .unwrap()
            .contains("Credential=AKIDPROC/"));
        Response::new(200, sts("AssumeRole", "AKIDROLE"))
    });
    for source in ["self", "base"] {
        let home = answering("")
            .set("AWS_ENDPOINT_URL_STS", endpoint.url())
            .set("AWS_PROFILE", "self");
        let config = std::fs::read_to_string(home.path.join(".aws/config")).unwrap();
        let process = config.strip_prefix("[default]\n").unwrap();
        let (own, base) = if source == "self" {
            (process, "")
        } else {
            ("", process)
        };
        home.write("config", &format!(
            "[profile self]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = {source}\n{own}[profile base]\n{base}"
        ));
        home.probe().says("AKIDROLE from Profile(self)");
    }
}

#[test]
fn its_stderr_reaches_the_error_without_the_secrets_in_it() {
    home("echo 'no session, run okta login' >&2; echo '{\"SecretAccessKey\": \"SECRETCANARY\"}' >&2; exit 3")
        .probe()
        .says("credential_process ended with exit status: 3")
        .says("it wrote to stderr: no session, run okta login / [a line that may show a secret]");
}

#[test]
fn a_secret_on_a_line_below_its_name_is_hidden_and_what_follows_is_told() {
    let wrapped = format!("SessionToken: >\n{}", "  TOKENCANARY\n".repeat(7));
    for written in [
        "SecretAccessKey:\n\n  SECRETCANARY\n",
        "\"SecretAccessKey\":\n  \"SECRETCANARY\",\n\"SessionToken\":\n  \"TOKENCANARY\"\n",
        "SecretAccessKey  Expiration\n---------------  ----------\nSECRETCANARY     2999-01-01\n",
        &wrapped,
    ] {
        let home = Home::new();
        let file = home.write("stderr", &format!("{written}run okta login\n"));
        let command = format!("cat {} >&2; exit 3", file.display());
        home.file(
            "config",
            &format!("[default]\ncredential_process = {command}\n"),
        )
        .probe()
        .says("[a line that may show a secret] / run okta login");
    }
}

#[test]
fn an_answer_that_is_none_is_not_quoted() {
    for (command, says) in [
        ("echo TOKENCANARY", "did not answer with a JSON object"),
        (
            "echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"x\":\"SECRETCANARY\"}'",
            "answered without SecretAccessKey",
        ),
        ("echo '{\"AccessKeyId\":\"A\"}'", "answered without Version"),
        (
            "echo '{\"Version\":2}'",
            "answered with a Version other than 1",
        ),
        (
            "echo '{\"Version\":1,\"Expiration\":\"SECRETCANARY\"}'",
            "answered with an Expiration that is not a time",
        ),
        ("nonexistent-program", "ended with exit status: 127"),
    ] {
        home(command)
            .probe()
            .says(says)
            .says("Profile(default): failed: credential_process ");
    }
}

#[test]
fn a_pipe_that_someone_else_holds_open_does_not_hold_us() {
    answering("; sleep 30 &").probe().says("AKIDPROC").within(5);
}

#[test]
fn it_starts_with_no_signal_blocked() {
    home("grep SigBlk /proc/self/status >&2; exit 1")
        .probe()
        .says("SigBlk: 0000000000000000");
}

/// What a Puma master does, as hard as it can.
#[test]
#[ignore = "run by the next in a process of its own"]
fn under_a_reaper() {
    std::thread::spawn(|| loop {
        // SAFETY: no pointer is given for the status.
        unsafe { libc::waitpid(-1, std::ptr::null_mut(), 0) };
    });
    tell_forty_times();
}

#[test]
#[ignore = "run by the next in a process of its own"]
fn under_ignored_sigchld() {
    // SAFETY: no handler of ours is installed.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    tell_forty_times();
}

fn tell_forty_times() {
    let cache = here();
    let good = (0..40).filter(|_| {
        let set = ask(&cache).ok();
        set.is_some_and(|set| cache.invalidate(&set) || set.access_key_id() == "AKIDPROC")
    });
    println!("{} of 40", good.count());
    let answers = (0..40).filter(|_| {
        matches!(
            cache.refresh().wait(),
            bedrock_credentials_core::flight::Waited::Done(Ok(_))
        )
    });
    println!("{} refreshes of 40", answers.count());
}

#[test]
fn others_may_reap_it_or_ignore_it() {
    for test in ["under_a_reaper", "under_ignored_sigchld"] {
        answering("")
            .run(test)
            .says("40 of 40")
            .says("40 refreshes of 40");
    }
}
