//! AWS's own SigV4 suite, out of the aws-sigv4 crate's tarball, through our signer.

#[path = "support/suite.rs"]
mod suite;

use bedrock_credentials_core::request::Request;
use bedrock_credentials_core::signer::{self, Rules};

/// The expected path of these three is the one that is sent, encoded once.
const SINGLE_ENCODING: [&str; 3] = ["get-space-normalized", "get-space-unnormalized", "get-utf8"];

#[test]
fn signs_every_case_of_the_suite_as_aws_does() {
    let cases = suite::cases();
    for case in &cases {
        let headers = case.headers();
        let request = Request {
            http_method: &case.method,
            url: &case.url,
            headers: &headers,
            body: case.body.as_bytes(),
            region: &case.context.region,
            service: &case.context.service,
            time: case.context.time(),
        };
        let rules = Rules {
            double_encode_path: !SINGLE_ENCODING.contains(&case.name.as_str()),
            normalize_path: case.context.normalize,
            content_sha256_header: case.context.sign_body,
            every_header: true,
        };
        let signed = signer::sign(&request, &case.context.credentials(), rules)
            .unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let authorization = signed
            .iter()
            .find(|(name, _)| *name == "authorization")
            .map(|(_, value)| value.to_owned())
            .unwrap();
        let signature = authorization.rsplit("Signature=").next().unwrap();
        assert_eq!(signature, case.signature, "{}", case.name);
    }
    assert_eq!(cases.len(), 38);
}
