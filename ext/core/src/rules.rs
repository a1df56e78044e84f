//! How a service wants its requests signed, and which headers that takes.

use std::sync::LazyLock;

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SigningSettings, UriPathNormalizationMode,
};

use crate::url;

/// Set by signing: what a request brings under these names is never signed, as it is replaced.
const SET_BY_SIGNING: [&str; 4] = [
    "authorization",
    "x-amz-date",
    "x-amz-content-sha256",
    "x-amz-security-token",
];

/// Which headers are signed is for [`Rules::signs`] to say; a list of exclusions would be made, and
/// gone through, for each request.
static DEFAULTS: LazyLock<SigningSettings> = LazyLock::new(|| {
    let mut settings = SigningSettings::default();
    settings.excluded_headers = None;
    settings
});

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

    pub(crate) fn settings(self, url: &str) -> SigningSettings {
        let mut settings = DEFAULTS.clone();
        settings.percent_encoding_mode = match self.double_encode_path {
            true => PercentEncodingMode::Double,
            false => PercentEncodingMode::Single,
        };
        // aws-sigv4 takes a path apart for any dot in it, and most models have one in their names.
        settings.uri_path_normalization_mode = match self.normalize_path && !url::is_normal(url) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use aws_credential_types::Credentials;
    use aws_sigv4::http_request::{sign, SignableBody, SignableRequest};
    use aws_sigv4::sign::v4::SigningParams;
    use std::time::SystemTime;

    fn signature(url: &str, settings: SigningSettings) -> String {
        let identity = Credentials::new("AKID", "secret", None, None, "test").into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region("us-west-2")
            .name("bedrock")
            .time(SystemTime::UNIX_EPOCH)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let request = SignableRequest::new("GET", url, [].into_iter(), SignableBody::Bytes(&[]));
        sign(request.unwrap(), &params).unwrap().into_parts().1
    }

    fn urls() -> Vec<String> {
        let segments = ["", ".", "..", "...", "a", "a.b", ".a", "%2E", "%2e."];
        let mut paths = vec![String::new()];
        for _ in 0..3 {
            let longer = paths
                .iter()
                .flat_map(|path| segments.map(|segment| format!("{path}/{segment}")));
            paths = longer.chain([String::new()]).collect();
        }
        let ends = ["", "/", "?q=/.", "#f"];
        let urls = paths.iter();
        urls.flat_map(|path| ends.map(|end| format!("https://h.example{path}{end}")))
            .collect()
    }

    #[test]
    fn leaves_no_path_alone_that_aws_sigv4_would_normalize() {
        let mut left_alone = 0;
        for url in urls() {
            let ours = Rules::BEDROCK.settings(&url);
            let mut normalized = ours.clone();
            normalized.uri_path_normalization_mode = UriPathNormalizationMode::Enabled;
            left_alone += u32::from(ours != normalized);
            assert_eq!(signature(&url, ours), signature(&url, normalized), "{url}");
        }
        assert!(left_alone > 100, "{left_alone}");
    }
}
