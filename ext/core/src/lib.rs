//! AWS credentials and signatures for Bedrock, without a word of Ruby.

pub mod error;
pub mod provided;
pub mod request;
pub mod signer;
mod url;

pub use aws_credential_types::Credentials;
