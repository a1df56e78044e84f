//! What is set up behind the source that answered.

use aws_types::os_shim_internal::Env;

use super::environment::{self, set};
use super::trail::{CONTAINER, PROFILE, WEB_IDENTITY};
use crate::chain_error::{Attempt, Outcome};

/// By the environment alone: nothing is read, and no one is asked.
pub(crate) fn shadowed(attempts: &mut [Attempt]) {
    let env = Env::real();
    for attempt in attempts {
        if attempt.outcome == Outcome::NotTried {
            if let Some(by) = set_up(&attempt.source, &env) {
                attempt.outcome = Outcome::Shadowed(by);
            }
        }
    }
}

fn set_up(source: &str, env: &Env) -> Option<String> {
    match source {
        WEB_IDENTITY => environment::WEB_IDENTITY.set_by(env),
        CONTAINER => environment::CONTAINER.set_by(env),
        PROFILE => set(env, "AWS_PROFILE").map(|name| format!("AWS_PROFILE is set to {name:?}")),
        _ => None,
    }
}
