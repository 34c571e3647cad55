//! Translates: command line, HTTP, workbooks.
//!
//! [`app`] is the open ledger that both [`cli`] and [`http`] use; every URL stands in [`routes`]. Sentences
//! for people come from [`messages`], what goes wrong from [`error`]; [`document`] is what is printed.
//! [`offline`] checks evidence where there is no ledger, and [`package`] packs it; [`access`] says who may ask for what, and [`listen`] is the port.

pub mod access;
pub mod app;
pub mod cli;
pub mod cosign;
pub mod document;
pub mod error;
pub mod fetch;
pub mod find;
pub mod http;
pub mod ical;
pub mod import;
pub mod inspect;
pub mod listen;
pub mod media;
pub mod messages;
pub mod monitor;
pub mod ocel;
pub mod offline;
pub mod output;
pub mod package;
pub mod papers;
pub mod report;
pub mod routes;
mod web;
pub mod witness;
pub mod workbook;

pub use routes::{guarded, router};
