//! An error of AWS's crates as one line: their `Display` names the category and leaves the cause to
//! `source()`, and a service's own words to its metadata.

use std::error::Error;

use aws_config::imds::client::error::ImdsError;
use aws_sdk_signin::operation::create_o_auth2_token::CreateOAuth2TokenError;
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
use aws_sdk_ssooidc::operation::create_token::CreateTokenError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};

/// A page of HTML, or a chain without end, is cut.
const LONGEST_CAUSE: usize = 400;
const MOST_CAUSES: usize = 12;

/// Said by AWS's wrappers of every failure, and by no failure in particular.
const SAY_NOTHING: [&str; 8] = [
    "an error occurred while loading credentials",
    "an error occurred while loading a token",
    "unexpected credentials error",
    "unexpected token source error",
    "the credential provider was not enabled",
    "the credentials provider was not properly configured",
    "service error",
    "unhandled error",
];

/// The causes from the outermost in, without those that say nothing or repeat.
pub(crate) fn in_one_line(error: &(dyn Error + 'static)) -> String {
    let mut causes: Vec<String> = Vec::new();
    let chain = std::iter::successors(Some(error), |e| (*e).source());
    for error in chain.take(MOST_CAUSES) {
        let told = [own_words(error), hidden_cause(error)];
        for cause in told.into_iter().flatten().map(|cause| one_line(&cause)) {
            let says_nothing = cause.is_empty() || SAY_NOTHING.contains(&cause.as_str());
            if !says_nothing && !causes.iter().any(|said| said.contains(&cause)) {
                causes.push(cause);
            }
        }
    }
    if causes.is_empty() {
        return one_line(&error.to_string());
    }
    causes.join(": ")
}

/// Control characters and runs of blanks become one blank; the rest is cut to a readable length.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let mut line = words.join(" ");
    if line.chars().count() > LONGEST_CAUSE {
        line = line.chars().take(LONGEST_CAUSE).chain(['…']).collect();
    }
    line
}

/// aws-config's error of a sign-on token tells its cause by the deprecated method only.
fn hidden_cause(error: &(dyn Error + 'static)) -> Option<String> {
    #[allow(deprecated)]
    match error.source() {
        Some(_) => None,
        None => error.cause().map(ToString::to_string),
    }
}

/// `None` if another cause says it, or says it better.
fn own_words(error: &(dyn Error + 'static)) -> Option<String> {
    // Its Display shows the whole response.
    if let Some(ImdsError::ErrorResponse(context)) = error.downcast_ref() {
        let status = context.response().status().as_u16();
        return Some(format!("instance metadata answered HTTP {status}"));
    }
    // What a service's error is made of; it has spoken.
    if error.is::<ErrorMetadata>() {
        return None;
    }
    service_error::<AssumeRoleError>(error)
        .or_else(|| service_error::<AssumeRoleWithWebIdentityError>(error))
        .or_else(|| service_error::<GetRoleCredentialsError>(error))
        .or_else(|| service_error::<CreateTokenError>(error))
        .or_else(|| service_error::<CreateOAuth2TokenError>(error))
        .unwrap_or_else(|| Some(error.to_string()))
}

/// `None` if it is no error of this operation.
fn service_error<E>(error: &(dyn Error + 'static)) -> Option<Option<String>>
where
    E: Error + ProvideErrorMetadata + 'static,
{
    if let Some(error) = error.downcast_ref::<SdkError<E, HttpResponse>>() {
        let status = error
            .raw_response()
            .map(|response| response.status().as_u16());
        return Some(Some(match status {
            Some(status) => format!("answered HTTP {status}"),
            None => error.to_string(),
        }));
    }
    let error = error.downcast_ref::<E>()?;
    Some(match (error.code(), error.message()) {
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
        (Some(only), None) | (None, Some(only)) => Some(only.to_owned()),
        (None, None) => None,
    })
}

/// Whether logging in again may help: not where the service was not reached, is in trouble or
/// answered what no one can read, nor where the profile itself is wrong.
pub(crate) fn may_be_a_login(error: &(dyn Error + 'static)) -> bool {
    let mut chain = std::iter::successors(Some(error), |e| (*e).source()).take(MOST_CAUSES);
    !chain.any(|error| {
        let said = error.to_string();
        said.contains("could not be built")
            || said.contains("was not defined")
            || said.contains("was missing")
            || not_refused::<GetRoleCredentialsError>(error)
            || not_refused::<CreateTokenError>(error)
            || error
                .downcast_ref::<CreateOAuth2TokenError>()
                .is_some_and(|e| !e.is_access_denied_exception() && !e.is_validation_exception())
    })
}

/// A request that ended otherwise than by the service's refusal of who asks.
fn not_refused<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    match error.downcast_ref::<SdkError<E, HttpResponse>>() {
        Some(SdkError::ServiceError(refusal)) => {
            !matches!(refusal.raw().status().as_u16(), 400 | 401)
        }
        Some(_) => true,
        None => false,
    }
}
