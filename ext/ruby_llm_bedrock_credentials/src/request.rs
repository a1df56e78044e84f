//! RubyLLM::BedrockCredentials::Request -> what core signs.

use std::ops::Range;
use std::time::SystemTime;

use bedrock_credentials_core::error::SigningError;
use bedrock_credentials_core::request as core;
use bedrock_credentials_core::signer::{Rules, Signable};
use magnus::r_hash::ForEach;
use magnus::value::LazyId;
use magnus::{prelude::*, Error, Float, Integer, RHash, RString, Ruby, Value};

use crate::error::argument;
use crate::text::{append, class_name, Unfit};

static TO_TIME: LazyId = LazyId::new("to_time");
static TO_S: LazyId = LazyId::new("to_s");

pub fn init(ruby: &Ruby) {
    for id in [&TO_S, &TO_TIME] {
        LazyId::force(id, ruby);
    }
}

/// What a request has but for its body, unless it has many headers.
const USUAL_BYTES: usize = 1024;

/// Of a text among the others.
type Place = Range<usize>;

/// A RubyLLM::BedrockCredentials::Request's, but for the body.
pub struct Attributes {
    pub http_method: Value,
    pub url: Value,
    /// Not nil where `url` is the scheme of a URI that has nothing else.
    pub host: Value,
    pub path: Value,
    pub headers: Value,
    pub region: Value,
    pub service: Value,
    pub time: Value,
}

/// Everything but the body, and no Ruby value: it may be read without the GVL.
pub struct Request {
    /// One after another, as each by itself would be allocated and freed.
    texts: String,
    http_method: Place,
    url: Place,
    headers: Vec<(Place, Place)>,
    region: Place,
    service: Place,
    time: SystemTime,
}

impl Request {
    pub fn read(ruby: &Ruby, request: Attributes) -> Result<Self, Error> {
        let mut texts = String::with_capacity(USUAL_BYTES);
        let to = &mut texts;
        let named = |name| move |unfit: Unfit| unfit.argument(ruby, name);
        Ok(Self {
            http_method: append(to, request.http_method).map_err(named("request http_method"))?,
            url: url(to, &request).map_err(named("request url"))?,
            headers: headers(ruby, to, request.headers)?,
            region: append(to, request.region).map_err(named("request region"))?,
            service: append(to, request.service).map_err(named("request service"))?,
            time: time(ruby, request.time)?,
            texts,
        })
    }

    pub fn headers(&self) -> Vec<(&str, &str)> {
        let headers = self.headers.iter();
        headers
            .map(|(name, value)| (self.text(name), self.text(value)))
            .collect()
    }

    fn text(&self, place: &Place) -> &str {
        &self.texts[place.clone()]
    }

    /// As core takes it.
    pub fn signable<'a>(
        &'a self,
        headers: &'a [(&'a str, &'a str)],
        body: &'a [u8],
    ) -> Result<Signable<'a>, SigningError> {
        let request = core::Request {
            http_method: self.text(&self.http_method),
            url: self.text(&self.url),
            headers,
            body,
            region: self.text(&self.region),
            service: self.text(&self.service),
            time: self.time,
        };
        Signable::new(request, Rules::BEDROCK)
    }
}

/// The body: frozen, so that no one changes it while it is hashed without the GVL.
///
/// The frozen twin of a large string shares its bytes until one of them is written to: nothing is
/// copied, and a body that another thread changes meanwhile is hashed as it was.
pub fn body(ruby: &Ruby, body: Value) -> Result<Option<RString>, Error> {
    if body.is_nil() {
        return Ok(None);
    }
    if let Some(string) = RString::from_value(body) {
        return Ok(Some(RString::new_frozen(string)));
    }
    let reason = format!(
        "request body must be a String or nil, not {}",
        class_name(body)
    );
    Err(argument(ruby, reason))
}

/// A String or a URI, as `Aws::Sigv4::Signer` takes it; or a URI's parts.
fn url(to: &mut String, request: &Attributes) -> Result<Place, Unfit> {
    let value = request.url;
    if !request.path.is_nil() {
        let start = append(to, value)?.start;
        to.push_str("://");
        if !request.host.is_nil() {
            append(to, request.host)?;
        }
        let path = append(to, request.path)?;
        if !to[path.clone()].starts_with('/') {
            to.insert(path.start, '/');
        }
        return Ok(start..to.len());
    }
    let is_uri = RString::from_value(value).is_none() && !value.is_nil();
    match is_uri.then(|| value.check_funcall(*TO_S, ())).flatten() {
        Some(string) => append(to, string.map_err(Unfit::Raised)?),
        None => append(to, value),
    }
}

/// A header whose value is nil is not sent. An Integer or a Float is sent as it is written.
fn headers(ruby: &Ruby, to: &mut String, value: Value) -> Result<Vec<(Place, Place)>, Error> {
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
        let name = append(to, name).map_err(|it| it.argument(ruby, "request header name"))?;
        let is_number = Integer::from_value(value).is_some() || Float::from_value(value).is_some();
        let value = if is_number {
            let start = to.len();
            to.push_str(&value.to_string());
            start..to.len()
        } else {
            append(to, value).map_err(|it| {
                it.argument(ruby, format_args!("request header {:?}", &to[name.clone()]))
            })?
        };
        headers.push((name, value));
        Ok(ForEach::Continue)
    })?;
    Ok(headers)
}

/// A Time, or what is made into one: ActiveSupport::TimeWithZone is none to Ruby's C side.
fn time(ruby: &Ruby, value: Value) -> Result<SystemTime, Error> {
    if value.is_nil() {
        return Ok(SystemTime::now());
    }
    let time = match value.is_kind_of(ruby.class_time()) {
        true => Some(value),
        false => value.check_funcall(*TO_TIME, ()).transpose()?,
    };
    let time = time.filter(|time: &Value| time.is_kind_of(ruby.class_time()));
    let time = time.ok_or_else(|| argument(ruby, "request time must be a Time or nil"))?;
    SystemTime::try_convert(time)
        .map_err(|_| argument(ruby, "request time is not between the years 1970 and 9999"))
}
