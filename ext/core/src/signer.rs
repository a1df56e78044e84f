//! Request + credentials + time -> headers. aws-sigv4 canonicalises and signs; this chooses what
//! is signed and refuses what cannot be.

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    self, PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest,
    SigningInstructions, SigningSettings, UriPathNormalizationMode,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;

use crate::error::SigningError;
use crate::request::Request;
use crate::url;

/// Set by signing: what a request brings under these names is never signed, as it is replaced.
const SET_BY_SIGNING: [&str; 4] = [
    "authorization",
    "x-amz-date",
    "x-amz-content-sha256",
    "x-amz-security-token",
];

/// How a service wants its requests signed.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Encode the path once more: every service but S3.
    pub double_encode_path: bool,
    pub normalize_path: bool,
    /// Send and sign `x-amz-content-sha256`.
    pub content_sha256_header: bool,
    /// Sign every header rather than the ones that no proxy rewrites.
    pub every_header: bool,
}

impl Rules {
    /// What Bedrock and its sibling services want.
    pub const BEDROCK: Self = Self {
        double_encode_path: true,
        normalize_path: true,
        content_sha256_header: true,
        every_header: false,
    };

    fn settings(self) -> SigningSettings {
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = match self.double_encode_path {
            true => PercentEncodingMode::Double,
            false => PercentEncodingMode::Single,
        };
        settings.uri_path_normalization_mode = match self.normalize_path {
            true => UriPathNormalizationMode::Enabled,
            false => UriPathNormalizationMode::Disabled,
        };
        settings.payload_checksum_kind = match self.content_sha256_header {
            true => PayloadChecksumKind::XAmzSha256,
            false => PayloadChecksumKind::NoHeader,
        };
        settings
    }

    /// `host`, `content-type` and every `x-amz-*`: AWS demands them, and no proxy rewrites them.
    /// (`x-amzn-trace-id`, which load balancers rewrite, is none of them.)
    fn signs(self, name: &str) -> bool {
        if SET_BY_SIGNING
            .iter()
            .any(|set| name.eq_ignore_ascii_case(set))
        {
            return false;
        }
        self.every_header
            || name.eq_ignore_ascii_case("host")
            || name.eq_ignore_ascii_case("content-type")
            || name
                .get(..6)
                .is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-amz-"))
    }
}

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

/// Signs with SigV4. The same input gives the same headers: time is the request's.
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials,
    rules: Rules,
) -> Result<SignedHeaders, SigningError> {
    request.validate()?;
    validate_credentials(credentials)?;
    let url_host = url::host(request.url)?;
    url::validate_query(request.url)?;
    url::validate_encoded(request.url)?;

    let mut headers = Vec::with_capacity(request.headers.len() + 1);
    for &(name, value) in request.headers {
        if credentials.session_token().is_none()
            && name.eq_ignore_ascii_case("x-amz-security-token")
        {
            let reason = "belongs to other credentials: these have no session token; remove it";
            return Err(SigningError::request(format!("header {name:?}"), reason));
        }
        if rules.signs(name) {
            validate_signed_value(name, value)?;
            headers.push((name, value));
        }
    }
    // Signed as sent: a Host of the caller's own is what the client sends.
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        headers.push(("host", url_host));
    }

    let identity: Identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(request.region)
        .name(request.service)
        .time(request.time)
        .settings(rules.settings())
        .build()
        .map_err(|error| SigningError::request("parameters", error.to_string()))?
        .into();
    let signable = SignableRequest::new(
        request.http_method,
        request.url,
        headers.into_iter(),
        SignableBody::Bytes(request.body),
    )
    .map_err(|error| url::invalid(format!("cannot be parsed: {}", innermost(&error))))?;
    let (instructions, _signature) = http_request::sign(signable, &params)
        .map_err(|error| SigningError::request("", innermost(&error)))?
        .into_parts();
    Ok(SignedHeaders(instructions))
}

/// The wire and the canonical request carry visible ASCII alone; the value itself is not shown,
/// as it may be a secret.
fn validate_signed_value(name: &str, value: &str) -> Result<(), SigningError> {
    if value
        .bytes()
        .all(|b| b == b'\t' || (b' '..=b'~').contains(&b))
    {
        return Ok(());
    }
    Err(SigningError::request(
        format!("header {name:?}"),
        "has a control or non-ASCII character in its value",
    ))
}

fn validate_credentials(credentials: &Credentials) -> Result<(), SigningError> {
    visible("access_key_id", credentials.access_key_id(), b"/,=")?;
    visible("secret_access_key", credentials.secret_access_key(), b"")?;
    match credentials.session_token() {
        Some(token) => visible("session_token", token, b""),
        None => Ok(()),
    }
}

fn visible(field: &'static str, value: &str, not: &[u8]) -> Result<(), SigningError> {
    if value.is_empty() {
        return Err(SigningError::credentials(field, "is blank"));
    }
    if value
        .bytes()
        .all(|b| b.is_ascii_graphic() && !not.contains(&b))
    {
        return Ok(());
    }
    let reason = "has a space, a line break, NUL or another character that AWS never issues; \
                  is it read from a file with a trailing newline?";
    Err(SigningError::credentials(field, reason))
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
