//! Translates: command line, HTTP, workbooks.
