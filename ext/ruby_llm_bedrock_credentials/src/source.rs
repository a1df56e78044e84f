//! Arguments of a Ruby class -> what core is to ask. The Ruby classes have checked them.

use std::sync::Arc;

use bedrock_credentials_core::cache::Cache;
use bedrock_credentials_core::engine::{
    self, AssumeRole, Base, ChainConfig, Command, Session, Source, WebIdentity,
};
use magnus::value::Opaque;
use magnus::{prelude::*, Error, RHash, Ruby, TryConvert, Value};

use crate::asking::RubySource;
use crate::credentials_provider::CredentialsProvider;
use crate::error::argument;

/// What a provider depends on.
#[derive(Default)]
pub struct Asked {
    /// A role's source that only a Ruby thread can ask: marked, as core cannot.
    pub foreign: Option<Opaque<Value>>,
    /// The caches below this one's, the nearest last: what happened in them is told too.
    pub bases: Vec<Arc<Cache>>,
}

pub fn build(
    ruby: &Ruby,
    kind: &str,
    arguments: RHash,
    source: Value,
) -> Result<(Arc<Cache>, Asked), Error> {
    let given = Given(ruby, arguments);
    let source = match kind {
        "chain" => return Ok((engine::chain(given.chain()?), Asked::default())),
        "profile" => Source::Profile(given.chain()?),
        "process" => Source::Process(match given.get("line")? {
            Some(line) => Command::Shell(line),
            None => Command::Program(given.list("words")?),
        }),
        "web_identity" => {
            let identity = WebIdentity {
                session: given.session()?,
                web_identity_token_file: given.text("web_identity_token_file")?.into(),
                provider_id: given.get("provider_id")?,
            };
            Source::WebIdentity(identity, given.get("region")?)
        }
        "role" => return given.role(source),
        _ => return Err(argument(ruby, format!("no source {kind:?}"))),
    };
    Ok((engine::provider(source), Asked::default()))
}

struct Given<'a>(&'a Ruby, RHash);

impl Given<'_> {
    fn role(&self, source: Value) -> Result<(Arc<Cache>, Asked), Error> {
        let region: Option<String> = self.get("region")?;
        let (base, asked) = base(source, &region);
        let role = AssumeRole {
            session: self.session()?,
            external_id: self.get("external_id")?,
            tags: self.list("tags")?,
            transitive_tag_keys: self.list("transitive_tag_keys")?,
            source_identity: self.get("source_identity")?,
        };
        let cache = engine::provider(Source::AssumeRole(role, region, base));
        Ok((cache, asked))
    }

    fn chain(&self) -> Result<ChainConfig, Error> {
        Ok(ChainConfig {
            profile: self.get("profile")?,
            region: self.get("region")?,
        })
    }

    fn session(&self) -> Result<Session, Error> {
        Ok(Session {
            role_arn: self.text("role_arn")?,
            role_session_name: self.text("role_session_name")?,
            duration_seconds: self.get("duration_seconds")?,
            policy: self.get("policy")?,
            policy_arns: self.list("policy_arns")?,
        })
    }

    fn get<T: TryConvert>(&self, name: &str) -> Result<Option<T>, Error> {
        let value: Option<Value> = self.1.get(self.0.to_symbol(name));
        match value.filter(|value| !value.is_nil()) {
            Some(value) => T::try_convert(value).map(Some),
            None => Ok(None),
        }
    }

    fn text(&self, name: &str) -> Result<String, Error> {
        Ok(self.get(name)?.unwrap_or_default())
    }

    fn list<T>(&self, name: &str) -> Result<Vec<T>, Error>
    where
        Vec<T>: TryConvert,
    {
        Ok(self.get(name)?.unwrap_or_default())
    }
}

/// One of our own is asked in Rust, with no Ruby thread, unless something in Ruby is behind it.
fn base(source: Value, region: &Option<String>) -> (Base, Asked) {
    if source.is_nil() {
        let cache = engine::chain(ChainConfig {
            profile: None,
            region: region.clone(),
        });
        let bases = vec![Arc::clone(&cache)];
        return (
            Base::Cache(cache),
            Asked {
                foreign: None,
                bases,
            },
        );
    }
    let native = <&CredentialsProvider>::try_convert(source).ok();
    let bases = native.map_or_else(Vec::new, |provider| {
        let own = Arc::clone(provider.cache());
        provider
            .asked()
            .bases
            .iter()
            .cloned()
            .chain([own])
            .collect()
    });
    match native {
        Some(provider) if provider.asked().foreign.is_none() => {
            let base = Base::Cache(Arc::clone(provider.cache()));
            (
                base,
                Asked {
                    foreign: None,
                    bases,
                },
            )
        }
        _ => {
            let foreign = Some(Opaque::from(source));
            let base = Base::Foreign(Arc::new(RubySource::new(source)), bases.last().cloned());
            (base, Asked { foreign, bases })
        }
    }
}
