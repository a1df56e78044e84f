//! One set of credentials as a source gave it.

use std::fmt;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;

use crate::error::SigningError;
use crate::signing_identity::SigningIdentity;

/// Access key, secret, token, account and expiration of one answer: they belong together and are
/// never exchanged singly. The secrets are zeroed when the last holder lets go.
#[derive(Clone)]
pub struct Snapshot {
    credentials: Credentials,
    /// Once it was asked for: a set may be kept that nothing is ever signed with.
    identity: OnceLock<SigningIdentity>,
    source: String,
    recheck: Option<Duration>,
    outlives_its_source: bool,
}

impl Snapshot {
    /// `source` names who answered, in AWS's terms.
    pub fn new(credentials: Credentials, source: impl Into<String>) -> Self {
        Self {
            credentials,
            identity: OnceLock::new(),
            source: source.into(),
            recheck: None,
            outlives_its_source: false,
        }
    }

    /// For a set without an expiration: how soon its source is looked at again.
    #[must_use]
    pub fn recheck_after(mut self, interval: Duration) -> Self {
        self.recheck = Some(interval);
        self
    }

    /// For a set of the instance metadata service; see [`crate::windows::static_stability`].
    #[must_use]
    pub fn with_static_stability(mut self) -> Self {
        self.outlives_its_source = true;
        self
    }

    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// What the signer takes.
    pub fn identity(&self) -> Result<SigningIdentity, SigningError> {
        if let Some(identity) = self.identity.get() {
            return Ok(identity.clone());
        }
        let identity = SigningIdentity::new(self.credentials.clone())?;
        Ok(self.identity.get_or_init(|| identity).clone())
    }

    pub fn access_key_id(&self) -> &str {
        self.credentials.access_key_id()
    }

    pub fn secret_access_key(&self) -> &str {
        self.credentials.secret_access_key()
    }

    pub fn session_token(&self) -> Option<&str> {
        self.credentials.session_token()
    }

    pub fn account_id(&self) -> Option<&str> {
        self.credentials.account_id().map(|id| id.as_str())
    }

    /// `None` for a set that never expires.
    pub fn expiration(&self) -> Option<SystemTime> {
        self.credentials.expiry()
    }

    /// Who answered: `Environment`, `Profile(name)`, `WebIdentityToken`, `EcsContainer` or
    /// `Ec2InstanceMetadata`.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether AWS would tell the two apart.
    pub fn same_set(&self, other: &Self) -> bool {
        self.access_key_id() == other.access_key_id()
            && self.secret_access_key() == other.secret_access_key()
            && self.session_token() == other.session_token()
    }

    pub(crate) fn recheck(&self) -> Option<Duration> {
        self.recheck
    }

    pub(crate) fn has_static_stability(&self) -> bool {
        self.outlives_its_source
    }

    pub(crate) fn extended_to(&self, expiration: SystemTime) -> Self {
        let mut extended = self.clone();
        *extended.credentials.expiry_mut() = Some(expiration);
        // It tells the expiration too.
        extended.identity = OnceLock::new();
        extended
    }
}

/// Shows the access key id at most.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("access_key_id", &self.access_key_id())
            .field("source", &self.source)
            .field("expiration", &self.expiration())
            .finish_non_exhaustive()
    }
}
