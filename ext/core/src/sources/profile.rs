//! A profile of the shared config and credentials files.

use std::time::Duration;

use aws_config::profile::{
    Profile, ProfileFileCredentialsProvider, ProfileFileLoadError, ProfileSet,
};
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::{self, error::CredentialsError, ProvideCredentials};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

use super::base::{self, kind, Base};
use super::credential_process::{CredentialProcess, BOUND};
use super::environment::set;
use super::process::Command;
use super::{container, instance};

/// The name under which [`CredentialProcess`] stands in for AWS's own.
const PROCESS_SOURCE: &str = "BedrockCredentialProcess";

#[derive(Debug)]
pub(super) struct Chosen {
    pub name: String,
    /// By the caller, ahead of the environment.
    pub explicit: bool,
    /// By `AWS_PROFILE`.
    by_variable: bool,
    set: ProfileSet,
}

impl Chosen {
    /// Reads both files, each time anew.
    pub async fn load(env: &Env, explicit: Option<&str>) -> Result<Self, ProfileFileLoadError> {
        let variable = set(env, "AWS_PROFILE");
        let by_variable = explicit.is_none() && variable.is_some();
        let name = explicit
            .map(str::to_owned)
            .or(variable)
            .unwrap_or("default".to_owned());
        let set = aws_config::profile::load(
            &Fs::real(),
            env,
            &EnvConfigFiles::default(),
            Some(name.clone().into()),
        )
        .await?;
        Ok(Self {
            name,
            explicit: explicit.is_some(),
            by_variable,
            set,
        })
    }

    pub fn set(&self) -> &ProfileSet {
        &self.set
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.set.get(key)
    }

    /// AWS's SDK for Rust takes a name that does not exist for no profile at all, and asks whatever
    /// comes after: a typo becomes another identity.
    pub fn missing(&self, env: &Env) -> Option<String> {
        if !self.explicit && (!self.by_variable || self.name == "default") {
            return None;
        }
        if self.set.get_profile(&self.name).is_some() {
            return None;
        }
        let chosen_by = if self.explicit {
            ""
        } else {
            " (from AWS_PROFILE)"
        };
        let [config, credentials] = files(env);
        Some(format!(
            "profile {:?}{chosen_by} is neither in {config} nor in {credentials}",
            self.name
        ))
    }

    pub async fn credentials(
        &self,
        outward: &ProviderConfig,
        direct: &ProviderConfig,
    ) -> provider::Result {
        let mut builder = ProfileFileCredentialsProvider::builder()
            .configure(outward)
            .profile_name(&self.name)
            .with_custom_provider("EcsContainer", container(direct))
            .with_custom_provider("Ec2InstanceMetadata", instance(direct));
        let mut files = EnvConfigFiles::builder()
            .include_default_config_file(true)
            .include_default_credentials_file(true);
        if let Some((profile, command)) = self.process() {
            // Merged over the files: the profile's source becomes ours. A profile that is its own
            // `source_profile` must not have a `credential_source` too, so it gets one more behind.
            let base = profile.name();
            let stand_in = if profile.get("role_arn").is_some() {
                format!("[profile {base}]\nsource_profile = {PROCESS_SOURCE}\n[profile {PROCESS_SOURCE}]\n")
            } else {
                format!("[profile {base}]\n")
            };
            let contents = format!("{stand_in}credential_source = {PROCESS_SOURCE}\n");
            files = files.with_contents(EnvConfigFileKind::Config, contents);
            builder = builder.with_custom_provider(
                PROCESS_SOURCE,
                CredentialProcess {
                    command: Command::Shell(command.to_owned()),
                    account_id: profile.get("aws_account_id").map(str::to_owned),
                    bound: BOUND,
                },
            );
        }
        let provider = builder.profile_files(files.build()).build();
        provider.provide_credentials().await
    }

    /// `NotLoaded` means "no profile", and also "a name inside the profile that does not exist":
    /// the second must not fall through either.
    pub fn is_broken(error: &CredentialsError) -> bool {
        std::error::Error::source(error).is_some_and(|cause| {
            let cause = cause.to_string();
            cause.contains("was not defined") || cause.contains("was missing")
        })
    }

    /// What a process may take on top of the time of the network.
    pub fn extra_time(&self) -> Duration {
        self.process().map_or(Duration::ZERO, |_| BOUND)
    }

    /// The command that renews a login.
    pub fn renewal(&self) -> Option<String> {
        let profile = base::of(&self.set, &self.name)?;
        match kind(profile) {
            Base::SignOn => Some(format!("aws sso login --profile {}", profile.name())),
            Base::Login => Some(format!("aws login --profile {}", profile.name())),
            Base::Process | Base::Other => None,
        }
    }

    fn process(&self) -> Option<(&Profile, &str)> {
        let profile =
            base::of(&self.set, &self.name).filter(|profile| kind(profile) == Base::Process)?;
        Some((profile, profile.get("credential_process")?))
    }
}

fn files(env: &Env) -> [String; 2] {
    [
        ("AWS_CONFIG_FILE", "~/.aws/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    ]
    .map(|(name, default)| set(env, name).unwrap_or_else(|| default.to_owned()))
}
