//! What AWS's clients get for one load: how long they may take, how often they try.

use std::time::Duration;

use aws_config::default_provider::{use_dual_stack, use_fips};
use aws_config::identity::IdentityCache;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_runtime::env_config::EnvConfigValue;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::os_shim_internal::Env;
use aws_types::region::Region;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::profile::Chosen;

const CONNECT: Duration = Duration::from_secs(2);
const ATTEMPT: Duration = Duration::from_secs(5);
const OPERATION: Duration = Duration::from_secs(12);

pub(super) async fn provider_config(
    http: SharedHttpClient,
    region: Option<String>,
) -> ProviderConfig {
    let config = ProviderConfig::empty()
        .with_http_client(http)
        .with_sleep_impl(TokioSleep::new())
        .with_region(region.map(Region::new))
        .with_retry_config(retries())
        .with_timeout_config(timeouts());
    let fips = use_fips::use_fips_provider(&config).await;
    let dual_stack = use_dual_stack::use_dual_stack_provider(&config).await;
    config.with_use_fips(fips).with_use_dual_stack(dual_stack)
}

/// For a client of AWS's SDK that is asked itself.
pub(super) async fn sdk_config(
    http: SharedHttpClient,
    region: String,
    env: &Env,
    profile: Chosen,
) -> SdkConfig {
    let config = provider_config(http.clone(), Some(region.clone())).await;
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .time_source(SystemTimeSource::new())
        .region(Region::new(region))
        .retry_config(retries())
        .timeout_config(timeouts())
        .identity_cache(IdentityCache::no_cache())
        .use_fips(
            use_fips::use_fips_provider(&config)
                .await
                .unwrap_or_default(),
        )
        .use_dual_stack(
            use_dual_stack::use_dual_stack_provider(&config)
                .await
                .unwrap_or_default(),
        )
        .service_config(Settings {
            env: env.clone(),
            profile,
        })
        .build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(200))
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(ATTEMPT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build()
}

/// Where a service's endpoint is looked for, as aws-config does: `AWS_ENDPOINT_URL_STS`,
/// `AWS_ENDPOINT_URL`, and the `services` of the profile.
#[derive(Debug)]
struct Settings {
    env: Env,
    profile: Chosen,
}

impl LoadServiceConfig for Settings {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        EnvConfigValue::new()
            .env(key.env())
            .profile(key.profile())
            .service_id(key.service_id())
            .load(&self.env, Some(self.profile.set()))
            .map(|(value, _)| value.into_owned())
    }
}
