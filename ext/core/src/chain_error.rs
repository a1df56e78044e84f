//! Why no credentials could be had, source by source.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_smithy_types::date_time::{DateTime, Format};

const WHAT_TO_SET: &str = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile of \
    ~/.aws/config with AWS_PROFILE, or run where AWS provides credentials: a web identity \
    (AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN), a container role or an EC2 instance role.";

/// No message holds a secret, a token or an answer's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainError {
    kind: Kind,
    summary: String,
    attempts: Vec<Attempt>,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// No source is set up.
    NothingFound,
    /// A source that is set up failed; those after it were not asked.
    SourceFailed,
    /// A source answered with credentials past their expiration.
    AlreadyExpired,
    /// No answer in time.
    TimedOut,
    /// A fault of ours, or of the machine: no thread, a panic.
    Internal,
}

/// What became of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// In AWS's terms, as in [`crate::snapshot::Snapshot::source`].
    pub source: String,
    pub outcome: Outcome,
    /// From entering the source to its outcome; nothing for one that was not tried.
    pub took: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    NotSet(String),
    /// Not asked, as someone chose.
    Skipped(String),
    Failed(String),
    Found,
    NotTried,
    /// Not tried, though it is set up, as an earlier one answered.
    Shadowed(String),
}

impl ChainError {
    /// No source is set up.
    pub fn nothing(attempts: Vec<Attempt>) -> Self {
        Self {
            kind: Kind::NothingFound,
            summary: "no AWS credentials found".to_owned(),
            attempts,
        }
    }

    /// The source that failed is the last of `attempts` that was tried.
    pub fn failed(kind: Kind, source: &str, attempts: Vec<Attempt>) -> Self {
        Self {
            kind,
            summary: format!("{source} could not provide AWS credentials"),
            attempts,
        }
    }

    /// The only source that was to be asked.
    pub(crate) fn source_failed(source: &str, reason: String) -> Self {
        let attempt = Attempt {
            source: source.to_owned(),
            outcome: Outcome::Failed(reason),
            took: Duration::ZERO,
        };
        Self::failed(Kind::SourceFailed, source, vec![attempt])
    }

    /// STS was not asked for `role`, as its source has nothing to ask with, for this reason.
    pub(crate) fn without_base(role: &str, reason: &Self) -> Self {
        let mut error = reason.clone();
        error.summary = format!("{role} has nothing to ask STS with: {}", reason.summary);
        error.attempts.push(Attempt {
            source: role.to_owned(),
            outcome: Outcome::NotTried,
            took: Duration::ZERO,
        });
        error
    }

    pub(crate) fn already_expired(source: &str, expiration: SystemTime) -> Self {
        let expiration = DateTime::from(expiration)
            .fmt(Format::DateTime)
            .unwrap_or_else(|_| "an unknown time".to_owned());
        Self::plain(
            Kind::AlreadyExpired,
            format!(
                "{source} answered with AWS credentials that expired at {expiration}; \
                 is this machine's clock right?"
            ),
        )
    }

    pub(crate) fn no_answer(patience: Duration) -> Self {
        let seconds = patience.as_secs();
        Self::plain(
            Kind::TimedOut,
            format!("loading AWS credentials gave no answer within {seconds} s and was given up"),
        )
    }

    pub(crate) fn no_thread() -> Self {
        Self::internal("the thread that loads AWS credentials could not start or ended early")
    }

    pub(crate) fn internal(what: &str) -> Self {
        Self::plain(Kind::Internal, what.to_owned())
    }

    fn plain(kind: Kind, summary: String) -> Self {
        Self {
            kind,
            summary,
            attempts: Vec::new(),
        }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// One for each source, in AWS's order; empty if none was reached.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    pub(crate) fn nothing_found(&self) -> bool {
        self.kind == Kind::NothingFound
    }
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary)?;
        for Attempt {
            source, outcome, ..
        } in &self.attempts
        {
            match outcome {
                Outcome::NotSet(why) => write!(f, "\n  {source}: not set: {why}")?,
                Outcome::Skipped(why) => write!(f, "\n  {source}: skipped: {why}")?,
                Outcome::Found => write!(f, "\n  {source}: found")?,
                Outcome::Failed(why) => write!(f, "\n  {source}: failed: {why}")?,
                Outcome::NotTried | Outcome::Shadowed(_) => write!(f, "\n  {source}: not tried")?,
            }
        }
        if self.nothing_found() {
            write!(f, "\n{WHAT_TO_SET}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ChainError {}
