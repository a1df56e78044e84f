//! Runs a `credential_process`, in a process that may belong to others too.
//!
//! A Ruby process reaps its children as it likes: Puma's master calls `waitpid(-1)`, and SIGCHLD may
//! be ignored, so the exit status may be gone before we ask for it. What the child wrote is not. And
//! a fork of Ruby's at the wrong moment may inherit the pipe's other end, so that its end of file
//! never comes. Hence: read until both pipes end or the child is gone, whichever is first, and judge
//! by the status only if there is one. No handler of SIGCHLD is installed.

use std::io::{self, Read};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::fork;

/// How often the child is looked for while its pipes are silent.
const LOOK: Duration = Duration::from_millis(20);
/// How long, once the child is gone, its pipes must be silent to be taken for empty.
const DRAIN: Duration = Duration::from_millis(50);
/// More is not credentials.
const MOST_OUTPUT: usize = 1 << 20;

pub(super) struct Output {
    /// `None` if someone else reaped the child.
    pub status: Option<ExitStatus>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// `command` goes to `sh -c`, as AWS's SDKs do. After `bound` its process group is killed and the
/// error is of the kind `TimedOut`.
pub(super) fn run(command: &str, bound: Duration) -> io::Result<Output> {
    let deadline = Instant::now() + bound;
    // Not in a section: should std fork rather than spawn, the fork would wait for this thread.
    fork::outside(|| spawn(command).and_then(|child| Running::new(child)?.finish(deadline)))
}

fn spawn(command: &str) -> io::Result<Child> {
    Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Its own group, so that what the shell started can be killed with it.
        .process_group(0)
        .spawn()
}

struct Running {
    child: Child,
    status: Option<ExitStatus>,
    gone: bool,
    pipes: [Pipe; 2],
}

struct Pipe {
    end: Box<dyn ReadFd>,
    read: Vec<u8>,
    open: bool,
}

trait ReadFd: Read + AsRawFd {}
impl<T: Read + AsRawFd> ReadFd for T {}

impl Running {
    fn new(mut child: Child) -> io::Result<Self> {
        let missing = || io::Error::other("the process has no pipes");
        let stdout = Pipe::new(child.stdout.take().ok_or_else(missing)?);
        let stderr = Pipe::new(child.stderr.take().ok_or_else(missing)?);
        Ok(Self {
            child,
            status: None,
            gone: false,
            pipes: [stdout, stderr],
        })
    }

    fn finish(mut self, deadline: Instant) -> io::Result<Output> {
        while self.pipes.iter().any(|pipe| pipe.open) {
            let silent = !self.read_what_came(if self.gone { DRAIN } else { LOOK })?;
            if self.gone && silent {
                break;
            }
            if silent {
                self.look();
            }
            self.check(deadline)?;
        }
        while !self.gone {
            self.look();
            if !self.gone {
                std::thread::sleep(Duration::from_millis(1));
                self.check(deadline)?;
            }
        }
        let [stdout, stderr] = self.pipes;
        Ok(Output {
            status: self.status,
            stdout: stdout.read,
            stderr: stderr.read,
        })
    }

    fn look(&mut self) {
        match self.child.try_wait() {
            Ok(None) => {}
            Ok(status) => (self.status, self.gone) = (status, true),
            // ECHILD: reaped by someone else.
            Err(_) => self.gone = true,
        }
    }

    fn check(&mut self, deadline: Instant) -> io::Result<()> {
        let overflow = self.pipes.iter().any(|pipe| pipe.read.len() > MOST_OUTPUT);
        if Instant::now() < deadline && !overflow {
            return Ok(());
        }
        if !self.gone {
            let group = libc::pid_t::try_from(self.child.id()).unwrap_or(libc::pid_t::MAX);
            // SAFETY: takes and returns integers. The child has not been reaped by us, so the
            // number is still its own, unless another reaper took it within the last look.
            unsafe { libc::kill(-group, libc::SIGKILL) };
            // Reap it here, or it stays a zombie for as long as the application lives.
            let _ = self.child.wait();
        }
        if overflow {
            return Err(io::Error::other("the process wrote more than 1 MiB"));
        }
        Err(io::ErrorKind::TimedOut.into())
    }

    /// Whether anything came, an end of file included, within `patience`.
    fn read_what_came(&mut self, patience: Duration) -> io::Result<bool> {
        let mut polled = [self.pipes[0].pollfd(), self.pipes[1].pollfd()];
        let milliseconds = i32::try_from(patience.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: the pointer and the length are those of one array that outlives the call.
        let ready = unsafe { libc::poll(polled.as_mut_ptr(), 2, milliseconds) };
        if ready < 0 {
            let error = io::Error::last_os_error();
            return match error.kind() {
                io::ErrorKind::Interrupted => Ok(true),
                _ => Err(error),
            };
        }
        for (pipe, polled) in self.pipes.iter_mut().zip(polled) {
            if polled.revents != 0 {
                pipe.read_once()?;
            }
        }
        Ok(ready > 0)
    }
}

impl Pipe {
    fn new(end: impl ReadFd + 'static) -> Self {
        Self {
            end: Box::new(end),
            read: Vec::new(),
            open: true,
        }
    }

    fn pollfd(&self) -> libc::pollfd {
        // poll ignores a negative descriptor.
        let ignored: RawFd = -1;
        libc::pollfd {
            fd: if self.open {
                self.end.as_raw_fd()
            } else {
                ignored
            },
            events: libc::POLLIN,
            revents: 0,
        }
    }

    fn read_once(&mut self) -> io::Result<()> {
        let mut chunk = [0; 8192];
        match self.end.read(&mut chunk) {
            Ok(0) => self.open = false,
            Ok(n) => self.read.extend_from_slice(&chunk[..n]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
