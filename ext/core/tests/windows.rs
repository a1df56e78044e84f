use std::time::Duration;

use bedrock_credentials_core::windows::{full_back_off, static_stability, Phase, Windows};

fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn follow_the_lifetime_and_never_exceed_a_part_of_it() {
    for (lifetime, advisory, mandatory) in [
        (minutes(12 * 60), minutes(60), seconds(60)),
        (minutes(240), minutes(60), seconds(60)),
        (minutes(90), minutes(90) / 4, seconds(60)),
        (minutes(89), minutes(15), seconds(60)),
        (minutes(60), minutes(15), seconds(60)),
        (minutes(59), minutes(59) / 4, seconds(60)),
        (minutes(21), minutes(21) / 4, seconds(60)),
        (minutes(20), minutes(5), seconds(60)),
        (minutes(15), minutes(15) / 4, seconds(60)),
        (minutes(10), minutes(10) / 4, seconds(60)),
        (minutes(5), seconds(75), seconds(30)),
        (seconds(20), seconds(5), seconds(2)),
        (seconds(1), seconds(1) / 4, seconds(1) / 10),
        (Duration::ZERO, Duration::ZERO, Duration::ZERO),
    ] {
        let expected = Windows {
            advisory,
            mandatory,
        };
        assert_eq!(Windows::for_lifetime(lifetime), expected, "{lifetime:?}");
    }
}

#[test]
fn leave_most_of_any_lifetime_without_a_refresh() {
    for lifetime in (0..100_000).step_by(7).map(seconds) {
        let Windows {
            advisory,
            mandatory,
        } = Windows::for_lifetime(lifetime);
        assert!(mandatory <= advisory && advisory <= lifetime / 4);
    }
}

#[test]
fn tell_the_phase_to_the_second() {
    let windows = Windows::for_lifetime(minutes(60));
    for (remaining, phase) in [
        (Some(minutes(60)), Phase::Fresh),
        (Some(minutes(15) + seconds(1)), Phase::Fresh),
        (Some(minutes(15)), Phase::Advisory),
        (Some(seconds(61)), Phase::Advisory),
        (Some(seconds(60)), Phase::Mandatory),
        (Some(Duration::from_nanos(1)), Phase::Mandatory),
        (Some(Duration::ZERO), Phase::Expired),
        (None, Phase::Expired),
    ] {
        assert_eq!(windows.phase(remaining), phase, "{remaining:?}");
    }
}

#[test]
fn back_off_as_aws_does_but_never_past_the_last_moment() {
    let hour = Windows::for_lifetime(minutes(60));
    let short = Windows::for_lifetime(seconds(20));
    for (windows, remaining, jitter, expected) in [
        (hour, minutes(15), 0.0, seconds(300)),
        (hour, minutes(15), 1.0, seconds(600)),
        (hour, minutes(15), 0.5, seconds(450)),
        (hour, minutes(4), 0.5, minutes(3)),
        (hour, seconds(61), 0.5, seconds(1)),
        (hour, seconds(60), 0.5, seconds(30)),
        (hour, seconds(1), 0.5, seconds(1)),
        (short, seconds(5), 0.5, seconds(3)),
        (short, seconds(2), 0.5, seconds(1)),
    ] {
        assert_eq!(
            windows.back_off(remaining, jitter),
            expected,
            "{remaining:?} {jitter}"
        );
    }
}

#[test]
fn leave_a_try_before_the_expiration_of_any_set() {
    for lifetime in (4..50_000).step_by(13).map(seconds) {
        let windows = Windows::for_lifetime(lifetime);
        let wait = windows.back_off(windows.advisory, 1.0);
        assert!(wait < windows.advisory, "{lifetime:?}: waits {wait:?}");
    }
}

#[test]
fn take_any_jitter() {
    for jitter in [-1.0, 0.0, 0.3, 1.0, 7.0] {
        assert!((seconds(300)..=seconds(600)).contains(&full_back_off(jitter)));
        assert!((minutes(10)..=minutes(15)).contains(&static_stability(jitter)));
    }
}
