//! When the cache asks for another set, under a clock and a chance of the test's.

mod support;

use std::sync::Arc;
use std::time::Duration;

use support::cache::{got, seconds, snapshot, Bench};

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn in_the_advisory_window_no_one_waits_and_one_refreshes() {
    let bench = Bench::with(HOUR);
    bench.pass(seconds(2699));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("first", 1));
    bench.pass(seconds(1));
    for _ in 0..20 {
        assert_eq!(bench.ready(), "first");
    }
    assert_eq!(bench.loads(), 2);
    bench.answer(bench.set("second", HOUR));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("second", 2));
}

#[test]
fn in_the_mandatory_window_all_wait_for_the_same_refresh() {
    let bench = Bench::with(HOUR);
    bench.pass(HOUR - seconds(60));
    let (one, other) = (bench.waits(), bench.waits());
    assert_eq!(bench.loads(), 2);
    bench.answer(bench.set("second", HOUR));
    assert_eq!(
        (got(one).as_str(), got(other).as_str()),
        ("second", "second")
    );
}

#[test]
fn a_refresh_begun_in_the_advisory_window_serves_the_mandatory_one() {
    let bench = Bench::with(HOUR);
    bench.pass(HOUR - seconds(61));
    assert_eq!(bench.ready(), "first");
    bench.pass(seconds(2));
    let ticket = bench.waits();
    assert_eq!(bench.loads(), 2);
    bench.answer(bench.set("second", HOUR));
    assert_eq!(got(ticket), "second");
}

#[test]
fn a_set_without_expiration_is_looked_at_again() {
    let bench = Bench::new();
    let ticket = bench.waits();
    bench.answer(snapshot("first", None).recheck_after(seconds(60)));
    got(ticket);
    bench.pass(seconds(59));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("first", 1));
    bench.pass(seconds(1));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("first", 2));
    bench.cache.drain_events();
    bench.answer(snapshot("first", None).recheck_after(seconds(60)));
    assert_eq!(bench.cache.drain_events(), [], "nothing has changed");
    bench.pass(seconds(60));
    bench.ready();
    bench.answer(snapshot("edited", None).recheck_after(seconds(60)));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("edited", 3));
}

#[test]
fn a_set_without_expiration_or_recheck_stays() {
    let bench = Bench::new();
    let ticket = bench.waits();
    bench.answer(snapshot("first", None));
    got(ticket);
    bench.pass(seconds(86_400 * 365));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("first", 1));
}

#[test]
fn a_backward_clock_lengthens_no_life() {
    let bench = Bench::with(HOUR);
    bench.step_back(seconds(7200));
    bench.pass(seconds(2699));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("first", 1));
    bench.pass(seconds(1));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("first", 2));
    bench.fail();
    bench.pass(seconds(900));
    drop(bench.waits());
    bench.answer(bench.set("second", HOUR));
    assert_eq!(bench.ready(), "second");
}

#[test]
fn a_clock_that_jumps_ahead_asks_again() {
    let bench = Bench::with(HOUR);
    bench.step_forward(seconds(3600));
    let ticket = bench.waits();
    bench.answer(bench.set("second", HOUR));
    assert_eq!(got(ticket), "second");
}

#[test]
fn a_back_off_does_not_outlast_a_sleep_in_which_the_set_expired() {
    let bench = Bench::with(HOUR);
    bench.pass(seconds(2700));
    bench.ready();
    bench.fail();
    // Hours for the wall clock, none for the monotonic one.
    bench.step_forward(seconds(7200));
    let ticket = bench.waits();
    bench.answer(bench.set("second", HOUR));
    assert_eq!(got(ticket), "second");
}

#[test]
fn short_lived_sets_are_not_refreshed_at_every_read() {
    let bench = Bench::with(seconds(20));
    for _ in 1..150 {
        bench.pass(Duration::from_millis(100));
        assert_eq!((bench.ready().as_str(), bench.loads()), ("first", 1));
    }
    bench.pass(Duration::from_millis(100));
    assert_eq!((bench.ready().as_str(), bench.loads()), ("first", 2));
}

#[test]
fn invalidate_drops_the_set_that_was_rejected_and_no_other() {
    let bench = Bench::with(HOUR);
    let first = bench.cache.cached().unwrap();
    assert!(bench.cache.invalidate(&first));
    assert!(!bench.cache.invalidate(&first), "it is gone already");
    let ticket = bench.waits();
    bench.answer(bench.set("second", HOUR));
    assert_eq!(got(ticket), "second");
    bench.pass(seconds(60));
    assert!(!bench.cache.invalidate(&first), "it is not the current one");
    assert_eq!(bench.ready(), "second");
}

#[test]
fn a_set_that_comes_back_after_its_rejection_is_not_asked_for_at_every_call() {
    let bench = Bench::with(HOUR);
    let first = bench.cache.cached().unwrap();
    assert!(bench.cache.invalidate(&first));
    drop(bench.waits());
    bench.answer(bench.set("first", HOUR));
    assert!(!bench.cache.invalidate(&first));
    bench.pass(seconds(5));
    assert!(bench.cache.invalidate(&first));
}

#[test]
fn shows_no_secret() {
    let bench = Bench::with(HOUR);
    let shown = format!("{:?}", bench.cache.cached().unwrap());
    assert!(shown.contains("first") && !shown.contains("secret") && !shown.contains("token"));
}

#[test]
fn reads_a_warm_set_from_many_threads() {
    let bench = Bench::with(HOUR);
    let cache = Arc::clone(&bench.cache);
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let cache = Arc::clone(&cache);
            std::thread::spawn(move || {
                (0..10_000).all(|_| {
                    matches!(
                        cache.read(),
                        bedrock_credentials_core::cache::Read::Ready(_)
                    )
                })
            })
        })
        .collect();
    assert!(readers.into_iter().all(|reader| reader.join().unwrap()));
    assert_eq!(bench.loads(), 1);
}
