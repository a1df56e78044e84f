//! Ruby provider -> one credentials value, one read.

use bedrock_credentials_core::provided;
use bedrock_credentials_core::{Credentials, Zeroizing};
use magnus::value::LazyId;
use magnus::{prelude::*, Error, RString, RTypedData, Ruby, TryConvert, Value};

use crate::credentials_provider::CredentialsProvider;
use crate::error::{argument, invalid_credentials, provider_raised};
use crate::text::{class_name, utf8};

static CREDENTIALS: LazyId = LazyId::new("credentials");
static ACCESS_KEY_ID: LazyId = LazyId::new("access_key_id");
static SECRET_ACCESS_KEY: LazyId = LazyId::new("secret_access_key");
static SESSION_TOKEN: LazyId = LazyId::new("session_token");

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

/// One set of credentials, out of Ruby's reach.
pub struct Read {
    pub credentials: Credentials,
    /// The very bytes of the token, frozen, where they came as a Ruby String.
    pub session_token: Option<RString>,
}

/// Calls `#credentials` once, and reads the three fields of the one object it returns: so they
/// belong together whatever the provider does meanwhile.
pub fn read(ruby: &Ruby, provider: Value) -> Result<Read, Error> {
    if let Some(chain) = native(&provider) {
        // Without a Ruby object for any of the fields.
        return chain.snapshot(ruby).map(|snapshot| Read {
            credentials: snapshot.credentials().clone(),
            session_token: None,
        });
    }
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
    of(ruby, provider, returned)
}

/// A provider of this gem. `try_convert` alone would word an error for each that is none, which
/// takes longer than all else that is read of it.
fn native(provider: &Value) -> Option<&CredentialsProvider> {
    RTypedData::from_value(*provider)?;
    TryConvert::try_convert(*provider).ok()
}

/// The credentials that `returned` holds.
pub fn of(ruby: &Ruby, provider: Value, returned: Value) -> Result<Read, Error> {
    let field = |id, name| field(ruby, provider, returned, id, name);
    let text = |field: Option<(RString, String)>| field.map(|(_, text)| text).unwrap_or_default();
    let access_key_id = text(field(&ACCESS_KEY_ID, "access_key_id")?);
    // Wiped also where the token that follows is refused.
    let mut secret_access_key =
        Zeroizing::new(text(field(&SECRET_ACCESS_KEY, "secret_access_key")?));
    let (string, session_token) = field(&SESSION_TOKEN, "session_token")?.unzip();
    Ok(Read {
        credentials: provided::credentials(
            access_key_id,
            std::mem::take(&mut *secret_access_key),
            session_token,
        ),
        // Nothing of Ruby's runs since its bytes were copied. Of a long String the frozen twin
        // shares the bytes, and is the same one each time.
        session_token: string.map(RString::new_frozen),
    })
}

fn field(
    ruby: &Ruby,
    provider: Value,
    returned: Value,
    id: &LazyId,
    name: &str,
) -> Result<Option<(RString, String)>, Error> {
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
    utf8(string)
        .map(|text| Some((string, text)))
        .ok_or_else(|| invalid(format!("{name} is not valid UTF-8")))
}
