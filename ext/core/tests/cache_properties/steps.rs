//! What may happen to a cache, in any order.

use std::time::Duration;

use proptest::prelude::*;

#[derive(Debug, Clone)]
pub enum Step {
    Read,
    Pass(Duration),
    /// The wall clock alone, as NTP or a person sets it, or as it goes on while a laptop sleeps.
    ClockBack(Duration),
    ClockForward(Duration),
    Answer(Answer),
    Fail {
        nothing_found: bool,
    },
    LoadDies,
    GiveUp,
    Refresh,
    /// Of the set in use.
    Reject,
    RejectOlder,
}

#[derive(Debug, Clone)]
pub struct Answer {
    /// The set that was given last once more.
    pub again: bool,
    /// From the wall clock's now; may be past.
    pub lifetime: Option<i64>,
    pub recheck: Option<u64>,
    pub stable: bool,
}

fn time() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (1..5_000_u64).prop_map(Duration::from_millis),
        (1..120_u64).prop_map(Duration::from_secs),
        (60..7_200_u64).prop_map(Duration::from_secs),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    let lifetime = prop_oneof![
        1 => Just(None),
        1 => (-100..=0_i64).prop_map(Some),
        2 => (1..60_i64).prop_map(Some),
        4 => (60..50_000_i64).prop_map(Some),
    ];
    let recheck = prop::option::of(1..600_u64);
    (prop::bool::weighted(0.2), lifetime, recheck, any::<bool>()).prop_map(
        |(again, lifetime, recheck, stable)| Answer {
            again,
            lifetime,
            recheck,
            stable,
        },
    )
}

pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => Just(Step::Read),
        5 => time().prop_map(Step::Pass),
        1 => time().prop_map(Step::ClockBack),
        1 => time().prop_map(Step::ClockForward),
        4 => answer().prop_map(Step::Answer),
        2 => any::<bool>().prop_map(|nothing_found| Step::Fail { nothing_found }),
        1 => Just(Step::LoadDies),
        1 => Just(Step::GiveUp),
        1 => Just(Step::Refresh),
        1 => Just(Step::Reject),
        1 => Just(Step::RejectOlder),
    ]
}
