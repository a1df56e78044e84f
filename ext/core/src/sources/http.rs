//! The HTTP clients of one load.

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::Env;

use super::environment::set;

/// For STS, SSO and sign-in: through the proxy that the environment names.
pub(super) fn outward(env: &Env, ca_bundle: Option<&str>) -> Result<SharedHttpClient, String> {
    let proxy = proxy(env)?;
    let tls = tls_context(env, ca_bundle)?;
    Ok(client(proxy, tls))
}

/// For instance and container metadata, which no proxy can reach: `NO_PROXY` seldom lists them.
pub(super) fn direct(env: &Env, ca_bundle: Option<&str>) -> Result<SharedHttpClient, String> {
    // Almost always plain HTTP; the certificates take longer to read than the answer to come.
    let https = [
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    ]
    .iter()
    .any(|name| set(env, name).is_some_and(|uri| uri.starts_with("https:")));
    if https {
        return Ok(client(
            ProxyConfig::disabled(),
            tls_context(env, ca_bundle)?,
        ));
    }
    Ok(Builder::new().build_http())
}

fn client(proxy: ProxyConfig, tls: TlsContext) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(proxy.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(tls.clone())
            .build()
    })
}

/// Of https only: `ProxyConfig::from_env` would send plain HTTP through `HTTP_PROXY`, and with it
/// what is meant for this machine.
fn proxy(env: &Env) -> Result<ProxyConfig, String> {
    let (Some(name), no_proxy) = (
        ["HTTPS_PROXY", "https_proxy"]
            .into_iter()
            .find(|name| set(env, name).is_some()),
        set(env, "NO_PROXY").or_else(|| set(env, "no_proxy")),
    ) else {
        return Ok(ProxyConfig::disabled());
    };
    let url = set(env, name).unwrap_or_default();
    let url = if url.contains("://") {
        url
    } else {
        format!("http://{url}")
    };
    // The URL may hold a password; it is not shown.
    let proxy = ProxyConfig::https(url).map_err(|_| format!("{name} is not a proxy's URL"))?;
    Ok(match no_proxy {
        Some(rules) => proxy.no_proxy(rules),
        None => proxy,
    })
}

/// `AWS_CA_BUNDLE`, or the profile's `ca_bundle`, replaces the system's roots, as in AWS's SDKs.
/// `SSL_CERT_FILE` and `SSL_CERT_DIR` need nothing here: they are where the system's roots are
/// looked for.
fn tls_context(env: &Env, profile_ca_bundle: Option<&str>) -> Result<TlsContext, String> {
    let bundle = match (set(env, "AWS_CA_BUNDLE"), profile_ca_bundle) {
        (Some(path), _) => Some(("AWS_CA_BUNDLE", path)),
        (None, Some(path)) => Some(("ca_bundle of the profile", path.to_owned())),
        (None, None) => None,
    };
    let mut builder = TlsContext::builder();
    if let Some((name, path)) = bundle {
        let pem = std::fs::read(&path).map_err(|e| format!("{name}: cannot read {path}: {e}"))?;
        if !holds_certificates(&pem) {
            return Err(format!("{name}: {path} holds no certificates in PEM"));
        }
        builder = builder.with_trust_store(TrustStore::empty().with_pem_certificate(pem));
    }
    builder
        .build()
        .map_err(|error| format!("TLS cannot be set up: {error}"))
}

/// The HTTP client panics at a bundle that it cannot parse.
fn holds_certificates(pem: &[u8]) -> bool {
    use rustls_pki_types::{pem::PemObject, CertificateDer};
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    certificates.is_ok_and(|certificates| !certificates.is_empty())
}
