//! Core errors and panics -> Ruby exceptions. The classes are Ruby's (errors.rb).

use std::panic::{catch_unwind, AssertUnwindSafe};

use bedrock_credentials_core::chain_error::{ChainError, Kind};
use bedrock_credentials_core::error::SigningError;
use magnus::value::Lazy;
use magnus::{prelude::*, Error, Exception, ExceptionClass, RModule, Ruby, Value};

static BASE: Lazy<ExceptionClass> = Lazy::new(|ruby| class(ruby, "Error"));
static PROVIDER: Lazy<ExceptionClass> = Lazy::new(|ruby| class(ruby, "CredentialsProviderError"));
static MISSING_CREDENTIALS: Lazy<ExceptionClass> =
    Lazy::new(|ruby| class(ruby, "MissingCredentialsError"));
static SOURCE: Lazy<ExceptionClass> = Lazy::new(|ruby| class(ruby, "CredentialsSourceError"));
static INVALID_CREDENTIALS: Lazy<ExceptionClass> =
    Lazy::new(|ruby| class(ruby, "InvalidCredentialsError"));

/// Looked up here, once, and not on first use: threads have deadlocked where a `Lazy` was resolved
/// by two of them, one of them waiting for the GVL.
pub fn init(ruby: &Ruby) {
    let classes = [
        &BASE,
        &PROVIDER,
        &MISSING_CREDENTIALS,
        &SOURCE,
        &INVALID_CREDENTIALS,
    ];
    for class in classes {
        Lazy::force(class, ruby);
    }
}

/// A caller's bad argument.
pub fn argument(ruby: &Ruby, message: impl Into<String>) -> Error {
    Error::new(ruby.exception_arg_error(), message.into())
}

/// `provider` is said by its class name: its `inspect` might show a secret.
pub fn invalid_credentials(ruby: &Ruby, provider: &str, message: impl AsRef<str>) -> Error {
    let message = format!("{provider}#credentials: {}", message.as_ref());
    Error::new(ruby.get_inner(&INVALID_CREDENTIALS), message)
}

/// What `#credentials` raised, as errors.rb has it reach the caller. A `throw` or the end of the
/// thread is no exception and goes on as it is.
pub fn provider_raised(ruby: &Ruby, provider: &str, error: Error) -> Error {
    let Some(raised) = error.value() else {
        return error;
    };
    match ruby
        .get_inner(&PROVIDER)
        .funcall::<_, _, Exception>("wrap", (raised, provider))
    {
        Ok(exception) => exception.into(),
        Err(error) => error,
    }
}

/// What an error says, for one that is told elsewhere.
pub fn message(error: &Error) -> String {
    let message = |raised: Value| raised.funcall::<_, _, String>("message", ());
    match error.value().map(message) {
        Some(Ok(message)) => message,
        _ => error.to_string(),
    }
}

/// Why a provider has no credentials, a line for each source.
pub fn chain_failed(ruby: &Ruby, error: &ChainError) -> Error {
    let class = match error.kind() {
        Kind::NothingFound => &MISSING_CREDENTIALS,
        _ => &SOURCE,
    };
    Error::new(ruby.get_inner(class), error.to_string())
}

/// The thread that waited for a fiber was killed by someone else.
pub fn interrupted(ruby: &Ruby) -> Error {
    let message = "the thread that waited for AWS credentials was killed; try again";
    Error::new(ruby.get_inner(&SOURCE), message)
}

pub fn signing(ruby: &Ruby, provider: &str, error: SigningError) -> Error {
    match error {
        SigningError::Credentials { .. } => invalid_credentials(ruby, provider, error.to_string()),
        // `#[non_exhaustive]`: whatever else there is to come is the request's.
        error => argument(ruby, error.to_string()),
    }
}

/// A panic in an ordinary magnus method becomes Ruby's `fatal`, which no `rescue` catches and
/// which ends the process.
pub fn guard<T>(ruby: &Ruby, body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| Err(panicked(ruby)))
}

/// Without the panic's own message, which may quote what it choked on.
pub fn panicked(ruby: &Ruby) -> Error {
    Error::new(
        ruby.get_inner(&BASE),
        "ruby_llm-bedrock_credentials failed inside its native extension; nothing was signed. \
         Please report it with the lines that began with \"thread\" and \"panicked\" on stderr.",
    )
}

fn class(ruby: &Ruby, name: &str) -> ExceptionClass {
    let lookup = || -> Result<ExceptionClass, Error> {
        let ruby_llm: RModule = ruby.class_object().const_get("RubyLLM")?;
        let bedrock_credentials: RModule = ruby_llm.const_get("BedrockCredentials")?;
        bedrock_credentials.const_get(name)
    };
    // errors.rb defines them; loaded alone, the extension still raises what `rescue` catches.
    lookup().unwrap_or_else(|_| ruby.exception_standard_error())
}
