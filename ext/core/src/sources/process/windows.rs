//! Runs a `credential_process` on Windows, where no one else reaps a child and nothing forks.

use std::io::{self, Read};
use std::os::windows::process::CommandExt;
use std::process::{self, Child, ExitStatus, Stdio};
use std::sync::mpsc::{channel, Receiver};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::{Command, Output};

/// How often the child is looked for.
const LOOK: Duration = Duration::from_millis(5);
/// How long, once the child is gone, its pipes may take: what it started may hold them open.
const DRAIN: Duration = Duration::from_millis(200);
/// More is not credentials.
const MOST_OUTPUT: u64 = 1 << 20;
/// No console window opens before a service's user.
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// After `bound` the child is killed and the error is of the kind `TimedOut`; what it started itself
/// is not killed.
pub(in crate::sources) fn run(command: &Command, bound: Duration) -> io::Result<Output> {
    let deadline = Instant::now() + bound;
    let mut child = spawn(command)?;
    let stdout = read(child.stdout.take());
    let stderr = read(child.stderr.take());
    let status = wait(&mut child, deadline)?;
    let drained = Instant::now() + DRAIN;
    Ok(Output {
        status: Some(status),
        stdout: answer(&stdout, drained)?,
        stderr: answer(&stderr, drained)?,
    })
}

fn spawn(command: &Command) -> io::Result<Child> {
    let mut process = match command {
        Command::Shell(line) => {
            let mut shell = process::Command::new("cmd.exe");
            // As it stands: cmd has quoting rules of its own.
            shell.arg("/C").raw_arg(line);
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
        .creation_flags(CREATE_NO_WINDOW)
        .spawn()
}

fn wait(child: &mut Child, deadline: Instant) -> io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() >= deadline {
            let _ = child.kill();
            let _ = child.wait();
            return Err(io::ErrorKind::TimedOut.into());
        }
        std::thread::sleep(LOOK);
    }
}

/// On a thread of its own, so that neither pipe fills up while the other is read. It ends with the
/// pipe; at too much output it closes its end, and the child fails to write more.
fn read(pipe: Option<impl Read + Send + 'static>) -> Receiver<io::Result<Zeroizing<Vec<u8>>>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        // All the room it may need: a vector that grows leaves what it held behind.
        let mut output = Zeroizing::new(Vec::with_capacity(MOST_OUTPUT as usize + 32));
        let result = match pipe {
            Some(pipe) => pipe.take(MOST_OUTPUT + 1).read_to_end(&mut output),
            None => Err(io::Error::other("the process has no pipes")),
        };
        // Nobody waits for it any more after a kill.
        let _ = sender.send(result.map(|_| output));
    });
    receiver
}

fn answer(
    pipe: &Receiver<io::Result<Zeroizing<Vec<u8>>>>,
    deadline: Instant,
) -> io::Result<Zeroizing<Vec<u8>>> {
    let patience = deadline.saturating_duration_since(Instant::now());
    let output = pipe.recv_timeout(patience).map_err(|_| {
        io::Error::other("the process is gone, but something it started still writes")
    })??;
    if output.len() as u64 > MOST_OUTPUT {
        return Err(io::Error::other("the process wrote more than 1 MiB"));
    }
    Ok(output)
}
