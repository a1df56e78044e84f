//! A process of its own for each case: AWS's providers read the real environment.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bedrock_credentials_core::cache::Cache;
use bedrock_credentials_core::chain_error::ChainError;
use bedrock_credentials_core::engine::{chain, ChainConfig};
use bedrock_credentials_core::flight::Waited;
use bedrock_credentials_core::{cache::Read, snapshot::Snapshot};
use std::sync::Arc;

/// A home with an environment that names it and nothing else.
pub struct Home {
    pub path: PathBuf,
    variables: Vec<(String, String)>,
}

pub struct Told {
    pub output: String,
    pub took: Duration,
}

impl Home {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("bedrock-credentials-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(path.join(".aws/sso/cache")).unwrap();
        let home = Self {
            path,
            variables: Vec::new(),
        };
        let path = home.path.to_str().unwrap().to_owned();
        home.set("HOME", path)
            .set("PATH", std::env::var("PATH").unwrap())
            .set("AWS_EC2_METADATA_DISABLED", "true")
    }

    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Below `.aws`.
    pub fn file(self, name: &str, contents: &str) -> Self {
        self.write(name, contents);
        self
    }

    pub fn write(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.path.join(".aws").join(name);
        std::fs::write(&path, contents).unwrap();
        path
    }

    /// What the test of this name, an ignored one, writes in a process with this environment.
    pub fn run(&self, test: &str) -> Told {
        let start = Instant::now();
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                test,
                "--ignored",
                "--nocapture",
                "--test-threads=1",
            ])
            .env_clear()
            .envs(self.variables.iter().map(|(k, v)| (k, v)))
            .output()
            .unwrap();
        let took = start.elapsed();
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stdout}\n{stderr}");
        Told {
            output: format!("{stdout}{stderr}"),
            took,
        }
    }

    pub fn probe(&self) -> Told {
        let told = self.run("probe");
        eprintln!("{}", told.output);
        for secret in ["SECRETCANARY", "TOKENCANARY"] {
            assert!(
                !told.output.contains(secret),
                "shows a secret: {}",
                told.output
            );
        }
        told
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

impl Told {
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(
            self.output.contains(text),
            "no {text:?} in:\n{}",
            self.output
        );
        self
    }

    #[track_caller]
    pub fn within(&self, seconds: u64) -> &Self {
        assert!(
            self.took < Duration::from_secs(seconds),
            "took {:?}",
            self.took
        );
        self
    }
}

pub fn here() -> Arc<Cache> {
    chain(ChainConfig {
        profile: std::env::var("PROBE_PROFILE").ok(),
        region: Some("eu-central-1".to_owned()),
    })
}

pub fn ask(cache: &Arc<Cache>) -> Result<Arc<Snapshot>, Arc<ChainError>> {
    match cache.read() {
        Read::Ready(snapshot) => Ok(snapshot),
        Read::Failed(error) => Err(error),
        Read::Wait(mut ticket) => match ticket.wait() {
            Waited::Done(answer) => answer,
            Waited::Woken => unreachable!("no waker was used"),
        },
    }
}

/// The body of each test file's `probe`.
pub fn tell() {
    let cache = here();
    match ask(&cache) {
        Ok(set) => println!(
            "{} from {}, token {}, account {:?}, expires {}, secret of {}",
            set.access_key_id(),
            set.source(),
            set.session_token().is_some(),
            set.account_id(),
            set.expiration().is_some(),
            set.secret_access_key().len(),
        ),
        Err(error) => println!("{:?}: {error}", error.kind()),
    }
    println!("{:?}", cache.drain_events());
}
