//! One file per read model: pure folds of the log.
