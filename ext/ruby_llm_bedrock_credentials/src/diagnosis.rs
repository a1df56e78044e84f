//! RubyLLM::BedrockCredentials::Diagnosis: one walk of the chain's sources, for the doctor.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use bedrock_credentials_core::chain_error::{Attempt, Outcome};
use bedrock_credentials_core::diagnosis::{Diagnosis as Walk, Report};
use bedrock_credentials_core::engine::ChainConfig;
use magnus::{function, method, prelude::*, Error, RArray, RHash, RModule, Ruby, Value};

use crate::credentials_provider::to_ruby;
use crate::error::guard;
use crate::waiting::{self, Loaded};

#[magnus::wrap(class = "RubyLLM::BedrockCredentials::Diagnosis", free_immediately)]
struct Diagnosis {
    walk: Walk,
    /// Locked for a copy at a time, with the GVL held and no call into Ruby meanwhile.
    loaded: Mutex<Option<Loaded>>,
}

pub fn init(ruby: &Ruby, bedrock_credentials: RModule) -> Result<(), Error> {
    let class = bedrock_credentials.define_class("Diagnosis", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("build", function!(Diagnosis::build, 2))?;
    class.define_method("run", method!(Diagnosis::run, 0))?;
    class.define_method("current", method!(Diagnosis::current, 0))?;
    class.define_method("sources", method!(Diagnosis::sources, 0))?;
    class.define_method("region", method!(Diagnosis::region, 0))?;
    class.define_method("error", method!(Diagnosis::error, 0))?;
    class.define_method("source", method!(Diagnosis::source, 0))?;
    class.define_method("credentials", method!(Diagnosis::credentials, 0))?;
    class.define_method("refresh_due", method!(Diagnosis::refresh_due, 0))
}

impl Diagnosis {
    fn build(region: Option<String>, profile: Option<String>) -> Self {
        Self {
            walk: Walk::new(ChainConfig { profile, region }),
            loaded: Mutex::default(),
        }
    }

    fn run(ruby: &Ruby, this: &Self) -> Result<(), Error> {
        guard(ruby, || {
            let loaded = waiting::wait_for_either(ruby, this.walk.begin())?;
            *this.loaded.lock().unwrap_or_else(PoisonError::into_inner) = Some(loaded);
            Ok(())
        })
    }

    fn current(&self) -> Option<String> {
        self.walk.current()
    }

    fn sources(ruby: &Ruby, this: &Self) -> Result<RArray, Error> {
        guard(ruby, || {
            let sources = ruby.ary_new();
            for attempt in this.report().attempts {
                sources.push(source(ruby, attempt)?)?;
            }
            Ok(sources)
        })
    }

    fn region(&self) -> Option<(String, String)> {
        let region = self.report().region?;
        Some((region.name, region.origin))
    }

    fn error(&self) -> Option<String> {
        Some(self.loaded()?.err()?.to_string())
    }

    fn source(&self) -> Option<String> {
        Some(self.loaded()?.ok()?.source().to_owned())
    }

    fn credentials(ruby: &Ruby, this: &Self) -> Result<Option<Value>, Error> {
        guard(ruby, || match this.loaded() {
            Some(Ok(snapshot)) => to_ruby(ruby, &snapshot).map(Some),
            _ => Ok(None),
        })
    }

    fn refresh_due(&self) -> Option<SystemTime> {
        self.walk.refresh_due()
    }

    fn loaded(&self) -> Option<Loaded> {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.clone()
    }

    fn report(&self) -> Report {
        let error = self.loaded().and_then(Result::err);
        self.walk.report(error.as_deref())
    }
}

/// `:name`, `:outcome`, `:detail` (a String or nil) and `:seconds`.
fn source(ruby: &Ruby, attempt: Attempt) -> Result<RHash, Error> {
    let (outcome, detail) = match attempt.outcome {
        Outcome::NotSet(why) => ("not_set", Some(why)),
        Outcome::Skipped(why) => ("skipped", Some(why)),
        Outcome::Failed(why) => ("failed", Some(why)),
        Outcome::Found => ("found", None),
        Outcome::NotTried => ("not_tried", None),
        Outcome::Shadowed(by) => ("shadowed", Some(by)),
    };
    let hash = ruby.hash_new();
    hash.aset(ruby.to_symbol("name"), attempt.source)?;
    hash.aset(ruby.to_symbol("outcome"), ruby.to_symbol(outcome))?;
    hash.aset(ruby.to_symbol("detail"), detail)?;
    hash.aset(ruby.to_symbol("seconds"), attempt.took.as_secs_f64())?;
    Ok(hash)
}
