//! What the tests of cache and sources share.
#![allow(dead_code, reason = "each test file uses a part")]

pub mod cache;
pub mod child;
pub mod model;
pub mod peers;
pub mod random;
pub mod server;
pub mod watch;
