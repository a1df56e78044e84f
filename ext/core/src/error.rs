//! What can be wrong with a request or with credentials before they are signed.

/// Why nothing was signed. No variant carries a secret, a session token or a header's value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// A part of the request cannot be signed; `part` names it as `Request` does.
    #[error("request {part} {reason}")]
    Request { part: String, reason: String },
    /// A field of the credentials cannot be used; `field` is its name in AWS's terms.
    #[error("credentials {field} {reason}")]
    Credentials { field: &'static str, reason: String },
}

impl SigningError {
    pub(crate) fn request(part: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Request {
            part: part.into(),
            reason: reason.into(),
        }
    }

    pub(crate) fn credentials(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Credentials {
            field,
            reason: reason.into(),
        }
    }
}
