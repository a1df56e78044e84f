//! What provides the credentials at the end of a profile's chain of roles.

use aws_config::profile::{Profile, ProfileSet};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Process,
    SignOn,
    Login,
    Other,
}

/// Follows `source_profile` as aws-config does; a loop is left to it to report.
pub(super) fn of<'a>(set: &'a ProfileSet, name: &str) -> Option<&'a Profile> {
    let mut profile = set.get_profile(name)?;
    let mut seen = vec![profile.name()];
    while profile.get("role_arn").is_some() && profile.get("web_identity_token_file").is_none() {
        match profile.get("source_profile") {
            Some(next) if next != profile.name() => {
                profile = set.get_profile(next)?;
                if seen.contains(&profile.name()) {
                    return None;
                }
                seen.push(profile.name());
                if profile.get("aws_access_key_id").is_some() {
                    break;
                }
            }
            _ => break,
        }
    }
    Some(profile)
}

/// The order is aws-config's.
pub(super) fn kind(profile: &Profile) -> Base {
    let has = |key| profile.get(key).is_some();
    if has("credential_source") || has("web_identity_token_file") {
        Base::Other
    } else if has("sso_session") || has("sso_start_url") || has("sso_account_id") {
        Base::SignOn
    } else if has("login_session") {
        Base::Login
    } else if has("credential_process") {
        Base::Process
    } else {
        Base::Other
    }
}
