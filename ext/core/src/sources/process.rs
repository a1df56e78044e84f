//! Runs a `credential_process`, as the platform has it.

#[cfg_attr(unix, path = "process/unix.rs")]
#[cfg_attr(windows, path = "process/windows.rs")]
mod platform;

use std::process::ExitStatus;

pub(super) use platform::run;
use zeroize::Zeroizing;

/// What is run.
#[derive(Clone)]
pub enum Command {
    /// By `sh -c` or `cmd.exe /C`, as AWS's SDKs run the line of a profile.
    Shell(String),
    /// This program with these arguments, and no shell.
    Program(Vec<String>),
}

pub(crate) struct Output {
    /// `None` if someone else reaped the child, which on Windows no one does.
    pub status: Option<ExitStatus>,
    pub stdout: Zeroizing<Vec<u8>>,
    pub stderr: Zeroizing<Vec<u8>>,
}
