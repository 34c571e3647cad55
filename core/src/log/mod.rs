//! The log: sealed pages of consecutive events in sled, their hashes, and their proofs.
