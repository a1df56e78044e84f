//! RubyLLM::BedrockCredentials.sign(request, provider)

use bedrock_credentials_core::error::SigningError;
use bedrock_credentials_core::signer::SignedHeaders;
use bedrock_credentials_core::Credentials;
use magnus::value::Lazy;
use magnus::{function, prelude::*, Error, RArray, RHash, RModule, RString, Ruby, Value};

use crate::error::{guard, signing};
use crate::gvl::without_gvl;
use crate::request::{self, Request};
use crate::snapshot;
use crate::text::class_name;

/// From this size of a body on, hashing takes longer than handing the GVL over and back
/// (`rake benchmark:gvl` measures both).
const RELEASE_GVL_FROM_BYTES: usize = 64 * 1024;

const HEADERS: [&str; 4] = [
    "authorization",
    "x-amz-date",
    "x-amz-content-sha256",
    "x-amz-security-token",
];

/// The Hash's keys: frozen, and made once.
static NAMES: Lazy<RArray> = Lazy::new(|ruby| {
    ruby.ary_from_iter(HEADERS.map(|name| ruby.str_new(name).to_interned_str()))
});

pub fn init(ruby: &Ruby, bedrock_credentials: RModule) -> Result<(), Error> {
    Lazy::force(&NAMES, ruby);
    bedrock_credentials.define_singleton_method("sign", function!(sign, 2))
}

fn sign(ruby: &Ruby, request: Value, provider: Value) -> Result<RHash, Error> {
    guard(ruby, || {
        // The request first: nothing is resolved for one that cannot be sent.
        let signable = Request::read(ruby, request)?;
        let body = request::body(ruby, request)?;
        let credentials = snapshot::read(ruby, provider)?;
        let signed = match body {
            Some(body) => sign_body(ruby, &signable, body, &credentials)?,
            None => signable.sign(&[], &credentials),
        };
        let signed = signed.map_err(|error| signing(ruby, &class_name(provider), error))?;
        to_hash(ruby, &signed)
    })
}

fn sign_body(
    ruby: &Ruby,
    request: &Request,
    body: RString,
    credentials: &Credentials,
) -> Result<Result<SignedHeaders, SigningError>, Error> {
    // SAFETY: the string is frozen and, through the black_box below, on this stack frame until its
    // bytes were read: Ruby neither changes nor moves nor frees them, with the GVL or without.
    let bytes = unsafe { body.as_slice() };
    let signed = if bytes.len() < RELEASE_GVL_FROM_BYTES {
        Ok(request.sign(bytes, credentials))
    } else {
        without_gvl(ruby, || request.sign(bytes, credentials))
    };
    std::hint::black_box(&body);
    signed
}

fn to_hash(ruby: &Ruby, signed: &SignedHeaders) -> Result<RHash, Error> {
    let names = ruby.get_inner(&NAMES);
    let hash = ruby.hash_new_capa(HEADERS.len());
    for (name, value) in signed.iter() {
        let value = ruby.str_new(value);
        match HEADERS.iter().position(|known| *known == name) {
            Some(index) => hash.aset(names.entry::<RString>(index as isize)?, value)?,
            None => hash.aset(name, value)?,
        }
    }
    Ok(hash)
}
