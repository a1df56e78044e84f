//! Forks at any moment: the child goes on by itself, the parent does not notice.

mod support;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bedrock_credentials_core::cache::{Cache, Read};
use bedrock_credentials_core::flight::Waited;
use support::child::{ask, here, Home};
use support::server::{json_credentials, Response, Server};

const FORKS: usize = 300;
/// A refresh takes the source's 5 ms; whoever needs this long hangs.
const HANGS: Duration = Duration::from_secs(10);

fn source() -> Server {
    Server::start(|_| Response {
        delay: Duration::from_millis(5),
        ..Response::new(200, json_credentials("AKIDECS", 3600))
    })
}

#[test]
fn three_hundred_forks_under_load() {
    let source = source();
    Home::new()
        .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", source.url())
        .run("forks_under_load")
        .says(&format!(
            "{FORKS} of {FORKS} children well, parent well true"
        ));
}

#[test]
fn a_fork_before_the_first_answer() {
    for _ in 0..20 {
        let source = source();
        Home::new()
            .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", source.url())
            .run("forks_while_cold")
            .says("5 of 5 children well");
    }
}

#[test]
fn a_hundred_forks_beside_readers_that_are_turned_away() {
    Home::new()
        .run("forks_beside_failures")
        .says("100 of 100 children well");
}

#[test]
fn a_thread_that_forks_between_two_waits_gets_its_answer_in_the_child() {
    let source = source();
    Home::new()
        .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", source.url())
        .run("forks_between_waits")
        .says("1 of 1 children well");
}

/// Runs `work` in `count` children, one after the other; how many did it in time, up to one that
/// did not.
fn children(count: usize, work: impl Fn() -> bool) -> usize {
    (0..count).take_while(|_| child(&work)).count()
}

fn child(work: impl Fn() -> bool) -> bool {
    // SAFETY: the child runs nothing of the test harness; it leaves by _exit.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        let well = work();
        // SAFETY: ends this process, at once.
        unsafe { libc::_exit(i32::from(!well)) };
    }
    let start = Instant::now();
    let mut status = 0;
    loop {
        // SAFETY: `status` outlives the call.
        match unsafe { libc::waitpid(pid, &mut status, libc::WNOHANG) } {
            0 if start.elapsed() < HANGS => std::thread::sleep(Duration::from_micros(200)),
            0 => {
                println!("a child hangs");
                // SAFETY: takes integers; the child is ours and not reaped.
                unsafe { libc::kill(pid, libc::SIGKILL) };
            }
            _ => return libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
        }
    }
}

fn refreshed(cache: &Arc<Cache>) -> bool {
    matches!(cache.refresh().wait(), Waited::Done(Ok(_)))
}

#[test]
#[ignore = "run by the first in a process of its own"]
fn forks_under_load() {
    let cache = here();
    ask(&cache).unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let refreshes = Arc::new(AtomicUsize::new(0));
    let work = |refresh: bool| {
        let (cache, over, refreshes) = (cache.clone(), over.clone(), refreshes.clone());
        std::thread::spawn(move || {
            let mut well = true;
            while !over.load(Ordering::Relaxed) {
                if refresh {
                    well &= refreshed(&cache);
                    refreshes.fetch_add(1, Ordering::Relaxed);
                } else {
                    well &= matches!(cache.read(), Read::Ready(_));
                    well &= Arc::ptr_eq(&here(), &cache);
                    cache.drain_events();
                }
            }
            well
        })
    };
    let threads = [work(true), work(true), work(false)];
    let well = children(FORKS, || {
        let inherited = matches!(cache.read(), Read::Ready(_));
        // Again in a child of the child.
        inherited && refreshed(&cache) && child(|| ask(&here()).is_ok() && refreshed(&cache))
    });
    over.store(true, Ordering::Relaxed);
    let parent = threads.into_iter().all(|thread| thread.join().unwrap());
    println!("{well} of {FORKS} children well, parent well {parent}");
    println!(
        "{} refreshes in the parent meanwhile",
        refreshes.load(Ordering::Relaxed)
    );
}

#[test]
#[ignore = "run by the second in a process of its own"]
fn forks_while_cold() {
    let cache = here();
    let Read::Wait(mut ticket) = cache.read() else {
        panic!("has an answer before it asked");
    };
    let well = children(5, || ask(&here()).is_ok());
    assert!(matches!(ticket.wait(), Waited::Done(Ok(_))));
    println!("{well} of 5 children well");
}

/// Each of these reads takes the cache's lock: a fork that took no notice would leave some child a
/// lock that no one opens.
#[test]
#[ignore = "run by the third in a process of its own"]
fn forks_beside_failures() {
    let cache = here();
    ask(&cache).unwrap_err();
    let over = Arc::new(AtomicBool::new(false));
    let threads = [(); 3].map(|()| {
        let (cache, over) = (cache.clone(), over.clone());
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                std::hint::black_box(cache.read());
            }
        })
    });
    let well = children(100, || !matches!(cache.read(), Read::Ready(_)));
    over.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().unwrap();
    }
    println!("{well} of 100 children well");
}

#[test]
#[ignore = "run by the fourth in a process of its own"]
fn forks_between_waits() {
    let cache = here();
    let Read::Wait(ticket) = cache.read() else {
        panic!("has an answer before it asked");
    };
    ticket.waker().wake();
    let ticket = std::cell::RefCell::new(ticket);
    assert!(matches!(ticket.borrow_mut().wait(), Waited::Woken));
    let well = children(1, || {
        matches!(ticket.borrow_mut().wait(), Waited::Done(Ok(_)))
    });
    assert!(matches!(ticket.borrow_mut().wait(), Waited::Done(Ok(_))));
    println!("{well} of 1 children well");
}
