//! One sheet, from a stream of cells to typed rows: finds the headers, reads the rows below them.
//!
//! Cells are understood as they come and what nobody needs is let go at once, so a sheet costs the
//! memory of its rows, whatever size it claims to have; persons' columns are never looked at.

use calamine::Dimensions;
use rustc_hash::FxHashMap;

use super::cell::{Raw, half, is_space, parse};
use super::fault::{Fault, Faults, Problem, a1, shown};
use super::ledgers::{PERSON_HEADERS, TOTAL};
use super::rows::{Cell, Row, Sheet, Value};
use super::spec::{Class, ColumnSpec, SheetSpec};

/// Rows among which the headers must be.
pub(super) const HEAD_ROWS: u32 = 10;
/// The most rows of one sheet.
pub(super) const ROWS_MAX: usize = 50_000;
/// The most cells of a row that may be a header; Excel's own limit of columns.
const COLUMNS_MAX: u32 = 16_384;

/// A row whose meaning is not known yet.
pub(super) type HeadRow = (u32, Vec<(u32, Raw<'static>)>);

/// Where the columns of the table stand in the file.
pub(super) struct Columns {
    line: u32,
    /// By column of the file: the index in the table.
    known: Vec<Option<u16>>,
    /// By index in the table: the column of the file.
    at: Vec<Option<u32>>,
    ignored: Vec<String>,
    dropped: Vec<String>,
    twice: Vec<(u32, u32)>,
}

impl Columns {
    /// What a row would mean if it were the headers of this sheet.
    pub(super) fn of(spec: &'static SheetSpec, row: &HeadRow) -> Columns {
        let mut columns = Columns {
            line: row.0,
            known: Vec::new(),
            at: vec![None; spec.columns.len()],
            ignored: Vec::new(),
            dropped: Vec::new(),
            twice: Vec::new(),
        };
        for (at, raw) in &row.1 {
            let Raw::Text(text) = raw else { continue };
            let header = header(text);
            if header.is_empty() || *at >= COLUMNS_MAX {
                continue;
            }
            let found = spec.columns.iter().position(|column| column.header == header);
            match found {
                Some(index) if spec.columns[index].class == Class::Person => columns.dropped.push(header),
                Some(index) => match columns.at[index] {
                    Some(first) => columns.twice.push((first, *at)),
                    None => {
                        let place = *at as usize;
                        if columns.known.len() <= place {
                            columns.known.resize(place + 1, None);
                        }
                        columns.known[place] = u16::try_from(index).ok();
                        columns.at[index] = Some(*at);
                    }
                },
                None if PERSON_HEADERS.contains(&header.as_str()) => columns.dropped.push(header),
                None => columns.ignored.push(header),
            }
        }
        columns
    }

    /// How many columns of the table were found.
    pub(super) fn found(&self) -> usize {
        self.at.iter().flatten().count()
    }

    /// Whether all columns that identify a row were found.
    pub(super) fn has_keys(&self, spec: &SheetSpec) -> bool {
        spec.keys().all(|(index, _)| self.at[index].is_some())
    }
}

/// A header without what people decorate it with: spaces, line breaks, `*`, a colon.
fn header(text: &str) -> String {
    half(text).trim_matches(['*', ':']).to_owned()
}

/// Reads one sheet.
pub(super) struct Table<'f> {
    spec: &'static SheetSpec,
    faults: &'f mut Faults,
    /// Faults of cells with their place, to be told in order of reading.
    found: Vec<(u32, u32, Fault)>,
    head: Vec<HeadRow>,
    columns: Option<Columns>,
    rows: Vec<Row>,
    /// By row: which columns have a fault already, one bit each.
    faulty: Vec<u64>,
    current: Option<Current>,
    ended: bool,
}

/// The row being read.
struct Current {
    row: Row,
    first: Option<u32>,
    total: bool,
    content: bool,
    faulty: u64,
    faults_before: usize,
}

impl<'f> Table<'f> {
    pub(super) fn new(spec: &'static SheetSpec, faults: &'f mut Faults) -> Table<'f> {
        assert!(spec.columns.len() <= 64, "one bit for each column");
        Table {
            spec,
            faults,
            found: Vec::new(),
            head: Vec::new(),
            columns: None,
            rows: Vec::new(),
            faulty: Vec::new(),
            current: None,
            ended: false,
        }
    }

    /// Takes the next cell, `line` from 1, `column` from 0. False once the sheet has ended.
    pub(super) fn cell(&mut self, line: u32, column: u32, raw: Raw<'_>) -> bool {
        if self.ended || raw.is_empty() {
            return !self.ended;
        }
        if self.columns.is_none() && !self.look_for_headers(line) {
            match self.head.last_mut() {
                Some((last, cells)) if *last == line => cells.push((column, raw.into_owned())),
                _ => self.head.push((line, vec![(column, raw.into_owned())])),
            }
            return true;
        }
        self.body(line, column, &raw);
        !self.ended
    }

    /// Whether the headers are known now that a cell of `line` has come.
    fn look_for_headers(&mut self, line: u32) -> bool {
        let Some(last) = self.head.last() else { return line > HEAD_ROWS && self.give_up() };
        if last.0 == line {
            return false;
        }
        let columns = Columns::of(self.spec, last);
        if columns.has_keys(self.spec) {
            self.head.clear();
            self.start(columns);
            return true;
        }
        line > HEAD_ROWS && self.settle()
    }

    /// The first ten rows are over: the most likely row is the header, or there is none.
    fn settle(&mut self) -> bool {
        let spec = self.spec;
        let best = self
            .head
            .iter()
            .enumerate()
            .map(|(index, row)| (index, Columns::of(spec, row)))
            .filter(|(_, columns)| columns.found() >= 2)
            // The first of the best: max_by_key would take the last.
            .rev()
            .max_by_key(|(_, columns)| (columns.has_keys(spec), columns.found()));
        let Some((index, columns)) = best else { return self.give_up() };
        self.start(columns);
        for (line, cells) in self.head.split_off(index + 1) {
            for (column, raw) in cells {
                if self.ended {
                    break;
                }
                self.body(line, column, &raw);
            }
        }
        self.head.clear();
        true
    }

    fn give_up(&mut self) -> bool {
        self.faults.sheet_is(self.spec.title, Problem::HeaderMissing);
        self.ended = true;
        self.head.clear();
        true
    }

    fn start(&mut self, columns: Columns) {
        for (index, column) in self.spec.columns.iter().enumerate() {
            if column.required && columns.at[index].is_none() {
                let mut fault = Fault::of_sheet(self.faults.file(), self.spec.title, Problem::ColumnMissing);
                fault.header = column.header.to_owned();
                fault.expected = column.hint;
                self.found.push((0, u32::try_from(index).unwrap_or(0), fault));
            }
        }
        for &(first, second) in &columns.twice {
            let problem = Problem::ColumnTwice { first: a1(columns.line, first) };
            let spec = columns.known.get(first as usize).copied().flatten();
            let column = spec.map(|index| &self.spec.columns[usize::from(index)]);
            let fault = self.fault(columns.line, second, column, String::new(), problem);
            self.found.push((columns.line, second, fault));
        }
        self.columns = Some(columns);
    }

    fn body(&mut self, line: u32, column: u32, raw: &Raw<'_>) {
        if self.current.as_ref().is_none_or(|current| current.row.line != line) {
            self.end_row();
            if self.ended {
                return;
            }
            self.begin_row(line);
        }
        let (Some(current), Some(columns)) = (&mut self.current, &self.columns) else { return };
        if current.first.is_none_or(|first| column < first) {
            current.first = Some(column);
            current.total = matches!(raw, Raw::Text(text) if begins_total(text));
        }
        let Some(Some(index)) = columns.known.get(column as usize) else { return };
        let index = usize::from(*index);
        let spec = &self.spec.columns[index];
        match parse(raw, spec.value) {
            Ok(value) => {
                current.content |= !value.is_blank();
                current.row.cells[index].value = value;
            }
            Err(problem) => {
                current.content = true;
                current.faulty |= 1 << index;
                let fault = self.fault(line, column, Some(spec), raw.shown(), problem);
                self.found.push((line, column, fault));
            }
        }
    }

    fn begin_row(&mut self, line: u32) {
        let Some(columns) = &self.columns else { return };
        let key = self.spec.keys().find_map(|(index, _)| columns.at[index]).unwrap_or(0);
        let blank = |at: &Option<u32>| Cell { value: Value::Blank, at: at.unwrap_or(key) };
        self.current = Some(Current {
            row: Row { line, cells: columns.at.iter().map(blank).collect() },
            first: None,
            total: false,
            content: false,
            faulty: 0,
            faults_before: self.found.len(),
        });
    }

    fn end_row(&mut self) {
        let Some(current) = self.current.take() else { return };
        if current.total {
            // A total row may hold anything, also what would be a fault elsewhere.
            self.found.truncate(current.faults_before);
            self.ended = true;
            return;
        }
        if !current.content {
            return;
        }
        if self.rows.len() == ROWS_MAX {
            self.faults.sheet_is(self.spec.title, Problem::TooManyRows { limit: ROWS_MAX });
            self.ended = true;
            return;
        }
        self.rows.push(current.row);
        self.faulty.push(current.faulty);
    }

    /// Call after the last cell. True if merged regions are needed to know the keys of some row.
    pub(super) fn close(&mut self) -> bool {
        if self.columns.is_none() && !self.ended {
            self.settle();
        }
        if !self.ended {
            self.end_row();
        }
        let merged: Vec<usize> = self.spec.keys().filter(|(_, c)| c.merged).map(|(index, _)| index).collect();
        self.rows.iter().any(|row| merged.iter().any(|&index| row.value(index).is_blank()))
    }

    /// Completes the keys, checks what must be filled in and what must not repeat.
    ///
    /// Without regions, as in CSV, a merged key is taken to reach down to the next one.
    pub(super) fn finish(mut self, regions: Option<&[Dimensions]>) -> Option<Sheet> {
        let columns = self.columns.take()?;
        for (index, column) in self.spec.keys() {
            if let (true, Some(at)) = (column.merged, columns.at[index]) {
                self.fill_down(index, at, regions);
            }
        }
        self.check_blanks(&columns);
        let repeated = if columns.has_keys(self.spec) { self.check_repeats() } else { Vec::new() };
        self.found.sort_by_key(|(line, column, _)| (*line, *column));
        for (_, _, fault) in self.found {
            self.faults.add(fault);
        }
        let absent = self
            .spec
            .kept()
            .filter(|(index, _)| columns.at[*index].is_none())
            .map(|(_, column)| column.header)
            .collect();
        Some(Sheet {
            spec: self.spec,
            rows: self.rows,
            ignored: columns.ignored,
            dropped: columns.dropped,
            absent,
            repeated,
        })
    }

    fn fill_down(&mut self, index: usize, at: u32, regions: Option<&[Dimensions]>) {
        let Some(regions) = regions else {
            let mut above = Value::Blank;
            for (row, faulty) in self.rows.iter_mut().zip(&self.faulty) {
                let cell = &mut row.cells[index];
                match cell.value.is_blank() && faulty & (1 << index) == 0 {
                    true => cell.value = above.clone(),
                    false => above = cell.value.clone(),
                }
            }
            return;
        };
        let own = regions.iter().filter(|region| region.start.1 == at && region.end.1 == at);
        for region in own {
            let (first, last) = (region.start.0.saturating_add(1), region.end.0.saturating_add(1));
            let from = self.rows.partition_point(|row| row.line < first);
            let Some(top) = self.rows.get(from).filter(|row| row.line == first) else { continue };
            let (value, faulty) = (top.cells[index].value.clone(), self.faulty[from] & (1 << index));
            let below = self.rows.iter_mut().zip(&mut self.faulty).skip(from + 1);
            for (row, mark) in below.take_while(|(row, _)| row.line <= last) {
                if row.cells[index].value.is_blank() {
                    row.cells[index].value = value.clone();
                    *mark |= faulty;
                }
            }
        }
    }

    fn check_blanks(&mut self, columns: &Columns) {
        for (row, faulty) in self.rows.iter().zip(&self.faulty) {
            for (index, column) in self.spec.columns.iter().enumerate() {
                let present = columns.at[index].is_some();
                let blank = row.value(index).is_blank() && faulty & (1 << index) == 0;
                if column.required && present && blank {
                    let problem = match column.class {
                        Class::Key => Problem::KeyBlank,
                        _ => Problem::RequiredBlank,
                    };
                    let at = row.cells[index].at;
                    let fault = self.fault(row.line, at, Some(column), String::new(), problem);
                    self.found.push((row.line, at, fault));
                }
            }
        }
    }

    /// Same key and same content: one row. Same key and other content: a fault at the later row.
    fn check_repeats(&mut self) -> Vec<u32> {
        let keys: Vec<usize> = self.spec.keys().map(|(index, _)| index).collect();
        let mut seen: FxHashMap<String, usize> = FxHashMap::default();
        let mut repeated = Vec::new();
        let mut drop = vec![false; self.rows.len()];
        let mut key = String::new();
        for (place, row) in self.rows.iter().enumerate() {
            if keys.iter().any(|&index| row.value(index).is_blank()) {
                continue;
            }
            key.clear();
            for &index in &keys {
                row.value(index).write_canonical(&mut key);
                key.push('\u{1f}');
            }
            let Some(&first) = seen.get(&key) else {
                seen.insert(key.clone(), place);
                continue;
            };
            let earlier = &self.rows[first];
            let same = row.cells.iter().zip(&earlier.cells).all(|(a, b)| a.value == b.value);
            if same && self.faulty[place] == 0 && self.faulty[first] == 0 {
                repeated.push(row.line);
                drop[place] = true;
                continue;
            }
            // Of a composite key, the part that is the row's own, not the merged one.
            let own = self.spec.keys().find(|(_, column)| !column.merged);
            let Some((index, column)) = own else { continue };
            let problem = Problem::KeyTwice { line: earlier.line };
            let at = row.cells[index].at;
            let fault = self.fault(row.line, at, Some(column), row.value(index).canonical(), problem);
            self.found.push((row.line, at, fault));
        }
        let mut dropped = drop.into_iter();
        self.rows.retain(|_| !dropped.next().unwrap_or(false));
        repeated
    }

    fn fault(&self, line: u32, at: u32, spec: Option<&ColumnSpec>, value: String, problem: Problem) -> Fault {
        Fault {
            file: self.faults.file().to_owned(),
            sheet: self.spec.title.to_owned(),
            cell: a1(line, at),
            header: spec.map(|spec| spec.header.to_owned()).unwrap_or_default(),
            value: shown(value),
            problem,
            expected: spec.map(|spec| spec.hint).unwrap_or_default(),
        }
    }
}

/// Whether the first text of a row marks the total: 合计, also written 合 计.
fn begins_total(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| !is_space(*c));
    TOTAL.chars().all(|wanted| letters.next() == Some(wanted))
}
