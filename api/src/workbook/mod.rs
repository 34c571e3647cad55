//! The workbooks that secretaries keep (台账): read, checked cell by cell, and written.
//!
//! This layer knows workbooks, sheets, columns, types of cells and faults. It knows no event and no
//! rule: whether a unit exists, or an agreement ends before it starts, is decided above.
//!
//! Start at [`ledgers`], the one table of what a workbook contains; [`spec`] gives the words it is
//! written in. [`read`] turns bytes into a [`Ledger`] of typed [`rows`], collecting every [`Fault`];
//! [`writer`] writes templates and registers from the same table.

mod archive;
pub mod cell;
pub mod cells;
mod csv;
pub mod fault;
pub mod ledgers;
pub mod listing;
pub mod marked;
pub mod reader;
pub mod rows;
pub mod scale;
pub mod spec;
mod table;
pub mod writer;

#[cfg(test)]
mod tests;

pub use csv::records as csv_records;
pub use fault::{Fault, Problem};
pub use reader::{Reading, Stated, read, read_with};
pub use rows::{Cell, Ledger, Row, Sheet, Value};
pub use spec::{Class, ColumnSpec, Hint, Kind, LedgerSpec, SheetSpec, To, ValueType};
pub use writer::{register, template};
