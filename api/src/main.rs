//! The command line of the ledger.

fn main() {}
