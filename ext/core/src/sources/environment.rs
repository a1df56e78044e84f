//! The environment, as a source and as configuration of the others.

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_credential_types::provider::{self, ProvideCredentials};
use aws_types::os_shim_internal::Env;

pub(super) const WEB_IDENTITY_TOKEN: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
pub(super) const WEB_IDENTITY: [&str; 2] = [WEB_IDENTITY_TOKEN, "AWS_ROLE_ARN"];
pub(super) const CONTAINER_TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
pub(super) const CONTAINER: [&str; 2] = [
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// A blank variable counts as unset, as in AWS's SDKs.
pub(super) fn set(env: &Env, name: &str) -> Option<String> {
    env.get(name).ok().filter(|value| !value.trim().is_empty())
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

/// The file that the variable names, if it cannot be opened.
pub(super) fn unreadable(env: &Env, variable: &str) -> Option<String> {
    let path = set(env, variable)?;
    let error = std::fs::File::open(&path).err()?;
    Some(format!("{variable}: cannot read {path}: {error}"))
}

/// Static keys win over a web identity, in every AWS SDK; in a pod that was given a role this is
/// seldom what was meant.
pub(super) fn shadowing(env: &Env) -> Option<String> {
    let configured = WEB_IDENTITY.iter().all(|name| set(env, name).is_some());
    configured.then(|| {
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (Environment) are used, so the role of \
         AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE (WebIdentityToken) is not; unset the keys \
         to use the role"
            .to_owned()
    })
}
