//! Proxies, certificates, and sources that misbehave.

use std::time::Duration;

mod support;

use support::child::{tell, Home};
use support::peers::{a_sts, at, imds, web_identity};
use support::server::{json_credentials, sts, Response, Server};

#[test]
#[ignore = "run by the others in a process of its own"]
fn probe() {
    tell();
}

#[test]
fn instance_metadata_goes_through_no_proxy() {
    let proxy = Server::start(|_| Response::new(502, ""));
    let metadata = imds(|| Response::new(200, json_credentials("AKIDIMDS", 3600)));
    at(&metadata)
        .set("HTTP_PROXY", proxy.url())
        .set("http_proxy", proxy.url())
        .set("HTTPS_PROXY", proxy.url())
        .probe()
        .says("AKIDIMDS from Ec2InstanceMetadata");
    assert!(proxy.lines().is_empty());
}

#[test]
fn https_goes_through_the_proxy_unless_no_proxy_names_the_host() {
    let proxy = Server::start(|_| Response::new(502, ""));
    let home = || {
        let home = web_identity(Home::new(), &proxy);
        home.set("AWS_ENDPOINT_URL_STS", "https://sts.invalid")
            .set("HTTPS_PROXY", proxy.url())
    };
    home().probe().says("SourceFailed: WebIdentityToken");
    assert_eq!(proxy.lines()[0], "CONNECT sts.invalid:443");
    let before = proxy.lines().len();
    home()
        .set("NO_PROXY", "sts.invalid")
        .probe()
        .says("SourceFailed: WebIdentityToken");
    assert_eq!(proxy.lines().len(), before);
}

#[test]
fn a_ca_bundle_is_trusted_in_place_of_the_systems() {
    let sts =
        Server::start_tls(|_| Response::new(200, sts("AssumeRoleWithWebIdentity", "AKIDTLS")));
    let home = || {
        let home = web_identity(Home::new(), &sts);
        home.set(
            "AWS_ENDPOINT_URL_STS",
            format!("https://localhost:{}", sts.port),
        )
    };
    home()
        .probe()
        .says("WebIdentityToken: failed: dispatch failure")
        .says("invalid peer certificate: UnknownIssuer");
    let bundle = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/tls/ca.pem");
    home()
        .set("AWS_CA_BUNDLE", bundle)
        .probe()
        .says("AKIDTLS from WebIdentityToken");
    home()
        .set("SSL_CERT_FILE", bundle)
        .probe()
        .says("AKIDTLS from WebIdentityToken");
    home()
        .file("config", &format!("[default]\nca_bundle = {bundle}\n"))
        .probe()
        .says("AKIDTLS from WebIdentityToken");
}

#[test]
fn a_ca_bundle_that_cannot_be_used_is_named() {
    let sts = a_sts();
    web_identity(Home::new(), &sts)
        .set("AWS_CA_BUNDLE", "/nowhere/ca.pem")
        .probe()
        .says("AWS_CA_BUNDLE: cannot read /nowhere/ca.pem: No such file");
    let home = web_identity(Home::new(), &sts);
    let path = home.write("ca.pem", "nonsense");
    home.set("AWS_CA_BUNDLE", path.to_str().unwrap())
        .probe()
        .says("holds no certificates in PEM");
}

#[test]
fn sources_that_misbehave_are_bounded_and_told() {
    for (answer, says) in [
        (
            (|| Response::new(200, "<html>TOKENCANARY</html>")) as fn() -> Response,
            "SourceFailed",
        ),
        (
            || Response::new(200, r#"{"SecretAccessKey":"SECRETCANARY"#),
            "SourceFailed",
        ),
        (
            || Response::new(500, "<html>SECRETCANARY</html>"),
            "SourceFailed",
        ),
        (
            || Response::new(429, r#"{"message":"slow down"}"#),
            "SourceFailed",
        ),
        (
            || Response {
                cut: true,
                ..Response::new(200, json_credentials("AKID", 3600))
            },
            "SourceFailed",
        ),
        (
            || Response {
                delay: Duration::from_secs(60),
                ..Response::new(200, "")
            },
            "no answer within 15 s",
        ),
    ] {
        let metadata = Server::start(move |_| answer());
        let told = Home::new()
            .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", metadata.url())
            .probe();
        told.says(says).says("EcsContainer: failed: ").within(17);
        let metadata = imds(answer);
        let told = at(&metadata).probe();
        told.says("SourceFailed")
            .says("Ec2InstanceMetadata: failed: ")
            .within(17);
        let sts = Server::start(move |_| answer());
        let told = web_identity(Home::new(), &sts).probe();
        told.says("SourceFailed")
            .says("WebIdentityToken: failed: ")
            .within(17);
    }
}

#[test]
fn off_aws_the_chain_ends_soon() {
    // TEST-NET-1: packets are dropped or refused, never answered.
    Home::new()
        .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://192.0.2.1")
        .set("AWS_EC2_METADATA_DISABLED", "false")
        .probe()
        .within(4)
        .says("NothingFound")
        .says("Ec2InstanceMetadata: not set: ");
}
