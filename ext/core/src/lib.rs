//! AWS credentials and signatures for Bedrock, without a word of Ruby.

mod bytes;
pub mod cache;
mod causes;
pub mod chain_error;
pub mod completion;
pub mod engine;
mod entry;
pub mod error;
pub mod event;
pub mod flight;
pub mod fork;
pub mod provided;
pub mod request;
mod rules;
pub mod signer;
pub mod snapshot;
mod sources;
mod sync;
mod url;
pub mod windows;

pub use aws_credential_types::Credentials;
