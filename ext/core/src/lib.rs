//! AWS credentials and signatures for Bedrock, without a word of Ruby.

pub mod allocator;
mod bytes;
pub mod cache;
mod causes;
pub mod chain_error;
pub mod completion;
pub mod diagnosis;
pub mod engine;
mod entry;
pub mod error;
pub mod event;
pub mod flight;
pub mod foreign;
pub mod fork;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod progress;
pub mod provided;
pub mod region;
pub mod request;
mod rules;
pub mod signer;
pub mod signing_identity;
pub mod snapshot;
mod sources;
mod sync;
mod url;
pub mod windows;

pub use aws_credential_types::Credentials;
pub use zeroize::Zeroizing;
