//! What comes of the cache's loads: to the set that is held, and to those who wait.

mod support;

use std::time::Duration;

use bedrock_credentials_core::chain_error::ChainError;
use bedrock_credentials_core::event::Event;
use bedrock_credentials_core::flight::Waited;
use support::cache::{got, seconds, snapshot, Bench, PATIENCE};

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn cold_fifty_threads_make_one_load() {
    let bench = Bench::new();
    let tickets: Vec<_> = (0..50).map(|_| bench.waits()).collect();
    let waiting: Vec<_> = tickets
        .into_iter()
        .map(|t| std::thread::spawn(|| got(t)))
        .collect();
    bench.answer(bench.set("first", HOUR));
    for thread in waiting {
        assert_eq!(thread.join().unwrap(), "first");
    }
    assert_eq!(bench.loads(), 1);
    assert_eq!(bench.ready(), "first");
}

#[test]
fn a_failed_refresh_keeps_the_set_and_backs_off() {
    let bench = Bench::with(HOUR);
    bench.pass(seconds(2700));
    assert_eq!(bench.ready(), "first");
    bench.fail();
    bench.pass(seconds(449));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("first", 2));
    bench.pass(seconds(1));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("first", 3));
    bench.fail();
    // 450 s are left: the next try is where callers begin to wait.
    bench.pass(seconds(389));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("first", 3));
    bench.pass(seconds(1));
    let ticket = bench.waits();
    bench.fail();
    assert_eq!(got(ticket), "first", "60 s are left of it");
    bench.pass(seconds(60));
    let ticket = bench.waits();
    bench.fail();
    assert!(got(ticket).contains("Test: failed: unwell"));
}

#[test]
fn a_set_of_instance_metadata_outlives_its_source() {
    let bench = Bench::new();
    let ticket = bench.waits();
    bench.answer(bench.set("first", HOUR).with_static_stability());
    got(ticket);
    bench.pass(HOUR);
    let ticket = bench.waits();
    bench.fail();
    assert_eq!(got(ticket), "first");
    let extended = bench.cache.cached().unwrap().expiration().unwrap();
    assert_eq!(extended, bench.wall() + seconds(750));
    bench.pass(seconds(449));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("first", 2));
    bench.pass(seconds(1));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("first", 3));
    bench.answer(bench.set("second", HOUR));
    assert_eq!(bench.ready(), "second");
}

#[test]
fn nothing_found_is_remembered_for_five_seconds_and_other_failures_for_one() {
    let bench = Bench::new();
    for (error, holds) in [
        (ChainError::nothing(Vec::new()), seconds(5)),
        (support::cache::failure(), seconds(1)),
    ] {
        let message = error.to_string();
        let ticket = bench.waits();
        bench.land(Err(error));
        assert!(got(ticket).contains(&message));
        bench.pass(holds - Duration::from_millis(1));
        assert_eq!(bench.fails(), message);
        bench.pass(Duration::from_millis(1));
        drop(bench.waits());
        bench.fail();
        bench.pass(seconds(10));
    }
}

#[test]
fn an_answer_already_expired_is_a_failure() {
    let bench = Bench::new();
    let ticket = bench.waits();
    bench.answer(snapshot("late", Some(bench.wall())));
    assert!(got(ticket)
        .contains("Test answered with AWS credentials that expired at 2027-01-15T08:00:00Z"));
    assert!(bench.cache.cached().is_none());
}

#[test]
fn refresh_asks_whatever_the_age_and_tells_its_failure() {
    let bench = Bench::with(HOUR);
    let ticket = bench.cache.refresh();
    bench.fail();
    assert!(got(ticket).starts_with("error:"));
    assert_eq!(bench.ready(), "first");
    let (one, other) = (bench.cache.refresh(), bench.cache.refresh());
    assert_eq!(
        bench.loads(),
        3,
        "the back-off does not hold it, and two are one"
    );
    bench.answer(bench.set("second", HOUR));
    assert_eq!(
        (got(one).as_str(), got(other).as_str()),
        ("second", "second")
    );
}

#[test]
fn a_waiter_is_woken_and_waits_on_for_the_same_refresh() {
    let bench = Bench::new();
    let (mut ticket, other) = (bench.waits(), bench.waits());
    let waker = ticket.waker();
    let (woken, heard) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        woken.send(matches!(ticket.wait(), Waited::Woken)).unwrap();
        got(ticket)
    });
    waker.wake();
    assert!(heard.recv().unwrap());
    bench.answer(bench.set("first", HOUR));
    assert_eq!(thread.join().unwrap(), "first");
    assert_eq!((got(other).as_str(), bench.loads()), ("first", 1));
}

#[test]
fn a_wake_before_the_wait_is_not_lost() {
    let bench = Bench::new();
    let mut ticket = bench.waits();
    ticket.waker().wake();
    assert!(matches!(ticket.wait(), Waited::Woken));
    bench.answer(bench.set("first", HOUR));
    assert_eq!(got(ticket), "first");
}

#[test]
fn a_load_that_ends_without_a_word_leaves_no_one_waiting() {
    let bench = Bench::new();
    let ticket = bench.waits();
    bench.drop_load();
    assert!(got(ticket).contains("ended early"));
    bench.pass(seconds(1));
    drop(bench.waits());
    assert_eq!(bench.loads(), 2);
}

#[test]
fn a_load_that_never_ends_is_given_up_and_its_late_answer_ignored() {
    let bench = Bench::new();
    let ticket = bench.waits();
    bench.pass(PATIENCE);
    assert!(got(ticket).contains("gave no answer within 90 s"));
    bench.pass(seconds(1));
    let ticket = bench.waits();
    assert_eq!(bench.loads(), 2);
    bench.answer(bench.set("second", HOUR));
    bench.answer(bench.set("late", HOUR));
    assert_eq!(
        (got(ticket).as_str(), bench.ready().as_str()),
        ("second", "second")
    );
}

#[test]
fn a_late_answer_is_none_to_the_load_that_followed() {
    let bench = Bench::new();
    let given_up = bench.waits();
    bench.pass(PATIENCE);
    got(given_up);
    bench.pass(seconds(1));
    let ticket = bench.waits();
    bench.answer_oldest(bench.set("late", HOUR));
    bench.answer(bench.set("second", HOUR));
    assert_eq!(got(ticket), "second");
}

#[test]
fn tells_what_happened_once() {
    let bench = Bench::with(HOUR);
    let ticket = bench.cache.refresh();
    bench.pass(seconds(2));
    bench.fail();
    got(ticket);
    bench.cache.refresh();
    bench.answer(bench.set("second", HOUR));
    let events = bench.cache.drain_events();
    assert!(matches!(&events[0], Event::Resolved { source, .. } if source == "Test"));
    assert!(matches!(
        &events[1],
        Event::RefreshFailed { duration, kept: true, reason }
            if *duration == seconds(2) && reason.contains("unwell")
    ));
    assert!(matches!(&events[2], Event::Refreshed { .. }));
    assert_eq!(bench.cache.drain_events(), []);
}
