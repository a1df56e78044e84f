//! A cache whose time, chance and loader are the test's.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, SystemTime};

use bedrock_credentials_core::cache::{Cache, Clock, Load, Now, Read};
use bedrock_credentials_core::chain_error::{Attempt, ChainError, Kind, Outcome};
use bedrock_credentials_core::completion::Completion;
use bedrock_credentials_core::flight::{Ticket, Waited};
use bedrock_credentials_core::snapshot::Snapshot;
use bedrock_credentials_core::Credentials;

pub const PATIENCE: Duration = Duration::from_secs(90);

pub fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

pub struct Bench {
    pub cache: Arc<Cache>,
    now: Arc<Mutex<Now>>,
    begun: Arc<Mutex<Vec<Completion>>>,
    loads: Arc<AtomicUsize>,
    jitter: Arc<AtomicU64>,
}

/// The jitter in the bits of its second part.
struct ManualClock(Arc<Mutex<Now>>, Arc<AtomicU64>);

impl Clock for ManualClock {
    fn now(&self) -> Now {
        *self.0.lock().unwrap()
    }

    fn jitter(&self) -> f64 {
        f64::from_bits(self.1.load(Ordering::SeqCst))
    }
}

struct ManualLoader {
    /// Weak: a completion holds the cache, and that its loader. What a test leaves begun would hold itself.
    begun: Weak<Mutex<Vec<Completion>>>,
    loads: Arc<AtomicUsize>,
}

impl Load for ManualLoader {
    fn begin(&self, completion: Completion) {
        self.loads.fetch_add(1, Ordering::SeqCst);
        let begun = self.begun.upgrade().expect("a bench");
        begun.lock().unwrap().push(completion);
    }
}

impl Bench {
    pub fn new() -> Self {
        let now = Arc::new(Mutex::new(Now {
            wall: SystemTime::UNIX_EPOCH + seconds(1_800_000_000),
            monotonic: seconds(1000),
        }));
        let begun = Arc::new(Mutex::new(Vec::new()));
        let loads = Arc::new(AtomicUsize::new(0));
        let loader = ManualLoader {
            begun: Arc::downgrade(&begun),
            loads: Arc::clone(&loads),
        };
        let jitter = Arc::new(AtomicU64::new(0.5_f64.to_bits()));
        let clock = ManualClock(Arc::clone(&now), Arc::clone(&jitter));
        Self {
            cache: Cache::new(Box::new(clock), Box::new(loader), PATIENCE),
            now,
            begun,
            loads,
            jitter,
        }
    }

    /// Holding a set that lives this long.
    pub fn with(lifetime: Duration) -> Self {
        let bench = Self::new();
        let ticket = bench.waits();
        bench.answer(bench.set("first", lifetime));
        assert_eq!(got(ticket), "first");
        bench
    }

    /// From 0 to 1, until set again.
    pub fn set_jitter(&self, jitter: f64) {
        self.jitter.store(jitter.to_bits(), Ordering::SeqCst);
    }

    pub fn monotonic(&self) -> Duration {
        self.now.lock().unwrap().monotonic
    }

    pub fn wall(&self) -> SystemTime {
        self.now.lock().unwrap().wall
    }

    /// Both clocks.
    pub fn pass(&self, time: Duration) {
        let mut now = self.now.lock().unwrap();
        now.wall += time;
        now.monotonic += time;
    }

    /// The wall clock alone.
    pub fn step_back(&self, time: Duration) {
        self.now.lock().unwrap().wall -= time;
    }

    pub fn step_forward(&self, time: Duration) {
        self.now.lock().unwrap().wall += time;
    }

    pub fn set(&self, name: &str, lifetime: Duration) -> Snapshot {
        snapshot(name, Some(self.wall() + lifetime))
    }

    pub fn loads(&self) -> usize {
        self.loads.load(Ordering::SeqCst)
    }

    pub fn answer(&self, snapshot: Snapshot) {
        self.land(Ok(snapshot));
    }

    /// Of two loads under way, the one that was given up answers.
    pub fn answer_oldest(&self, snapshot: Snapshot) {
        let completion = self.begun.lock().unwrap().remove(0);
        completion.complete(Ok(snapshot), Vec::new());
    }

    pub fn fail(&self) {
        self.land(Err(failure()));
    }

    pub fn land(&self, answer: Result<Snapshot, ChainError>) {
        let completion = self.begun.lock().unwrap().pop().expect("a load under way");
        completion.complete(answer, Vec::new());
    }

    /// The loading thread ends without a word.
    pub fn drop_load(&self) {
        drop(self.begun.lock().unwrap().pop().expect("a load under way"));
    }

    pub fn ready(&self) -> String {
        match self.cache.read() {
            Read::Ready(snapshot) => snapshot.access_key_id().to_owned(),
            Read::Failed(error) => panic!("failed: {error}"),
            Read::Wait(_) => panic!("waits"),
        }
    }

    pub fn waits(&self) -> Ticket {
        match self.cache.read() {
            Read::Wait(ticket) => ticket,
            Read::Ready(snapshot) => panic!("ready: {snapshot:?}"),
            Read::Failed(error) => panic!("failed: {error}"),
        }
    }

    pub fn fails(&self) -> String {
        match self.cache.read() {
            Read::Failed(error) => error.to_string(),
            Read::Ready(snapshot) => panic!("ready: {snapshot:?}"),
            Read::Wait(_) => panic!("waits"),
        }
    }
}

pub fn snapshot(name: &str, expiration: Option<SystemTime>) -> Snapshot {
    let token = Some(format!("{name}-token"));
    Snapshot::new(
        Credentials::new(name, "secret", token, expiration, "test"),
        "Test",
    )
}

pub fn failure() -> ChainError {
    let attempt = Attempt {
        source: "Test".to_owned(),
        outcome: Outcome::Failed("unwell".to_owned()),
        took: Duration::ZERO,
    };
    ChainError::failed(Kind::SourceFailed, "Test", vec![attempt])
}

pub fn got(mut ticket: Ticket) -> String {
    match ticket.wait() {
        Waited::Done(Ok(snapshot)) => snapshot.access_key_id().to_owned(),
        Waited::Done(Err(error)) => format!("error: {error}"),
        Waited::Woken => "woken".to_owned(),
    }
}
