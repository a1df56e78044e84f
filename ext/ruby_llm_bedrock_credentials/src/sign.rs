//! RubyLLM::BedrockCredentials.sign: the request's attributes and a provider -> headers.

use std::sync::OnceLock;

use bedrock_credentials_core::signer::SignedHeaders;
use magnus::rb_sys::AsRawValue;
use magnus::value::Opaque;
use magnus::{function, prelude::*, Error, RHash, RModule, RString, Ruby, Value};

use crate::error::{guard, signing};
use crate::gvl::without_gvl;
use crate::request::{self, Attributes, Request};
use crate::snapshot;
use crate::text::class_name;

/// From this size of a body on the GVL is released while it is hashed. Where another Ruby thread is
/// busy, having it back takes up to Ruby's time slice of 100 ms (`rake benchmark:gvl`): too much to
/// spare the others less than a millisecond or two, which half a megabyte takes without SHA
/// instructions, and a third of one with them.
const RELEASE_GVL_FROM_BYTES: usize = 512 * 1024;

/// What signing sets, in the Hash's order.
const HEADERS: [&str; 4] = [
    "authorization",
    "x-amz-date",
    "x-amz-content-sha256",
    "x-amz-security-token",
];

/// The Hash's keys: frozen, made once, never collected nor moved.
static NAMES: OnceLock<[Opaque<RString>; 4]> = OnceLock::new();

pub fn init(ruby: &Ruby, bedrock_credentials: RModule) -> Result<(), Error> {
    NAMES.get_or_init(|| HEADERS.map(|name| kept(ruby, name)));
    bedrock_credentials
        .singleton_class()?
        .define_private_method("sign_parts", function!(sign, 10))
}

#[allow(clippy::too_many_arguments)] // As Ruby calls it.
fn sign(
    ruby: &Ruby,
    provider: Value,
    http_method: Value,
    url: Value,
    host: Value,
    path: Value,
    headers: Value,
    body: Value,
    region: Value,
    service: Value,
    time: Value,
) -> Result<RHash, Error> {
    guard(ruby, || {
        let body = request::body(ruby, body)?;
        let request = Request::read(
            ruby,
            Attributes {
                http_method,
                url,
                host,
                path,
                headers,
                region,
                service,
                time,
            },
        )?;
        let headers = request.headers();
        // SAFETY: the string is frozen and, through the black_box below, on this stack frame until
        // its bytes were read: Ruby neither changes nor moves nor frees them, whatever runs.
        let bytes = body
            .as_ref()
            .map_or(&[][..], |body| unsafe { body.as_slice() });
        let refused = |error| signing(ruby, &class_name(provider), error);
        // Before the credentials: nothing is resolved for a request that cannot be sent.
        let signable = request.signable(&headers, bytes).map_err(refused)?;
        let signer = snapshot::signer(ruby, provider)?;
        let signed = if bytes.len() < RELEASE_GVL_FROM_BYTES {
            signable.sign(&signer.identity)
        } else {
            let identity = &signer.identity;
            without_gvl(ruby, || signable.sign(identity))?
        };
        std::hint::black_box(&body);
        to_hash(ruby, &signed.map_err(refused)?, signer.session_token)
    })
}

/// `session_token` is the one that was given, where Ruby has it already. The Hash gets a String of
/// its own that shares those bytes until either is written to: a copy would be a thousand bytes for
/// the collector to free, for every request.
fn to_hash(
    ruby: &Ruby,
    signed: &SignedHeaders,
    session_token: Option<RString>,
) -> Result<RHash, Error> {
    let hash = ruby.hash_new();
    // Names and values in turn; on the stack, where the collector sees them.
    let mut pairs = [ruby.qnil().as_value(); 2 * HEADERS.len()];
    let mut filled = 0;
    for (name, value) in signed.iter() {
        let given = session_token.filter(|token| is(*token, value));
        let string = given.map_or_else(|| ruby.str_new(value), RString::new_shared);
        match HEADERS.iter().position(|known| *known == name) {
            Some(index) => {
                let names = NAMES.get_or_init(|| HEADERS.map(|name| kept(ruby, name)));
                pairs[filled] = ruby.get_inner(names[index]).as_value();
                pairs[filled + 1] = string.as_value();
                filled += 2;
            }
            None => hash.aset(name, string)?,
        }
    }
    hash.bulk_insert(&pairs[..filled])?;
    Ok(hash)
}

/// Not where a blank around it was left out, nor where its class or encoding is another than that of
/// the Strings beside it.
fn is(string: RString, value: &str) -> bool {
    let ruby = Ruby::get_with(string);
    // SAFETY: the slice is compared before Ruby can run, and not kept.
    string.class().as_raw() == ruby.class_string().as_raw()
        && string.enc_get() == ruby.utf8_encindex()
        && unsafe { string.as_slice() } == value.as_bytes()
}

fn kept(ruby: &Ruby, name: &str) -> Opaque<RString> {
    // Interned, or Ruby would look for the interned one at each insert.
    let name = ruby.str_new(name).to_interned_str();
    ruby.gc_register_mark_object(name);
    name.into()
}
