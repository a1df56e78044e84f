//! What the tests of cache and sources share.
#![allow(dead_code, reason = "each test file uses a part")]

pub mod cache;
pub mod child;
pub mod peers;
pub mod server;
