//! Reads the cases, found through cargo: nothing of the suite is copied here.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Context {
    credentials: Keys,
    pub normalize: bool,
    pub region: String,
    pub service: String,
    pub sign_body: bool,
    #[serde(default)]
    omit_session_token: bool,
    timestamp: String,
}

#[derive(Deserialize)]
struct Keys {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
}

impl Context {
    pub fn time(&self) -> SystemTime {
        time::OffsetDateTime::parse(
            &self.timestamp,
            &time::format_description::well_known::Rfc3339,
        )
        .unwrap()
        .into()
    }

    pub fn credentials(&self) -> Credentials {
        // "post-sts-header-after": the token is sent, yet is no part of the signature.
        let token = match self.omit_session_token {
            true => None,
            false => self.credentials.token.clone(),
        };
        let keys = &self.credentials;
        Credentials::new(
            &keys.access_key_id,
            &keys.secret_access_key,
            token,
            None,
            "suite",
        )
    }
}

pub struct Case {
    pub name: String,
    pub method: String,
    pub url: String,
    headers: Vec<(String, String)>,
    pub body: String,
    pub context: Context,
    pub signature: String,
}

impl Case {
    fn read(directory: &Path) -> Self {
        let read = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap();
        let text = read("request.txt");
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let request_line = lines.next().unwrap();
        let (method, rest) = request_line.split_once(' ').unwrap();
        let target = encode(rest.strip_suffix(" HTTP/1.1").unwrap());
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            match line.strip_prefix(' ') {
                // A folded header: its lines count as one value with single blanks.
                Some(more) => {
                    let last = &mut headers.last_mut().unwrap().1;
                    *last = format!("{last} {}", more.trim());
                }
                None => {
                    let (name, value) = line.split_once(':').unwrap();
                    headers.push((name.to_owned(), value.to_owned()));
                }
            }
        }
        let host = &headers.iter().find(|(name, _)| name == "Host").unwrap().1;
        Self {
            name: directory
                .file_name()
                .unwrap()
                .to_string_lossy()
                .into_owned(),
            method: method.to_owned(),
            url: format!("https://{host}{target}"),
            body: body.to_owned(),
            context: serde_json::from_str(&read("context.json")).unwrap(),
            signature: read("header-signature.txt").trim().to_owned(),
            headers,
        }
    }

    pub fn headers(&self) -> Vec<(&str, &str)> {
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }
}

pub fn cases() -> Vec<Case> {
    let mut directories: Vec<PathBuf> = std::fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    // Two more, for double encoding, are AWS's own additions and come without a context.
    directories.retain(|path| path.join("context.json").exists());
    directories.sort();
    directories.iter().map(|path| Case::read(path)).collect()
}

fn directory() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let manifest = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|package| package["name"] == "aws-sigv4")
        .and_then(|package| package["manifest_path"].as_str())
        .unwrap();
    Path::new(manifest)
        .with_file_name("aws-signing-test-suite")
        .join("v4")
}

/// A client percent-encodes what a URL cannot carry before it sends, and so before it signs.
fn encode(target: &str) -> String {
    target
        .bytes()
        .map(|byte| match byte.is_ascii_graphic() {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}
