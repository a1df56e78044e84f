//! Random cases from a seed that a failure tells.
//!
//! No file of regressions is kept: a finding becomes a test with a name.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestCaseResult, TestRunner};

/// `PROPTEST_CASES=n` for more than `cases`, `PROPERTY_SEED=n` for those of a failure.
pub fn always<S: Strategy>(cases: u32, strategy: S, property: impl Fn(S::Value) -> TestCaseResult) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed = number("PROPERTY_SEED").unwrap_or_else(|| fastrand::u64(..));
    let more = number("PROPTEST_CASES").and_then(|n| n.try_into().ok());
    let config = Config {
        cases: more.unwrap_or(cases),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::default()
    };
    eprintln!("PROPERTY_SEED={seed}, {} cases", config.cases);
    if let Err(error) = TestRunner::new(config).run(&strategy, property) {
        panic!("PROPERTY_SEED={seed}: {error}");
    }
}
