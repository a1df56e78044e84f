//! RubyLLM::BedrockCredentials::CredentialsProvider: the Ruby class over core's cache, and what its
//! subclasses are made of.

use std::sync::{Arc, Mutex, PoisonError};

use bedrock_credentials_core::cache::{Cache, Read};
use bedrock_credentials_core::snapshot::Snapshot;
use magnus::value::{Lazy, Opaque};
use magnus::{
    gc, kwargs, method, prelude::*, typed_data::Obj, DataTypeFunctions, Error, RArray, RClass,
    RHash, RModule, RString, Ruby, Symbol, TypedData, Value,
};

use crate::error::{chain_failed, guard};
use crate::source::{self, Asked};
use crate::{event, snapshot, waiting};

static CREDENTIALS: Lazy<RClass> = Lazy::new(|ruby| {
    let class = || -> Result<RClass, Error> {
        let ruby_llm: RModule = ruby.class_object().const_get("RubyLLM")?;
        let bedrock_credentials: RModule = ruby_llm.const_get("BedrockCredentials")?;
        bedrock_credentials.const_get("Credentials")
    };
    // credentials.rb is loaded before this extension.
    class().unwrap_or_else(|_| ruby.class_object())
});

#[derive(TypedData)]
#[magnus(
    class = "RubyLLM::BedrockCredentials::CredentialsProvider",
    free_immediately,
    mark
)]
pub struct CredentialsProvider {
    cache: Arc<Cache>,
    asked: Asked,
    /// The Ruby object for the set that was last asked for, so that a warm read makes none.
    /// Locked for a copy at a time, with the GVL held and no call into Ruby meanwhile.
    shown: Mutex<Option<(Arc<Snapshot>, Opaque<Value>)>>,
}

impl DataTypeFunctions for CredentialsProvider {
    fn mark(&self, marker: &gc::Marker) {
        if let Some((_, credentials)) = &*self.shown.lock().unwrap_or_else(PoisonError::into_inner)
        {
            marker.mark(*credentials);
        }
        if let Some(source) = self.asked.foreign {
            marker.mark(source);
        }
    }
}

pub fn init(ruby: &Ruby, bedrock_credentials: RModule) -> Result<(), Error> {
    Lazy::force(&CREDENTIALS, ruby);
    let class = bedrock_credentials.define_class("CredentialsProvider", ruby.class_object())?;
    class.undef_default_alloc_func();
    // Each subclass has a `new` of its own.
    class.define_singleton_method("build", method!(build, 3))?;
    class.define_method("credentials", method!(CredentialsProvider::credentials, 0))?;
    class.define_method("expiration", method!(CredentialsProvider::expiration, 0))?;
    class.define_method(
        "credentials_source",
        method!(CredentialsProvider::source, 0),
    )?;
    class.define_method("refresh_due", method!(CredentialsProvider::refresh_due, 0))?;
    class.define_method("refresh!", method!(CredentialsProvider::refresh, 0))?;
    class.define_method("invalidate", method!(CredentialsProvider::invalidate, 1))?;
    class.define_method(
        "drain_events",
        method!(CredentialsProvider::drain_events, 0),
    )
}

/// `kind` says which source; `arguments` has what it takes; `source` is a role's.
fn build(
    ruby: &Ruby,
    class: RClass,
    kind: Symbol,
    arguments: RHash,
    source: Value,
) -> Result<Obj<CredentialsProvider>, Error> {
    guard(ruby, || {
        let (cache, asked) = source::build(ruby, &kind.name()?, arguments, source)?;
        let provider = CredentialsProvider {
            cache,
            asked,
            shown: Mutex::default(),
        };
        Ok(ruby.obj_wrap_as(provider, class))
    })
}

impl CredentialsProvider {
    /// For a role that is assumed with it.
    pub fn cache(&self) -> &Arc<Cache> {
        &self.cache
    }

    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// The current set, waiting where there is none.
    pub fn snapshot(&self, ruby: &Ruby) -> Result<Arc<Snapshot>, Error> {
        match self.cache.read() {
            Read::Ready(snapshot) => Ok(snapshot),
            Read::Failed(error) => Err(chain_failed(ruby, &error)),
            Read::Wait(ticket) => waiting::wait(ruby, ticket),
        }
    }

    fn credentials(ruby: &Ruby, this: &Self) -> Result<Value, Error> {
        guard(ruby, || {
            let snapshot = this.snapshot(ruby)?;
            if let Some(credentials) = this.shown(ruby, &snapshot) {
                return Ok(credentials);
            }
            let credentials = to_ruby(ruby, &snapshot)?;
            let shown = Some((snapshot, Opaque::from(credentials)));
            *this.shown.lock().unwrap_or_else(PoisonError::into_inner) = shown;
            Ok(credentials)
        })
    }

    fn shown(&self, ruby: &Ruby, snapshot: &Arc<Snapshot>) -> Option<Value> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown
            .as_ref()
            .filter(|(shown, _)| Arc::ptr_eq(shown, snapshot))
            .map(|(_, credentials)| ruby.get_inner(*credentials))
    }

    fn expiration(ruby: &Ruby, this: &Self) -> Result<Option<std::time::SystemTime>, Error> {
        guard(ruby, || Ok(this.snapshot(ruby)?.expiration()))
    }

    fn source(ruby: &Ruby, this: &Self) -> Result<RString, Error> {
        guard(ruby, || Ok(ruby.str_new(this.snapshot(ruby)?.source())))
    }

    fn refresh_due(ruby: &Ruby, this: &Self) -> Result<Option<std::time::SystemTime>, Error> {
        guard(ruby, || Ok(this.cache.refresh_due()))
    }

    fn refresh(ruby: &Ruby, this: &Self) -> Result<(), Error> {
        guard(ruby, || {
            waiting::wait(ruby, this.cache.refresh()).map(|_| ())
        })
    }

    fn invalidate(ruby: &Ruby, this: &Self, rejected: Value) -> Result<bool, Error> {
        guard(ruby, || {
            let rejected = snapshot::of(ruby, rejected, rejected)?;
            Ok(this.cache.invalidate(&Snapshot::new(rejected, "")))
        })
    }

    fn drain_events(ruby: &Ruby, this: &Self) -> Result<RArray, Error> {
        guard(ruby, || {
            let caches = this.asked.bases.iter().chain([&this.cache]);
            event::to_ruby(
                ruby,
                caches.flat_map(|cache| cache.drain_events()).collect(),
            )
        })
    }
}

pub fn to_ruby(ruby: &Ruby, snapshot: &Snapshot) -> Result<Value, Error> {
    let string = |text: &str| {
        let string = ruby.str_new(text);
        string.freeze();
        string
    };
    ruby.get_inner(&CREDENTIALS).funcall(
        "new",
        (kwargs!(
            ruby,
            "access_key_id" => string(snapshot.access_key_id()),
            "secret_access_key" => string(snapshot.secret_access_key()),
            "session_token" => snapshot.session_token().map(string),
            "account_id" => snapshot.account_id().map(string),
            "expiration" => snapshot.expiration()
        ),),
    )
}
