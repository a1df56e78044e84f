//! How a service wants its requests signed, and which headers that takes.

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SigningSettings, UriPathNormalizationMode,
};

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

    pub(crate) fn settings(self) -> SigningSettings {
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
    pub(crate) fn signs(self, name: &str) -> bool {
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
