//! The environment, as a source and as configuration of the others.

use std::io::Read;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_credential_types::provider::{self, ProvideCredentials};
use aws_types::os_shim_internal::Env;

/// The variables that set a source up.
pub(super) struct Wanted {
    variables: &'static [&'static str],
    /// Or any one of them.
    all: bool,
    token_file: &'static str,
}

pub(super) const WEB_IDENTITY: Wanted = Wanted {
    variables: &["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"],
    all: true,
    token_file: "AWS_WEB_IDENTITY_TOKEN_FILE",
};

pub(super) const CONTAINER: Wanted = Wanted {
    variables: &[
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ],
    all: false,
    token_file: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
};

impl Wanted {
    /// Those that are missing, if the source is not set up.
    pub fn missing(&self, env: &Env) -> Option<String> {
        let unset = self
            .variables
            .iter()
            .filter(|name| set(env, name).is_none());
        let unset: Vec<&str> = unset.copied().collect();
        let set_up = unset.is_empty() || (!self.all && unset.len() < self.variables.len());
        (!set_up).then(|| format!("{} not set", unset.join(", ")))
    }

    /// Those that are set, if the source is set up.
    pub fn set_by(&self, env: &Env) -> Option<String> {
        if self.missing(env).is_some() {
            return None;
        }
        let names = self
            .variables
            .iter()
            .filter(|name| set(env, name).is_some());
        let names: Vec<&str> = names.copied().collect();
        Some(format!("{} set", names.join(", ")))
    }

    /// AWS's providers do not say which file they could not open.
    pub fn unreadable(&self, env: &Env) -> Option<String> {
        let path = set(env, self.token_file)?;
        // Read, not opened: a directory opens. One byte: the rest is a secret.
        let read = std::fs::File::open(&path).and_then(|mut file| file.read(&mut [0]));
        let error = read.err()?;
        Some(format!("{}: cannot read {path}: {error}", self.token_file))
    }
}

/// A blank variable counts as unset, as in AWS's SDKs.
pub(super) fn set(env: &Env, name: &str) -> Option<String> {
    env.get(name).ok().filter(|value| !value.trim().is_empty())
}

/// As AWS's provider reads it.
pub(super) fn metadata_disabled(env: &Env) -> bool {
    set(env, "AWS_EC2_METADATA_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

pub(super) async fn credentials() -> provider::Result {
    EnvironmentVariableCredentialsProvider::new()
        .provide_credentials()
        .await
}

pub(super) fn why_not_set(env: &Env) -> String {
    match set(env, "AWS_ACCESS_KEY_ID") {
        None => "AWS_ACCESS_KEY_ID is not set".to_owned(),
        Some(_) => "AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not".to_owned(),
    }
}

/// Static keys win over a web identity, in every AWS SDK; in a pod that was given a role this is
/// seldom what was meant.
pub(super) fn shadowing(env: &Env) -> Option<String> {
    WEB_IDENTITY.missing(env).is_none().then(|| {
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (Environment) are used, so the role of \
         AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE (WebIdentityToken) is not; unset the keys \
         to use the role"
            .to_owned()
    })
}
