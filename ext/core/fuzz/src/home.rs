//! A home directory and an environment for the sources, in this process's own.

use std::path::PathBuf;

/// Variables that a walk reads and that no target leaves to chance.
const CLEARED: [&str; 8] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_EC2_METADATA_DISABLED",
];

/// The names the CLI gives the tokens of the session `dev`, of the session `old` (SHA-1), and of
/// the login of arn:aws:iam::123456789012:user/Admin (SHA-256).
pub const SESSION: &str = "sso/cache/34c6fceca75e456f25e7e99531e2425c6c1de443.json";
pub const OLD_SESSION: &str = "sso/cache/c00dbbc9dadfbe1e232e93a729dd4752fade0abf.json";
pub const LOGIN: &str =
    "login/cache/10cabd19777b6651ac57333b55c7c10a1242b1c2337f40e674926d7324698347.json";

pub struct Home(PathBuf);

impl Home {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("bedrock-fuzz-{}", std::process::id()));
        for directory in ["sso/cache", "login/cache"] {
            std::fs::create_dir_all(path.join(".aws").join(directory)).expect("a home");
        }
        let home = Self(path);
        home.set("HOME", home.0.to_str().expect("a path"));
        home.set("AWS_REGION", "eu-west-1");
        home.clear();
        home
    }

    pub fn clear(&self) {
        for name in CLEARED {
            std::env::remove_var(name);
        }
        self.set("AWS_EC2_METADATA_DISABLED", "true");
    }

    /// libFuzzer runs its target on one thread.
    pub fn set(&self, name: &str, value: &str) {
        std::env::set_var(name, value);
    }

    /// Below `.aws`; the path.
    pub fn write(&self, name: &str, contents: &[u8]) -> String {
        let path = self.0.join(".aws").join(name);
        std::fs::write(&path, contents).expect("a file");
        path.to_str().expect("a path").to_owned()
    }
}
