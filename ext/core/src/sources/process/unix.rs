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
use std::process::{self, Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use zeroize::{Zeroize, Zeroizing};

use super::{Command, Output};
use crate::fork;

/// How often the child is looked for while its pipes are silent.
const LOOK: Duration = Duration::from_millis(20);
/// How long, once the child is gone, its pipes must be silent to be taken for empty.
const DRAIN: Duration = Duration::from_millis(50);
/// More is not credentials.
const MOST_OUTPUT: usize = 1 << 20;
/// What is read at once.
const CHUNK: usize = 8192;

/// After `bound` its process group is killed and the
/// error is of the kind `TimedOut`.
pub(in crate::sources) fn run(command: &Command, bound: Duration) -> io::Result<Output> {
    let deadline = Instant::now() + bound;
    // Not in a section: should std fork rather than spawn, the fork would wait for this thread.
    fork::outside(|| spawn(command).and_then(|child| Running::new(child)?.finish(deadline)))
}

fn spawn(command: &Command) -> io::Result<Child> {
    let mut process = match command {
        Command::Shell(line) => {
            let mut shell = process::Command::new("sh");
            shell.args(["-c", line]);
            shell
        }
        Command::Program(words) => {
            let (program, arguments) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
            let mut process = process::Command::new(program);
            process.args(arguments);
            process
        }
    };
    process
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
    read: Zeroizing<Vec<u8>>,
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
            read: Zeroizing::default(),
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
        let before = self.read.len();
        self.make_room(before + CHUNK);
        self.read.resize(before + CHUNK, 0);
        let read = self.end.read(&mut self.read[before..]);
        self.read.truncate(before + read.as_ref().unwrap_or(&0));
        match read {
            Ok(0) => self.open = false,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// A vector that grows by itself leaves what it held behind in freed memory.
    fn make_room(&mut self, length: usize) {
        if length > self.read.capacity() {
            let mut larger = Vec::with_capacity(2 * length);
            larger.extend_from_slice(&self.read);
            self.read.zeroize();
            *self.read = larger;
        }
    }
}
