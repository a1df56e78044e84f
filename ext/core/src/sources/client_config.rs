//! What AWS's clients get for one load: how long they may take, how often they try.

use std::time::Duration;

use aws_config::default_provider::{use_dual_stack, use_fips};
use aws_config::provider_config::ProviderConfig;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::region::Region;

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
        .with_retry_config(
            RetryConfig::standard()
                .with_max_attempts(3)
                .with_initial_backoff(Duration::from_millis(200)),
        )
        .with_timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT)
                .read_timeout(ATTEMPT)
                .operation_attempt_timeout(ATTEMPT)
                .operation_timeout(OPERATION)
                .build(),
        );
    let fips = use_fips::use_fips_provider(&config).await;
    let dual_stack = use_dual_stack::use_dual_stack_provider(&config).await;
    config.with_use_fips(fips).with_use_dual_stack(dual_stack)
}
