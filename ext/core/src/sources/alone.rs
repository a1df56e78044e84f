//! One source of the caller's choice, asked without the others of the chain.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::Credentials;
use aws_types::os_shim_internal::Env;

use super::credential_process::{CredentialProcess, BOUND};
use super::environment::set;
use super::process::Command;
use super::profile::Chosen;
use super::sts::{AssumeRole, Refused, WebIdentity};
use super::{client_config, http, snapshot, walk, ChainConfig, Trail};
use crate::cache::Cache;
use crate::chain_error::ChainError;
use crate::foreign::Foreign;
use crate::signing_identity;
use crate::snapshot::Snapshot;

/// What a provider asks.
pub enum Source {
    Chain(ChainConfig),
    /// This profile alone, of the name that `AWS_PROFILE` gives where there is none here.
    Profile(ChainConfig),
    WebIdentity(WebIdentity, Region),
    Process(Command),
    AssumeRole(AssumeRole, Region, Base),
}

/// Of STS, ahead of that of the environment and of the profile.
pub type Region = Option<String>;

/// What STS is asked with for a role.
pub enum Base {
    /// Another provider of ours, through its cache.
    Cache(Arc<Cache>),
    /// What the caller's language has; and the cache that it reads, if that is one of ours.
    Foreign(Arc<dyn Foreign>, Option<Arc<Cache>>),
}

/// Why one source gave none.
pub(crate) struct Failure {
    pub error: ChainError,
    /// STS knows the set that it was asked with no longer.
    pub base_rejected: bool,
}

impl From<ChainError> for Failure {
    fn from(error: ChainError) -> Self {
        Self {
            error,
            base_rejected: false,
        }
    }
}

impl Source {
    /// In AWS's terms, and with what tells it from another of its kind.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Chain(_) => "DefaultCredentialsChain".to_owned(),
            Self::Profile(config) => match &config.profile {
                Some(name) => format!("Profile({name})"),
                None => "Profile".to_owned(),
            },
            Self::WebIdentity(identity, _) => {
                format!("WebIdentityToken({})", identity.session.role_arn)
            }
            Self::Process(_) => "Process".to_owned(),
            Self::AssumeRole(role, ..) => format!("AssumeRole({})", role.session.role_arn),
        }
    }

    pub(crate) fn trail(&self) -> Trail {
        match self {
            Self::Chain(_) => Trail::default(),
            _ => Trail::alone(&self.name()),
        }
    }

    /// `base`: what a role is asked for with.
    pub(crate) async fn load(
        &self,
        base: Option<Credentials>,
        env: &Env,
        trail: &Trail,
    ) -> Result<Snapshot, Failure> {
        match self {
            Self::Chain(config) => Ok(walk(config, env, trail).await?),
            Self::Profile(config) => {
                let name = config.profile.clone().or_else(|| set(env, "AWS_PROFILE"));
                let config = ChainConfig {
                    profile: Some(name.unwrap_or_else(|| "default".to_owned())),
                    ..config.clone()
                };
                Ok(walk(&config, env, trail).await?)
            }
            Self::WebIdentity(identity, region) => {
                let config = sts(env, region.as_ref(), trail).await?;
                taken(identity.ask(&config).await, trail)
            }
            Self::Process(command) => Ok(process(command, trail).await?),
            Self::AssumeRole(role, region, _) => {
                let base =
                    base.ok_or_else(|| trail.failed_because("was given nothing to ask with"))?;
                signing_identity::validate(&base)
                    .map_err(|error| trail.failed_because(format!("its source: {error}")))?;
                let config = sts(env, region.as_ref(), trail).await?;
                taken(role.ask(base, &config).await, trail)
            }
        }
    }
}

fn taken(answer: Result<Credentials, Refused>, trail: &Trail) -> Result<Snapshot, Failure> {
    match answer {
        Ok(credentials) => Ok(snapshot(credentials, trail)?),
        Err(refused) => Err(Failure {
            error: trail.failed_because(refused.reason),
            base_rejected: refused.who_asks,
        }),
    }
}

async fn process(command: &Command, trail: &Trail) -> Result<Snapshot, ChainError> {
    trail.allow(BOUND);
    let process = CredentialProcess {
        command: command.clone(),
        account_id: None,
        bound: BOUND,
    };
    match process.provide_credentials().await {
        Ok(credentials) => snapshot(credentials, trail),
        Err(error) => Err(trail.failed(&error)),
    }
}

/// Settings of the shared config file count here too: region, endpoint, certificates.
async fn sts(env: &Env, region: Option<&String>, trail: &Trail) -> Result<SdkConfig, ChainError> {
    let chosen = Chosen::load(env, None)
        .await
        .map_err(|error| trail.failed(&error))?;
    let region = region
        .cloned()
        .or_else(|| set(env, "AWS_REGION"))
        .or_else(|| set(env, "AWS_DEFAULT_REGION"))
        .or_else(|| chosen.get("region").map(str::to_owned))
        .ok_or_else(|| {
            trail.failed_because(
                "STS needs a region: give one, or set AWS_REGION or the profile's region",
            )
        })?;
    let http = http::outward(env, chosen.get("ca_bundle"))
        .map_err(|reason| trail.failed_because(reason))?;
    Ok(client_config::sdk_config(http, region, env, chosen).await)
}
