//! RubyLLM::BedrockCredentials::Request -> what core signs.

use std::time::SystemTime;

use bedrock_credentials_core::error::SigningError;
use bedrock_credentials_core::request as core;
use bedrock_credentials_core::signer::{self, Rules, SignedHeaders};
use bedrock_credentials_core::Credentials;
use magnus::r_hash::ForEach;
use magnus::value::LazyId;
use magnus::{prelude::*, Error, RHash, RString, Ruby, Value};

use crate::error::argument;
use crate::text::{class_name, text};

static HTTP_METHOD: LazyId = LazyId::new("http_method");
static URL: LazyId = LazyId::new("url");
static HEADERS: LazyId = LazyId::new("headers");
static BODY: LazyId = LazyId::new("body");
static REGION: LazyId = LazyId::new("region");
static SERVICE: LazyId = LazyId::new("service");
static TIME: LazyId = LazyId::new("time");

pub fn init(ruby: &Ruby) {
    for id in [&HTTP_METHOD, &URL, &HEADERS, &BODY, &REGION, &SERVICE, &TIME] {
        LazyId::force(id, ruby);
    }
}

/// Everything but the body, and no Ruby value: it may be read without the GVL.
pub struct Request {
    http_method: String,
    url: String,
    headers: Vec<(String, String)>,
    region: String,
    service: String,
    time: SystemTime,
}

impl Request {
    pub fn read(ruby: &Ruby, request: Value) -> Result<Self, Error> {
        let attribute = |name: &LazyId| attribute(ruby, request, name);
        Ok(Self {
            http_method: text(ruby, "request http_method", attribute(&HTTP_METHOD)?)?,
            url: url(ruby, attribute(&URL)?)?,
            headers: headers(ruby, attribute(&HEADERS)?)?,
            region: text(ruby, "request region", attribute(&REGION)?)?,
            service: text(ruby, "request service", attribute(&SERVICE)?)?,
            time: time(ruby, attribute(&TIME)?)?,
        })
    }

    pub fn sign(&self, body: &[u8], credentials: &Credentials) -> Result<SignedHeaders, SigningError> {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let request = core::Request {
            http_method: &self.http_method,
            url: &self.url,
            headers: &headers,
            body,
            region: &self.region,
            service: &self.service,
            time: self.time,
        };
        signer::sign(&request, credentials, Rules::BEDROCK)
    }
}

/// The body: frozen, so that no one changes it while it is hashed without the GVL.
///
/// The frozen twin of a large string shares its bytes until one of them is written to: nothing is
/// copied, and a body that another thread changes meanwhile is hashed as it was.
pub fn body(ruby: &Ruby, request: Value) -> Result<Option<RString>, Error> {
    let body = attribute(ruby, request, &BODY)?;
    if body.is_nil() {
        return Ok(None);
    }
    if let Some(string) = RString::from_value(body) {
        return Ok(Some(RString::new_frozen(string)));
    }
    let reason = format!("request body must be a String or nil, not {}", class_name(body));
    Err(argument(ruby, reason))
}

fn attribute(ruby: &Ruby, request: Value, name: &LazyId) -> Result<Value, Error> {
    request.check_funcall(**name, ()).unwrap_or_else(|| {
        let name = LazyId::get_inner_with(name, ruby).name()?;
        Err(argument(
            ruby,
            format!("request does not respond to #{name}"),
        ))
    })
}

/// A String or a URI, as `Aws::Sigv4::Signer` takes it.
fn url(ruby: &Ruby, value: Value) -> Result<String, Error> {
    if RString::from_value(value).is_some() || value.is_nil() {
        text(ruby, "request url", value)
    } else {
        text(ruby, "request url", value.funcall("to_s", ())?)
    }
}

/// A header whose value is nil is not sent. Numbers are sent as they are written.
fn headers(ruby: &Ruby, value: Value) -> Result<Vec<(String, String)>, Error> {
    if value.is_nil() {
        return Ok(Vec::new());
    }
    let hash = RHash::from_value(value)
        .ok_or_else(|| argument(ruby, "request headers must be a Hash of Strings"))?;
    let mut headers = Vec::with_capacity(hash.len());
    hash.foreach(|name: Value, value: Value| {
        if value.is_nil() {
            return Ok(ForEach::Continue);
        }
        let name = text(ruby, "request header name", name)?;
        let value = match value.is_kind_of(ruby.class_numeric()) {
            true => value.to_string(),
            false => text(ruby, &format!("request header {name:?}"), value)?,
        };
        headers.push((name, value));
        Ok(ForEach::Continue)
    })?;
    Ok(headers)
}

fn time(ruby: &Ruby, value: Value) -> Result<SystemTime, Error> {
    if value.is_nil() {
        return Ok(SystemTime::now());
    }
    if !value.is_kind_of(ruby.class_time()) {
        return Err(argument(ruby, "request time must be a Time or nil"));
    }
    SystemTime::try_convert(value)
}
