//! The sources with made-up answers: no socket, no process, no waiting. For ext/core/fuzz.
//!
//! Everything between the answer's bytes and the snapshot or the error is the code that ships,
//! AWS's crates included. Environment and files are the process's own.

use std::cell::RefCell;
use std::os::unix::process::ExitStatusExt;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::process::ExitStatus;
use std::rc::Rc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{
    http_client_fn, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_types::os_shim_internal::Env;

use crate::chain_error::ChainError;
use crate::snapshot::Snapshot;
use crate::sources::credential_process::{CredentialProcess, BOUND};
use crate::sources::process::{Command, Output};
use crate::sources::{walk, ChainConfig, Trail, LONGEST};

/// What a peer answers. Headers that HTTP does not allow are left out: no HTTP client passes them.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What a `credential_process` leaves behind. `status` is that of `wait`, `None` if it is unknown.
#[derive(Debug, Clone)]
pub struct Written {
    pub status: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

type Peers = Rc<dyn Fn(&str) -> Option<Answer>>;

thread_local! {
    static PEERS: RefCell<Option<Peers>> = const { RefCell::new(None) };
    static PROCESS: RefCell<Option<Written>> = const { RefCell::new(None) };
}

/// One walk of the default chain. `peers` is asked with each request's URI; `None` refuses the
/// connection. Time stands still but for what is slept.
pub fn load(
    config: &ChainConfig,
    peers: impl Fn(&str) -> Option<Answer> + 'static,
    process: Written,
) -> Result<Snapshot, ChainError> {
    PEERS.set(Some(Rc::new(peers)));
    PROCESS.set(Some(process));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let (env, trail) = (Env::real(), Trail::default());
    let bounded = async {
        let walk = walk(config, &env, &trail);
        match tokio::time::timeout(LONGEST, walk).await {
            Ok(answer) => answer,
            Err(_) => Err(trail.timed_out(LONGEST)),
        }
    };
    // As the engine does.
    catch_unwind(AssertUnwindSafe(|| runtime.block_on(bounded)))
        .unwrap_or_else(|_| Err(trail.panicked("in a source")))
}

/// What is made of a `credential_process` and its output; an error as it reaches the caller.
pub fn judge(written: Written) -> Result<Credentials, String> {
    let process = CredentialProcess {
        command: Command::Program(Vec::new()),
        account_id: None,
        bound: BOUND,
    };
    let answer = process.judge(&output(written));
    answer.map_err(|error| crate::causes::in_one_line(&error))
}

pub(crate) fn run(_command: &Command, _bound: Duration) -> std::io::Result<Output> {
    let written = PROCESS.with_borrow(Clone::clone);
    written
        .map(output)
        .ok_or(std::io::ErrorKind::NotFound.into())
}

pub(crate) fn outward(_: &Env, _ca_bundle: Option<&str>) -> Result<SharedHttpClient, String> {
    Ok(http_client_fn(|_, _| SharedHttpConnector::new(MadeUp)))
}

pub(crate) use outward as direct;

fn output(written: Written) -> Output {
    Output {
        status: written.status.map(ExitStatus::from_raw),
        stdout: written.stdout.into(),
        stderr: written.stderr.into(),
    }
}

#[derive(Debug)]
struct MadeUp;

impl HttpConnector for MadeUp {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let peers = PEERS.with_borrow(Clone::clone);
        let answer = peers.and_then(|peers| peers(request.uri()));
        HttpConnectorFuture::ready(match answer.and_then(response) {
            Some(response) => Ok(response),
            None => Err(ConnectorError::io("connection refused".into())),
        })
    }
}

fn response(answer: Answer) -> Option<HttpResponse> {
    let status = answer.status.try_into().ok()?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    for (name, value) in answer.headers {
        let _ = response.headers_mut().try_append(name, value);
    }
    Some(response)
}
