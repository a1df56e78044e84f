//! What the cache tells -> Hashes for RubyLLM's logger and instrumentation.

use std::time::{Duration, SystemTime};

use bedrock_credentials_core::event::Event;
use magnus::{Error, RArray, RHash, Ruby};

/// Each with `:event`, and with `:source`, `:duration` (seconds), `:expiration`, `:reason`, `:kept`
/// or `:message` where it has one.
pub fn to_ruby(ruby: &Ruby, events: Vec<Event>) -> Result<RArray, Error> {
    let array = ruby.ary_new_capa(events.len());
    for event in events {
        array.push(one(ruby, event)?)?;
    }
    Ok(array)
}

fn one(ruby: &Ruby, event: Event) -> Result<RHash, Error> {
    let hash = ruby.hash_new();
    let name = |name| hash.aset(ruby.to_symbol("event"), ruby.to_symbol(name));
    match event {
        Event::Resolved {
            source,
            duration,
            expiration,
        } => {
            name("resolve")?;
            loaded(ruby, hash, source, duration, expiration)?;
        }
        Event::Refreshed {
            source,
            duration,
            expiration,
        } => {
            name("refresh")?;
            loaded(ruby, hash, source, duration, expiration)?;
        }
        Event::RefreshFailed {
            reason,
            duration,
            kept,
        } => {
            name("refresh_failed")?;
            hash.aset(ruby.to_symbol("reason"), reason)?;
            hash.aset(ruby.to_symbol("duration"), duration.as_secs_f64())?;
            hash.aset(ruby.to_symbol("kept"), kept)?;
        }
        Event::Warning { message } => {
            name("warning")?;
            hash.aset(ruby.to_symbol("message"), message)?;
        }
    }
    Ok(hash)
}

fn loaded(
    ruby: &Ruby,
    hash: RHash,
    source: String,
    duration: Duration,
    expiration: Option<SystemTime>,
) -> Result<(), Error> {
    hash.aset(ruby.to_symbol("source"), source)?;
    hash.aset(ruby.to_symbol("duration"), duration.as_secs_f64())?;
    hash.aset(ruby.to_symbol("expiration"), expiration)
}
