//! Translates: command line, HTTP, workbooks.

pub mod import;
pub mod workbook;
