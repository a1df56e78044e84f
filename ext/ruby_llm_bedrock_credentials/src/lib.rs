//! The Ruby binding: the only place that knows both Ruby and Rust.

mod asking;
mod credentials_provider;
mod diagnosis;
mod error;
mod event;
mod gvl;
mod request;
mod sign;
mod snapshot;
mod source;
mod text;
mod waiting;

use magnus::{prelude::*, Error, Ruby};

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use bedrock_credentials_core::allocator::ThreadCached;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: ThreadCached = ThreadCached(std::alloc::System);

#[magnus::init]
fn init(ruby: &Ruby) -> Result<(), Error> {
    let bedrock_credentials = ruby
        .define_module("RubyLLM")?
        .define_module("BedrockCredentials")?;
    error::init(ruby);
    request::init(ruby);
    snapshot::init(ruby);
    credentials_provider::init(ruby, bedrock_credentials)?;
    diagnosis::init(ruby, bedrock_credentials)?;
    sign::init(ruby, bedrock_credentials)
}
