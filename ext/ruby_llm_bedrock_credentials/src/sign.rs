//! RubyLLM::BedrockCredentials.sign(request, provider)

use bedrock_credentials_core::signer::SignedHeaders;
use magnus::value::Lazy;
use magnus::{function, prelude::*, Error, RArray, RHash, RModule, RString, Ruby, Value};

use crate::error::{guard, signing};
use crate::gvl::without_gvl;
use crate::request::{self, Request};
use crate::snapshot;
use crate::text::class_name;

/// From this size of a body on the GVL is released while it is hashed. Where another Ruby thread is
/// busy, having it back takes up to Ruby's time slice of 100 ms (`rake benchmark:gvl`): too much to
/// spare the others less than a millisecond or two, which half a megabyte takes without SHA
/// instructions, and a third of one with them.
const RELEASE_GVL_FROM_BYTES: usize = 512 * 1024;

const HEADERS: [&str; 4] = [
    "authorization",
    "x-amz-date",
    "x-amz-content-sha256",
    "x-amz-security-token",
];

/// The Hash's keys: frozen, and made once.
static NAMES: Lazy<RArray> =
    Lazy::new(|ruby| ruby.ary_from_iter(HEADERS.map(|name| ruby.str_new(name).to_interned_str())));

pub fn init(ruby: &Ruby, bedrock_credentials: RModule) -> Result<(), Error> {
    Lazy::force(&NAMES, ruby);
    bedrock_credentials.define_singleton_method("sign", function!(sign, 2))
}

fn sign(ruby: &Ruby, request: Value, provider: Value) -> Result<RHash, Error> {
    guard(ruby, || {
        let body = request::body(ruby, request)?;
        let request = Request::read(ruby, request)?;
        let headers = request.headers();
        // SAFETY: the string is frozen and, through the black_box below, on this stack frame until
        // its bytes were read: Ruby neither changes nor moves nor frees them, whatever runs.
        let bytes = body
            .as_ref()
            .map_or(&[][..], |body| unsafe { body.as_slice() });
        let refused = |error| signing(ruby, &class_name(provider), error);
        // Before the credentials: nothing is resolved for a request that cannot be sent.
        let signable = request.signable(&headers, bytes).map_err(refused)?;
        let credentials = snapshot::read(ruby, provider)?;
        let signed = if bytes.len() < RELEASE_GVL_FROM_BYTES {
            signable.sign(&credentials)
        } else {
            without_gvl(ruby, || signable.sign(&credentials))?
        };
        std::hint::black_box(&body);
        to_hash(ruby, &signed.map_err(refused)?)
    })
}

fn to_hash(ruby: &Ruby, signed: &SignedHeaders) -> Result<RHash, Error> {
    let names = ruby.get_inner(&NAMES);
    let hash = ruby.hash_new();
    for (name, value) in signed.iter() {
        let value = ruby.str_new(value);
        match HEADERS.iter().position(|known| *known == name) {
            Some(index) => hash.aset(names.entry::<RString>(index as isize)?, value)?,
            None => hash.aset(name, value)?,
        }
    }
    Ok(hash)
}
