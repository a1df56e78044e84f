//! Ruby provider -> one credentials value, one read.

use bedrock_credentials_core::error::SigningError;
use bedrock_credentials_core::provided::{self, LastProvided};
use bedrock_credentials_core::signing_identity::SigningIdentity;
use bedrock_credentials_core::Credentials;
use magnus::value::LazyId;
use magnus::{prelude::*, Error, RString, RTypedData, Ruby, TryConvert, Value};

use crate::credentials_provider::CredentialsProvider;
use crate::error::{argument, invalid_credentials, provider_raised, signing};
use crate::text::{borrowed, class_name, is_ascii_compatible};

static CREDENTIALS: LazyId = LazyId::new("credentials");
static ACCESS_KEY_ID: LazyId = LazyId::new("access_key_id");
static SECRET_ACCESS_KEY: LazyId = LazyId::new("secret_access_key");
static SESSION_TOKEN: LazyId = LazyId::new("session_token");

static LAST: LastProvided = LastProvided::new();

pub fn init(ruby: &Ruby) {
    for id in [
        &CREDENTIALS,
        &ACCESS_KEY_ID,
        &SECRET_ACCESS_KEY,
        &SESSION_TOKEN,
    ] {
        LazyId::force(id, ruby);
    }
}

/// What a request is signed with.
pub struct Signer {
    pub identity: SigningIdentity,
    /// The very bytes of the token, frozen, where they came as a Ruby String.
    pub session_token: Option<RString>,
}

/// Calls `#credentials` once, and reads the three fields of the one object it returns: so they
/// belong together whatever the provider does meanwhile.
pub fn signer(ruby: &Ruby, provider: Value) -> Result<Signer, Error> {
    let refused = |error: SigningError| signing(ruby, &class_name(provider), error);
    if let Some(chain) = native(&provider) {
        // Without a Ruby object for any of the fields.
        let identity = chain.snapshot(ruby)?.identity().map_err(refused)?;
        return Ok(Signer {
            identity,
            session_token: None,
        });
    }
    let fields = Fields::read(ruby, provider, returned(ruby, provider)?)?;
    let identity = fields.with_texts(ruby, provider, |id, secret, token| {
        LAST.identity(id, secret, token)
    })?;
    Ok(Signer {
        identity: identity.map_err(refused)?,
        // Nothing of Ruby's ran since its bytes were read. Of a long String the frozen twin shares
        // the bytes, and is the same one each time.
        session_token: fields.session_token.map(RString::new_frozen),
    })
}

/// The credentials that a provider has, by one call.
pub fn credentials(ruby: &Ruby, provider: Value) -> Result<Credentials, Error> {
    match native(&provider) {
        Some(chain) => Ok(chain.snapshot(ruby)?.credentials().clone()),
        None => of(ruby, provider, returned(ruby, provider)?),
    }
}

/// The credentials that `returned` holds.
pub fn of(ruby: &Ruby, provider: Value, returned: Value) -> Result<Credentials, Error> {
    Fields::read(ruby, provider, returned)?.with_texts(ruby, provider, |id, secret, token| {
        provided::credentials(id, secret, token.map(str::to_owned))
    })
}

/// A provider of this gem. `try_convert` alone would word an error for each that is none, which
/// takes longer than all else that is read of it.
fn native(provider: &Value) -> Option<&CredentialsProvider> {
    RTypedData::from_value(*provider)?;
    TryConvert::try_convert(*provider).ok()
}

fn returned(ruby: &Ruby, provider: Value) -> Result<Value, Error> {
    let returned = match provider.check_funcall::<_, _, Value>(*CREDENTIALS, ()) {
        Some(Ok(returned)) => returned,
        Some(Err(error)) => return Err(provider_raised(ruby, &class_name(provider), error)),
        None => {
            let provider = class_name(provider);
            let reason = format!("the provider, {provider}, does not respond to #credentials");
            return Err(argument(ruby, reason));
        }
    };
    if returned.is_nil() {
        let reason = "returned nil: the provider found no credentials";
        return Err(invalid_credentials(ruby, &class_name(provider), reason));
    }
    Ok(returned)
}

/// Strings of Ruby's: on the stack, where the collector sees them.
struct Fields {
    access_key_id: Option<RString>,
    secret_access_key: Option<RString>,
    session_token: Option<RString>,
}

impl Fields {
    fn read(ruby: &Ruby, provider: Value, returned: Value) -> Result<Self, Error> {
        let field = |id, name| field(ruby, provider, returned, id, name);
        Ok(Self {
            access_key_id: field(&ACCESS_KEY_ID, "access_key_id")?,
            secret_access_key: field(&SECRET_ACCESS_KEY, "secret_access_key")?,
            session_token: field(&SESSION_TOKEN, "session_token")?,
        })
    }

    /// All three as they are at one moment: `work` calls nothing of Ruby's.
    fn with_texts<T>(
        &self,
        ruby: &Ruby,
        provider: Value,
        work: impl FnOnce(&str, &str, Option<&str>) -> T,
    ) -> Result<T, Error> {
        let invalid = |name| not_utf8(ruby, provider, name);
        // SAFETY: until `work` has ended nothing of Ruby's runs, but where this ends in an error.
        let text = |string| unsafe { text(string) };
        let access_key_id = text(&self.access_key_id).ok_or_else(|| invalid("access_key_id"))?;
        let secret_access_key =
            text(&self.secret_access_key).ok_or_else(|| invalid("secret_access_key"))?;
        let session_token = text(&self.session_token).ok_or_else(|| invalid("session_token"))?;
        Ok(work(
            access_key_id.unwrap_or_default(),
            secret_access_key.unwrap_or_default(),
            session_token,
        ))
    }
}

/// # Safety
///
/// As for [`borrowed`].
unsafe fn text(string: &Option<RString>) -> Option<Option<&str>> {
    match string {
        Some(string) => borrowed(string).map(Some),
        None => Some(None),
    }
}

fn field(
    ruby: &Ruby,
    provider: Value,
    returned: Value,
    id: &LazyId,
    name: &str,
) -> Result<Option<RString>, Error> {
    let invalid = |reason| invalid_credentials(ruby, &class_name(provider), reason);
    let value: Value = match returned.check_funcall(**id, ()) {
        Some(Ok(value)) => value,
        Some(Err(error)) => return Err(provider_raised(ruby, &class_name(provider), error)),
        None => {
            let class = class_name(returned);
            return Err(invalid(format!("returned a {class}, which has no #{name}")));
        }
    };
    if value.is_nil() {
        return Ok(None);
    }
    let string = RString::from_value(value).ok_or_else(|| {
        let class = class_name(value);
        invalid(format!("{name} is a {class}, not a String"))
    })?;
    match is_ascii_compatible(string) {
        true => Ok(Some(string)),
        false => Err(not_utf8(ruby, provider, name)),
    }
}

fn not_utf8(ruby: &Ruby, provider: Value, name: &str) -> Error {
    let reason = format!("{name} is not valid UTF-8");
    invalid_credentials(ruby, &class_name(provider), reason)
}
