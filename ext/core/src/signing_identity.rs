//! Credentials that a request can be signed with.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::identity::Identity;

use crate::bytes::every_byte;
use crate::error::SigningError;

/// Credentials that were looked at once, and need not be for each request. Clones share one copy.
#[derive(Clone, Debug)]
pub struct SigningIdentity {
    credentials: Credentials,
    identity: Identity,
}

impl SigningIdentity {
    /// Refuses keys and tokens that AWS never issues.
    pub fn new(credentials: Credentials) -> Result<Self, SigningError> {
        validate(&credentials)?;
        Ok(Self {
            identity: credentials.clone().into(),
            credentials,
        })
    }

    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// As aws-sigv4 takes it.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }
}

pub(crate) fn validate(credentials: &Credentials) -> Result<(), SigningError> {
    // Those that part the Authorization header and the scope in it.
    let parts_the_scope = |b| matches!(b, b'/' | b',' | b'=');
    visible("access_key_id", credentials.access_key_id(), |b| {
        !parts_the_scope(b)
    })?;
    visible("secret_access_key", credentials.secret_access_key(), |_| {
        true
    })?;
    match credentials.session_token() {
        Some(token) => visible("session_token", token, |_| true),
        None => Ok(()),
    }
}

fn visible(
    field: &'static str,
    value: &str,
    allowed: impl Fn(u8) -> bool,
) -> Result<(), SigningError> {
    if value.is_empty() {
        return Err(SigningError::credentials(field, "is blank"));
    }
    if every_byte(value, |b| b.is_ascii_graphic() && allowed(b)) {
        return Ok(());
    }
    let reason = "has a space, a line break, NUL or another character that AWS never issues; \
                  is it read from a file with a trailing newline?";
    Err(SigningError::credentials(field, reason))
}
