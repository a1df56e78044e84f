//! A role's source that lives in the caller's language.
//!
//! It is asked once for each load, before the load's own thread begins, and by the caller's means:
//! a thread of ours could not run that language. Whoever asks holds no lock of ours and is in no
//! section, so the source may block, fork, or ask another provider.

use std::sync::Arc;

use aws_credential_types::Credentials;

use crate::chain_error::ChainError;
use crate::completion::Completion;
use crate::engine::launch;
use crate::sources::Source;

pub trait Foreign: Send + Sync {
    /// Begins to ask and returns at once; what is said goes to the handover, from any thread.
    fn ask(&self, handover: Handover);
}

/// The load that waits for the source. Dropped, it tells those who wait that nothing comes.
pub struct Handover {
    source: Arc<Source>,
    completion: Completion,
}

impl Handover {
    pub(crate) fn new(source: Arc<Source>, completion: Completion) -> Self {
        Self { source, completion }
    }

    /// Goes on with the set, or fails for this reason, which holds no secret.
    pub fn take(self, said: Result<Credentials, String>) {
        match said {
            Ok(base) => launch(self.source, Some(base), self.completion),
            Err(reason) => {
                let error = ChainError::source_failed(&self.source.name(), reason);
                self.completion.complete(Err(error), Vec::new());
            }
        }
    }
}
