//! What STS is asked for by a provider of a role: everything that AWS's SDKs pass on. aws-config's
//! own providers know no duration of a web identity, no transitive tag and no source identity.

use std::path::PathBuf;

use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use aws_sdk_sts::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_sts::types::{self, AssumedRoleUser, PolicyDescriptorType, Tag};
use aws_sdk_sts::Client;

use crate::causes;

const PROVIDER_NAME: &str = "STS";
const DIGITS_OF_AN_ACCOUNT: usize = 12;

/// How STS says that it does not know, or no longer accepts, who asks.
const REJECTS_WHO_ASKS: [&str; 4] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
];

/// The parameters that both ways to a role have, in the words of STS's API.
#[derive(Debug, Clone, Default)]
pub struct Session {
    pub role_arn: String,
    pub role_session_name: String,
    pub duration_seconds: Option<i32>,
    pub policy: Option<String>,
    pub policy_arns: Vec<String>,
}

/// `AssumeRole`, asked for with other credentials.
#[derive(Debug, Clone, Default)]
pub struct AssumeRole {
    pub session: Session,
    pub external_id: Option<String>,
    pub tags: Vec<(String, String)>,
    pub transitive_tag_keys: Vec<String>,
    pub source_identity: Option<String>,
}

/// `AssumeRoleWithWebIdentity`, asked for with the token in a file.
#[derive(Debug, Clone, Default)]
pub struct WebIdentity {
    pub session: Session,
    pub web_identity_token_file: PathBuf,
    pub provider_id: Option<String>,
}

/// Why STS gave no credentials.
pub(super) struct Refused {
    pub reason: String,
    /// Another set might be accepted.
    pub who_asks: bool,
}

impl From<String> for Refused {
    fn from(reason: String) -> Self {
        Self {
            reason,
            who_asks: false,
        }
    }
}

impl From<BuildError> for Refused {
    fn from(error: BuildError) -> Self {
        causes::in_one_line(&error).into()
    }
}

impl AssumeRole {
    pub(super) async fn ask(
        &self,
        base: Credentials,
        config: &SdkConfig,
    ) -> Result<Credentials, Refused> {
        let config = config
            .to_builder()
            .credentials_provider(SharedCredentialsProvider::new(base))
            .build();
        let tags = self
            .tags
            .iter()
            .map(|(key, value)| Tag::builder().key(key).value(value).build());
        let tags = tags.collect::<Result<Vec<_>, _>>()?;
        let answer = Client::new(&config)
            .assume_role()
            .role_arn(&self.session.role_arn)
            .role_session_name(&self.session.role_session_name)
            .set_duration_seconds(self.session.duration_seconds)
            .set_policy(self.session.policy.clone())
            .set_policy_arns(self.session.policy_arns())
            .set_external_id(self.external_id.clone())
            .set_tags(some(tags))
            .set_transitive_tag_keys(some(self.transitive_tag_keys.clone()))
            .set_source_identity(self.source_identity.clone())
            .send()
            .await
            .map_err(|error| Refused {
                who_asks: error
                    .code()
                    .is_some_and(|code| REJECTS_WHO_ASKS.contains(&code)),
                reason: causes::in_one_line(&error),
            })?;
        credentials(answer.credentials, answer.assumed_role_user)
    }
}

impl WebIdentity {
    /// The file is read each time: its token is replaced every now and then.
    pub(super) async fn ask(&self, config: &SdkConfig) -> Result<Credentials, Refused> {
        let file = &self.web_identity_token_file;
        let token = std::fs::read_to_string(file)
            .map_err(|error| format!("web_identity_token_file: cannot read {file:?}: {error}"))?;
        let answer = Client::new(config)
            .assume_role_with_web_identity()
            .role_arn(&self.session.role_arn)
            .role_session_name(&self.session.role_session_name)
            .set_duration_seconds(self.session.duration_seconds)
            .set_policy(self.session.policy.clone())
            .set_policy_arns(self.session.policy_arns())
            .set_provider_id(self.provider_id.clone())
            .web_identity_token(token.trim())
            .send()
            .await
            .map_err(|error| causes::in_one_line(&error))?;
        credentials(answer.credentials, answer.assumed_role_user)
    }
}

impl Session {
    fn policy_arns(&self) -> Option<Vec<PolicyDescriptorType>> {
        let descriptor = |arn| PolicyDescriptorType::builder().arn(arn).build();
        some(self.policy_arns.iter().map(descriptor).collect())
    }
}

/// An empty list would be sent as a parameter without a value.
fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

fn credentials(
    issued: Option<types::Credentials>,
    user: Option<AssumedRoleUser>,
) -> Result<Credentials, Refused> {
    let issued = issued.ok_or_else(|| "answered without Credentials".to_owned())?;
    let expiration = issued
        .expiration
        .try_into()
        .map_err(|_| "answered with an Expiration that is no time".to_owned())?;
    let mut credentials = Credentials::builder()
        .access_key_id(issued.access_key_id)
        .secret_access_key(issued.secret_access_key)
        .session_token(issued.session_token)
        .expiry(expiration)
        .provider_name(PROVIDER_NAME);
    let arn = user.map(|user| user.arn).unwrap_or_default();
    let account = arn.split(':').nth(4).unwrap_or_default();
    if account.len() == DIGITS_OF_AN_ACCOUNT && account.bytes().all(|b| b.is_ascii_digit()) {
        credentials.set_account_id(Some(account.to_owned().into()));
    }
    Ok(credentials.build())
}
