//! The Ruby binding: the only place that knows both Ruby and Rust.

mod default_credentials_chain;
mod error;
mod event;
mod gvl;
mod request;
mod sign;
mod snapshot;
mod text;
mod waiting;

use magnus::{prelude::*, Error, Ruby};

#[magnus::init]
fn init(ruby: &Ruby) -> Result<(), Error> {
    let bedrock_credentials = ruby
        .define_module("RubyLLM")?
        .define_module("BedrockCredentials")?;
    error::init(ruby);
    request::init(ruby);
    snapshot::init(ruby);
    default_credentials_chain::init(ruby, bedrock_credentials)?;
    sign::init(ruby, bedrock_credentials)
}
