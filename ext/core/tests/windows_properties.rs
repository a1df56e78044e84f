//! The windows, for any lifetime at any moment.

mod support;

use std::time::Duration;

use bedrock_credentials_core::windows::{full_back_off, static_stability, Phase, Windows};
use proptest::prelude::*;
use support::random::always;

const CASES: u32 = 4_000;
const MINUTE: Duration = Duration::from_secs(60);

/// From nothing to the most there is; most of them as AWS grants them.
fn lifetime() -> impl Strategy<Value = Duration> {
    prop_oneof![
        8 => (0..50_000_u64).prop_map(Duration::from_secs),
        4 => (0..50_000_000_000_000_u64).prop_map(Duration::from_nanos),
        1 => any::<(u64, u32)>().prop_map(|(s, n)| Duration::new(s / 2, n % 1_000_000_000)),
    ]
}

/// Anything a generator could come to give, from -∞ to ∞.
fn jitter() -> impl Strategy<Value = f64> {
    use prop::num::f64;
    prop_oneof![
        4 => 0.0..=1.0_f64,
        1 => f64::POSITIVE | f64::NEGATIVE | f64::ZERO | f64::SUBNORMAL | f64::INFINITE,
    ]
}

/// Fresh first.
fn urgency(phase: Phase) -> u8 {
    match phase {
        Phase::Fresh => 0,
        Phase::Advisory => 1,
        Phase::Mandatory => 2,
        Phase::Expired => 3,
    }
}

#[test]
fn are_parts_of_the_lifetime_and_the_mandatory_one_lies_in_the_advisory_one() {
    always(CASES, lifetime(), |lifetime| {
        let windows = Windows::for_lifetime(lifetime);
        prop_assert!(windows.mandatory <= windows.advisory);
        prop_assert!(windows.advisory <= lifetime / 4);
        prop_assert!(windows.mandatory <= lifetime / 10);
        prop_assert!(windows.advisory <= 60 * MINUTE && windows.mandatory <= MINUTE);
        Ok(())
    });
}

#[test]
fn never_shrink_as_the_lifetime_grows() {
    always(CASES, (lifetime(), lifetime()), |(one, other)| {
        let shorter = Windows::for_lifetime(one.min(other));
        let longer = Windows::for_lifetime(one.max(other));
        prop_assert!(shorter.advisory <= longer.advisory);
        prop_assert!(shorter.mandatory <= longer.mandatory);
        Ok(())
    });
}

#[test]
fn begin_fresh_and_only_grow_more_urgent() {
    always(
        CASES,
        (lifetime(), lifetime(), lifetime()),
        |(lifetime, one, other)| {
            let windows = Windows::for_lifetime(lifetime);
            let phase = |left| urgency(windows.phase(left));
            prop_assert!(phase(Some(one.max(other))) <= phase(Some(one.min(other))));
            prop_assert!(phase(Some(one)) <= phase(None));
            prop_assert_eq!(phase(Some(Duration::ZERO)), 3);
            if !lifetime.is_zero() {
                prop_assert_eq!(phase(Some(lifetime)), 0);
                prop_assert!(phase(Some(Duration::from_nanos(1))) < 3);
            }
            Ok(())
        },
    );
}

#[test]
fn back_off_by_300_to_600_seconds_and_not_past_the_last_moment() {
    always(
        CASES,
        (lifetime(), lifetime(), jitter()),
        |(lifetime, left, jitter)| {
            let windows = Windows::for_lifetime(lifetime);
            let wait = windows.back_off(left, jitter);
            prop_assert!(!wait.is_zero());
            if left > windows.mandatory {
                let room = left - windows.mandatory;
                prop_assert!(wait <= room, "{:?} of {:?}", wait, room);
                prop_assert!(wait >= room.min(5 * MINUTE) && wait <= 10 * MINUTE);
            } else {
                prop_assert!(wait <= (left / 2).max(Duration::from_secs(1)));
                prop_assert!(wait >= left / 2);
            }
            Ok(())
        },
    );
}

#[test]
fn spread_what_is_random_over_its_whole_range() {
    always(CASES, (jitter(), jitter()), |(one, other)| {
        for (of, least) in [
            (full_back_off as fn(f64) -> Duration, 5),
            (static_stability, 10),
        ] {
            let (lower, higher) = (of(one.min(other)), of(one.max(other)));
            prop_assert!(
                least * MINUTE <= lower && lower <= higher && higher <= (least + 5) * MINUTE
            );
        }
        Ok(())
    });
}
