//! AWS's sources of credentials, walked in AWS's order, each with its name.
//!
//! aws-config's own chain does not say who answered nor why the others did not, so its five public
//! providers are walked here. They are built for one load and dropped: they keep what they read, and
//! after an error some of them answer nothing but "already taken".

mod alone;
mod base;
mod client_config;
pub(crate) mod credential_process;
mod environment;
#[cfg_attr(feature = "fuzzing", allow(dead_code))]
mod http;
#[cfg_attr(feature = "fuzzing", allow(dead_code))]
pub(crate) mod process;
mod profile;
mod region;
mod shadowed;
mod sts;
mod trail;

use std::time::{Duration, SystemTime};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::{error::CredentialsError, ProvideCredentials};
use aws_credential_types::Credentials;
use aws_types::os_shim_internal::Env;

use crate::causes;
use crate::chain_error::ChainError;
use crate::snapshot::Snapshot;
pub(crate) use alone::Failure;
pub use alone::{Base, Region, Source};
use client_config::provider_config;
use environment::{set, Wanted};
pub use process::Command;
use profile::Chosen;
use region::region;
pub(crate) use shadowed::shadowed;
pub use sts::{AssumeRole, Session, WebIdentity};
pub(crate) use trail::Trail;
use trail::{CONTAINER, ENVIRONMENT, INSTANCE, WEB_IDENTITY};

/// What the network may take altogether. A source has several requests and tries in it.
pub(crate) const NETWORK_BOUND: Duration = Duration::from_secs(15);
/// The longest load: the network's time and that of a `credential_process`.
pub(crate) const LONGEST: Duration = Duration::from_secs(80);

/// Static keys may be edited or unset; looking again is a few system calls, once a minute.
const RECHECK: Duration = Duration::from_secs(60);

/// What tells one chain from another; the rest is the environment's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ChainConfig {
    /// Asked alone, ahead of environment keys, and never fallen through.
    pub profile: Option<String>,
    /// For STS and SSO where neither the environment nor the profile names one.
    pub region: Option<String>,
}

