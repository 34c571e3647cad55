//! Translates: command line, HTTP, workbooks.

pub mod workbook;
