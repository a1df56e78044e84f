//! The region of STS and SSO.

use aws_types::os_shim_internal::Env;

use super::environment::set;
use super::profile::Chosen;
use super::ChainConfig;
use crate::region::NamedRegion;

/// In the order of AWS's SDKs; `config.region` is AWS's last resort, and ours.
pub(super) fn region(
    config: &ChainConfig,
    env: &Env,
    chosen: Option<&Chosen>,
) -> Option<NamedRegion> {
    let variable = |name: &str| Some(NamedRegion::new(set(env, name)?, name));
    let profile = || {
        let chosen = chosen?;
        let origin = format!("profile {}", chosen.name);
        Some(NamedRegion::new(chosen.get("region")?, origin))
    };
    variable("AWS_REGION")
        .or_else(|| variable("AWS_DEFAULT_REGION"))
        .or_else(profile)
        .or_else(|| Some(NamedRegion::new(config.region.clone()?, "given")))
}