/// One walk. The trail tells how far it came, should it be cut short.
pub(crate) async fn walk(
    config: &ChainConfig,
    env: &Env,
    trail: &Trail,
) -> Result<Snapshot, ChainError> {
    let explicit = config
        .profile
        .as_deref()
        .filter(|name| !name.trim().is_empty());
    trail.choose_region(region(config, env, None));
    if explicit.is_none() {
        trail.enter(ENVIRONMENT);
        match environment::credentials().await {
            Ok(credentials) => {
                trail.warn(environment::shadowing(env));
                return Ok(Snapshot::new(credentials, ENVIRONMENT).recheck_after(RECHECK));
            }
            Err(CredentialsError::CredentialsNotLoaded(_)) => {
                trail.not_set(environment::why_not_set(env));
            }
            Err(error) => return Err(trail.failed(&error)),
        }
    } else {
        trail.skip(ENVIRONMENT, "the profile was chosen explicitly");
    }

    trail.enter_profile(
        explicit
            .map(str::to_owned)
            .or_else(|| set(env, "AWS_PROFILE")),
    );
    let chosen = match Chosen::load(env, explicit).await {
        Ok(chosen) => chosen,
        Err(error) => return Err(trail.failed(&error)),
    };
    trail.allow(chosen.extra_time());
    if let Some(reason) = chosen.missing(env) {
        return Err(trail.failed_because(reason));
    }
    let ca_bundle = chosen.get("ca_bundle");
    #[cfg(feature = "fuzzing")]
    use crate::fuzzing as http;
    let outward = http::outward(env, ca_bundle).map_err(|reason| trail.failed_because(reason))?;
    let direct = http::direct(env, ca_bundle).map_err(|reason| trail.failed_because(reason))?;
    let region = region(config, env, Some(&chosen));
    trail.choose_region(region.clone());
    let region = region.map(|region| region.name);
    let outward = provider_config(outward, region.clone()).await;
    let direct = provider_config(direct, region).await;

    match chosen.credentials(&outward, &direct).await {
        Ok(credentials) => {
            let recheck = chosen.extra_time().is_zero().then_some(RECHECK);
            let snapshot = snapshot(credentials, trail)?;
            // A process may ask a person; it is not run on a schedule.
            return Ok(recheck.into_iter().fold(snapshot, Snapshot::recheck_after));
        }
        Err(error @ CredentialsError::CredentialsNotLoaded(_)) => {
            if chosen.explicit || Chosen::is_broken(&error) {
                return Err(
                    trail.failed_because(match std::error::Error::source(&error) {
                        Some(cause) => causes::one_line(&cause.to_string()),
                        None => format!("profile {:?} has no credentials", chosen.name),
                    }),
                );
            }
            trail.not_set("no profile with credentials");
        }
        Err(error) => return Err(trail.failed_renewable(&error, chosen.renewal())),
    }

    trail.enter(WEB_IDENTITY);
    let web_identity = || {
        WebIdentityTokenCredentialsProvider::builder()
            .configure(&outward)
            .build()
    };
    if let Some(set) = ask(web_identity, &environment::WEB_IDENTITY, env, trail).await? {
        return Ok(set);
    }
    trail.enter(CONTAINER);
    if let Some(set) = ask(|| container(&direct), &environment::CONTAINER, env, trail).await? {
        return Ok(set);
    }
    if environment::metadata_disabled(env) {
        trail.skip(INSTANCE, "AWS_EC2_METADATA_DISABLED is true");
        return Err(trail.exhausted());
    }
    trail.enter(INSTANCE);
    match instance(&direct).provide_credentials().await {
        Ok(credentials) => Ok(snapshot(credentials, trail)?.with_static_stability()),
        Err(error @ CredentialsError::CredentialsNotLoaded(_)) => {
            trail.not_loaded(&error);
            Err(trail.exhausted())
        }
        Err(error) => Err(trail.failed(&error)),
    }
}

/// AWS's crates take a field that an answer lacks for a blank one, and a time for 1970. Such a set
/// must not be kept for its hour.
fn snapshot(credentials: Credentials, trail: &Trail) -> Result<Snapshot, ChainError> {
    let lacking = [
        ("AccessKeyId", credentials.access_key_id().is_empty()),
        (
            "SecretAccessKey",
            credentials.secret_access_key().is_empty(),
        ),
        (
            "Expiration",
            credentials.expiry() == Some(SystemTime::UNIX_EPOCH),
        ),
    ];
    match lacking.into_iter().find(|(_, lacks)| *lacks) {
        Some((field, _)) => Err(trail.failed_because(format!("answered without {field}"))),
        None => Ok(Snapshot::new(credentials, trail.current())),
    }
}

/// The provider is built only if it is set up: building one of STS reads the system's certificates.
async fn ask<P: ProvideCredentials>(
    provider: impl FnOnce() -> P,
    wanted: &Wanted,
    env: &Env,
    trail: &Trail,
) -> Result<Option<Snapshot>, ChainError> {
    if let Some(missing) = wanted.missing(env) {
        trail.not_set(missing);
        return Ok(None);
    }
    match provider().provide_credentials().await {
        Ok(credentials) => snapshot(credentials, trail).map(Some),
        Err(error @ CredentialsError::CredentialsNotLoaded(_)) => {
            trail.not_loaded(&error);
            Ok(None)
        }
        Err(error) => Err(match wanted.unreadable(env) {
            Some(reason) => trail.failed_because(reason),
            None => trail.failed(&error),
        }),
    }
}

fn container(config: &ProviderConfig) -> EcsCredentialsProvider {
    EcsCredentialsProvider::builder().configure(config).build()
}

fn instance(config: &ProviderConfig) -> ImdsCredentialsProvider {
    ImdsCredentialsProvider::builder().configure(config).build()
}
