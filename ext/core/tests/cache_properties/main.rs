//! Random lives of a cache beside a simple model of it.

mod endings;
mod life;
mod steps;
#[path = "../support/mod.rs"]
mod support;

use life::Life;
use proptest::prelude::*;
use steps::step;
use support::random::always;

const CASES: u32 = 1_000;
const MOST_STEPS: usize = 60;

#[test]
fn keeps_its_promises_in_any_order_of_events() {
    let lives = (0.0..=1.0_f64, prop::collection::vec(step(), 1..MOST_STEPS));
    always(CASES, lives, |(jitter, steps)| {
        let mut life = Life::new(jitter);
        for step in steps {
            life.take(step)?;
        }
        Ok(())
    });
}
