//! A profile's `credential_process` as a provider of AWS's chain.

mod stderr;

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::{self, error::CredentialsError, future, ProvideCredentials};
use aws_credential_types::Credentials;
use aws_smithy_json::deserialize::token::skip_value;
use aws_smithy_json::deserialize::{json_token_iter, Token};
use aws_smithy_types::date_time::{DateTime, Format};
use zeroize::Zeroizing;

#[cfg(not(feature = "fuzzing"))]
use super::process::run;
use super::process::{Command, Output};
#[cfg(feature = "fuzzing")]
use crate::fuzzing::run;

/// A sign-in through a browser must fit; a hang must not look like one.
pub(crate) const BOUND: Duration = Duration::from_secs(60);
const PROVIDER_NAME: &str = "CredentialProcess";

pub(crate) struct CredentialProcess {
    pub command: Command,
    /// The profile's, for a process that names none.
    pub account_id: Option<String>,
    pub bound: Duration,
}

/// A command's arguments may be secrets.
impl fmt::Debug for CredentialProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialProcess").finish_non_exhaustive()
    }
}

impl ProvideCredentials for CredentialProcess {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(self.credentials())
    }
}

impl CredentialProcess {
    fn credentials(&self) -> provider::Result {
        let output = run(&self.command, self.bound).map_err(|error| {
            failed(match error.kind() {
                std::io::ErrorKind::TimedOut => {
                    format!("was killed: no answer within {} s", self.bound.as_secs())
                }
                _ => format!("could not be run: {error}"),
            })
        })?;
        self.judge(&output)
    }

    pub(crate) fn judge(&self, output: &Output) -> provider::Result {
        let stderr = match stderr::without_secrets(&output.stderr) {
            text if text.is_empty() => text,
            text => format!("; it wrote to stderr: {text}"),
        };
        if let Some(status) = output.status.filter(|status| !status.success()) {
            return Err(failed(format!("ended with {status}{stderr}")));
        }
        self.parse(&output.stdout)
            .map_err(|reason| match output.status {
                Some(_) => failed(format!("{reason}{stderr}")),
                None => failed(format!("{reason} (its exit status is unknown){stderr}")),
            })
    }

    /// Field names are compared without case, as AWS's SDKs do. No reason quotes the answer.
    fn parse(&self, answer: &[u8]) -> Result<Credentials, String> {
        let fields = Fields::of(answer).ok_or("did not answer with a JSON object")?;
        match fields.version.as_deref() {
            Some("1") => {}
            Some(_) => return Err("answered with a Version other than 1".to_owned()),
            None => return Err("answered without Version".to_owned()),
        }
        let missing = |name| format!("answered without {name}");
        let expiry = match fields.expiration {
            None => None,
            Some(text) => Some(
                DateTime::from_str(&text, Format::DateTimeWithOffset)
                    .ok()
                    .and_then(|time| SystemTime::try_from(time).ok())
                    .ok_or("answered with an Expiration that is not a time of RFC 3339")?,
            ),
        };
        let mut credentials = Credentials::builder()
            .access_key_id(present(fields.access_key_id).ok_or_else(|| missing("AccessKeyId"))?)
            .secret_access_key(
                present(fields.secret_access_key).ok_or_else(|| missing("SecretAccessKey"))?,
            )
            .provider_name(PROVIDER_NAME);
        credentials.set_session_token(fields.session_token.map(taken));
        credentials.set_expiry(expiry);
        let account_id = fields.account_id.or_else(|| self.account_id.clone());
        credentials.set_account_id(account_id.map(Into::into));
        Ok(credentials.build())
    }
}

#[derive(Default)]
struct Fields {
    version: Option<String>,
    access_key_id: Option<Zeroizing<String>>,
    secret_access_key: Option<Zeroizing<String>>,
    session_token: Option<Zeroizing<String>>,
    account_id: Option<String>,
    expiration: Option<String>,
}

impl Fields {
    fn of(answer: &[u8]) -> Option<Self> {
        let mut fields = Self::default();
        let mut tokens = json_token_iter(answer).peekable();
        let Some(Ok(Token::StartObject { .. })) = tokens.next() else {
            return None;
        };
        loop {
            let key = match tokens.next()?.ok()? {
                Token::EndObject { .. } => break,
                Token::ObjectKey { key, .. } => key.to_unescaped().ok()?.to_ascii_lowercase(),
                _ => return None,
            };
            let value = match tokens.peek()?.as_ref().ok()? {
                Token::ValueString { value, .. } => {
                    value.to_unescaped().ok().map(|text| text.into_owned())
                }
                Token::ValueNumber { value, .. } => {
                    i64::try_from(*value).ok().map(|number| number.to_string())
                }
                _ => None,
            };
            let value = value.map(Zeroizing::new);
            match key.as_str() {
                "version" => fields.version = value.map(taken),
                "accesskeyid" => fields.access_key_id = value,
                "secretaccesskey" => fields.secret_access_key = value,
                "sessiontoken" => fields.session_token = value,
                "accountid" => fields.account_id = value.map(taken),
                "expiration" => fields.expiration = value.map(taken),
                _ => {}
            }
            skip_value(&mut tokens).ok()?;
        }
        tokens.next().is_none().then_some(fields)
    }
}

fn present(field: Option<Zeroizing<String>>) -> Option<String> {
    field.filter(|text| !text.is_empty()).map(taken)
}

/// The string itself, for one who wipes it in turn: no copy stays.
fn taken(mut field: Zeroizing<String>) -> String {
    std::mem::take(&mut *field)
}

fn failed(reason: String) -> CredentialsError {
    CredentialsError::provider_error(format!("credential_process {reason}"))
}
