//! The cache under shuttle, which decides at every lock which thread goes on.
//! `cargo test --features shuttle --test interleavings`

// Here and not as `required-features` of the manifest, which the source gem carries without tests.
#![cfg(feature = "shuttle")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bedrock_credentials_core::cache::{Cache, Clock, Load, Now, Read};
use bedrock_credentials_core::chain_error::ChainError;
use bedrock_credentials_core::completion::Completion;
use bedrock_credentials_core::flight::{Ticket, Waited};
use bedrock_credentials_core::snapshot::Snapshot;
use bedrock_credentials_core::Credentials;
use shuttle::thread;

const SCHEDULES: usize = 5_000;
const DAY: Duration = Duration::from_secs(86_400);

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Now {
        Now {
            wall: SystemTime::UNIX_EPOCH + DAY,
            monotonic: DAY,
        }
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}

/// Loads on a thread of its own, as the engine does; each set has the number of its load.
struct Numbered {
    loads: Arc<AtomicUsize>,
    /// The loads that fail.
    failing: fn(usize) -> bool,
    lifetime: Duration,
}

impl Load for Numbered {
    fn begin(&self, completion: Completion) {
        let number = self.loads.fetch_add(1, Ordering::SeqCst) + 1;
        let fails = (self.failing)(number);
        let expiration = Stopped.now().wall + self.lifetime;
        thread::spawn(move || {
            thread::yield_now();
            let answer = if fails {
                Err(ChainError::nothing(Vec::new()))
            } else {
                let credentials =
                    Credentials::new(number.to_string(), "s", None, Some(expiration), "test");
                Ok(Snapshot::new(credentials, "Test"))
            };
            completion.complete(answer, Vec::new());
        });
    }
}

fn cache(failing: fn(usize) -> bool) -> (Arc<Cache>, Arc<AtomicUsize>) {
    let loads = Arc::new(AtomicUsize::new(0));
    let loader = Numbered {
        loads: Arc::clone(&loads),
        failing,
        lifetime: Duration::from_secs(3600),
    };
    (Cache::new(Box::new(Stopped), Box::new(loader), DAY), loads)
}

fn finish(mut ticket: Ticket) -> Option<usize> {
    loop {
        match ticket.wait() {
            Waited::Done(answer) => return answer.ok().map(|set| number(&set)),
            Waited::Woken => {}
        }
    }
}

fn number(set: &Snapshot) -> usize {
    set.access_key_id().parse().unwrap()
}

fn get(cache: &Arc<Cache>) -> Option<usize> {
    match cache.read() {
        Read::Ready(set) => Some(number(&set)),
        Read::Failed(_) => None,
        Read::Wait(ticket) => finish(ticket),
    }
}

fn together<T: Send + 'static>(
    cache: &Arc<Cache>,
    count: usize,
    work: impl Fn(&Arc<Cache>) -> T + Send + Clone + 'static,
) -> Vec<T> {
    let threads: Vec<_> = (0..count)
        .map(|_| {
            let (cache, work) = (Arc::clone(cache), work.clone());
            thread::spawn(move || work(&cache))
        })
        .collect();
    threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect()
}

#[test]
fn cold_readers_share_one_load() {
    shuttle::check_random(
        || {
            let (cache, loads) = cache(|_| false);
            assert_eq!(together(&cache, 4, get), vec![Some(1); 4]);
            assert_eq!(loads.load(Ordering::SeqCst), 1);
        },
        SCHEDULES,
    );
}

#[test]
fn a_failure_reaches_all_and_is_asked_for_once() {
    shuttle::check_random(
        || {
            let (cache, loads) = cache(|_| true);
            assert_eq!(together(&cache, 4, get), vec![None; 4]);
            assert_eq!(loads.load(Ordering::SeqCst), 1);
        },
        SCHEDULES,
    );
}

#[test]
fn rejections_of_one_set_make_one_load() {
    shuttle::check_random(
        || {
            let (cache, loads) = cache(|_| false);
            get(&cache);
            let first = cache.cached().unwrap();
            let answers = together(&cache, 3, move |cache| {
                cache.invalidate(&first);
                get(cache)
            });
            assert_eq!(answers, vec![Some(2); 3]);
            assert_eq!(loads.load(Ordering::SeqCst), 2);
        },
        SCHEDULES,
    );
}

#[test]
fn readers_beside_a_refresh_see_the_old_set_or_the_new() {
    shuttle::check_random(
        || {
            let (cache, _) = cache(|_| false);
            get(&cache);
            let refreshing = Arc::clone(&cache);
            let refresh = thread::spawn(move || finish(refreshing.refresh()));
            for seen in together(&cache, 2, |cache| (get(cache), get(cache))) {
                assert!(
                    matches!(seen, (Some(1), Some(1 | 2)) | (Some(2), Some(2))),
                    "{seen:?}"
                );
            }
            assert_eq!(refresh.join().unwrap(), Some(2));
        },
        SCHEDULES,
    );
}

#[test]
fn a_wake_at_any_moment_neither_hangs_nor_cancels() {
    shuttle::check_random(
        || {
            let (cache, loads) = cache(|_| false);
            let Read::Wait(ticket) = cache.read() else {
                panic!("has an answer before it asked");
            };
            let waker = ticket.waker();
            let waking = thread::spawn(move || {
                waker.wake();
                waker.wake();
            });
            assert_eq!(finish(ticket), Some(1));
            waking.join().unwrap();
            assert_eq!(loads.load(Ordering::SeqCst), 1);
        },
        SCHEDULES,
    );
}

#[test]
fn a_failed_refresh_leaves_everyone_the_old_set() {
    shuttle::check_random(
        || {
            let (cache, _) = cache(|number| number > 1);
            get(&cache);
            let refreshing = Arc::clone(&cache);
            let refresh = thread::spawn(move || finish(refreshing.refresh()));
            assert_eq!(together(&cache, 2, get), vec![Some(1); 2]);
            assert_eq!(refresh.join().unwrap(), None);
            assert_eq!(get(&cache), Some(1));
        },
        SCHEDULES,
    );
}
