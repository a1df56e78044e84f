//! Request + credentials + time -> headers. aws-sigv4 canonicalises and signs; this chooses what
//! is signed and refuses what cannot be.

use std::borrow::Cow;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    self, SignableBody, SignableRequest, SigningInstructions, SigningSettings,
};
use aws_sigv4::sign::v4;

use crate::bytes::every_byte;
use crate::error::SigningError;
use crate::request::Request;
pub use crate::rules::Rules;
use crate::signing_identity::SigningIdentity;
use crate::url;

/// The headers that make a request a signed one. Debug shows neither secret nor token.
#[derive(Debug)]
pub struct SignedHeaders(SigningInstructions);

impl SignedHeaders {
    /// Lower-case names and their values: `authorization`, `x-amz-date`, `x-amz-content-sha256`
    /// and, where the credentials have one, `x-amz-security-token`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.headers()
    }
}

/// A request that can be signed, should there be credentials.
pub struct Signable<'a> {
    request: Request<'a>,
    settings: SigningSettings,
    headers: Vec<(&'a str, &'a str)>,
    host: Cow<'a, str>,
    token_header: Option<&'a str>,
}

impl<'a> Signable<'a> {
    /// Refuses what AWS would refuse, what the wire cannot carry, and what makes aws-sigv4 panic.
    pub fn new(request: Request<'a>, rules: Rules) -> Result<Self, SigningError> {
        request.validate()?;
        // Here rather than in `sign`, which runs without Ruby's lock: a fork meanwhile would leave what
        // is made once half made for ever.
        let settings = rules.settings(request.url);
        let host = url::host(request.url)?;
        url::validate_encoded(request.url)?;
        url::validate_query(request.url)?;
        let mut headers = Vec::with_capacity(request.headers.len() + 1);
        for &(name, value) in request.headers {
            if rules.signs(name) {
                validate_signed_value(name, value)?;
                // Blanks around a value are no part of it (RFC 9110, 5.5).
                headers.push((name, value.trim_matches([' ', '\t'])));
            }
        }
        let token_header = request
            .headers
            .iter()
            .map(|&(name, _)| name)
            .find(|name| name.eq_ignore_ascii_case("x-amz-security-token"));
        Ok(Self {
            request,
            settings,
            headers,
            host,
            token_header,
        })
    }

    /// Signs with SigV4. The same input gives the same headers: time is the request's.
    pub fn sign(&self, identity: &SigningIdentity) -> Result<SignedHeaders, SigningError> {
        if let (Some(name), None) = (self.token_header, identity.credentials().session_token()) {
            let reason = "belongs to other credentials: these have no session token; remove it";
            return Err(SigningError::request(format!("header {name:?}"), reason));
        }
        // Signed as sent: a Host of the caller's own is what the client sends.
        let given = |name: &str| name.eq_ignore_ascii_case("host");
        let host = match self.headers.iter().any(|(name, _)| given(name)) {
            true => None,
            false => Some(("host", &*self.host)),
        };
        let params = v4::SigningParams::builder()
            .identity(identity.identity())
            .region(self.request.region)
            .name(self.request.service)
            .time(self.request.time)
            .settings(self.settings.clone())
            .build()
            .map_err(|error| SigningError::request("parameters", error.to_string()))?
            .into();
        let signable = SignableRequest::new(
            self.request.http_method,
            self.request.url,
            self.headers.iter().copied().chain(host),
            SignableBody::Bytes(self.request.body),
        )
        .map_err(|error| url::invalid(format!("cannot be parsed: {}", innermost(&error))))?;
        let (instructions, _signature) = http_request::sign(signable, &params)
            .map_err(|error| SigningError::request("to sign", innermost(&error)))?
            .into_parts();
        Ok(SignedHeaders(instructions))
    }
}

/// Checks and signs in one.
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials,
    rules: Rules,
) -> Result<SignedHeaders, SigningError> {
    Signable::new(*request, rules)?.sign(&SigningIdentity::new(credentials.clone())?)
}

/// The wire and the canonical request carry visible ASCII alone; the value itself is not shown,
/// as it may be a secret.
fn validate_signed_value(name: &str, value: &str) -> Result<(), SigningError> {
    if every_byte(value, |b| b == b'\t' || (b' '..=b'~').contains(&b)) {
        return Ok(());
    }
    Err(SigningError::request(
        format!("header {name:?}"),
        "has a control or non-ASCII character in its value",
    ))
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
