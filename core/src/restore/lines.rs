//! A log put back from JSON Lines: the file is read twice, once to check all of it, once to take it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use super::take::take;
use super::{
    RestoreError, Restored, check_known, file_error, log_keys, publish, read_checkpoint, settle,
    signed_files, take_key,
};
use crate::evidence::{KeyRefusal, SignedCheckpoint, VerifierKey};
use crate::layout::Layouts;
use crate::lines::{Entry, Header, LINE_BYTES_MAX, LineFault};
use crate::log::hash::Frontier;
use crate::log::{Log, LogOptions};
use crate::record::{Digest, Position, RecordRef};

/// Events in one commit.
const EVENTS_A_COMMIT: u64 = 4_096;

/// A log in JSON Lines to be put into a folder without one.
pub struct ImportLog<'a> {
    /// The new ledger's folder.
    pub dir: &'a Path,
    /// Options of the log.
    pub log: LogOptions,
    /// The key of the ledger, known from elsewhere: it must have signed.
    pub key: Option<&'a VerifierKey>,
    /// The file.
    pub file: &'a Path,
}

impl ImportLog<'_> {
    /// Does it. Nothing is written before every line was checked; `progress` is called with (events done, events in
    /// all) of the second reading.
    ///
    /// # Errors
    /// [`RestoreError`]. A ledger that was not there before is not opened then; run it again, or remove it.
    pub fn run(&self, mut progress: impl FnMut(u64, u64)) -> Result<Restored, RestoreError> {
        let head = read_checkpoint(&signed_files(self.dir)[2])?;
        let header = self.check_against(head.as_ref())?;
        let mut log = Log::restoring(self.dir, self.log, true)?;
        let before = log.reader().size();
        self.fill(&mut log, &header, &mut progress)?;
        log_keys(&log.reader())?.check(header.signed())?;
        publish(self.dir, header.signed())?;
        let report = settle(&mut log)?;
        log.restored(self.dir).map_err(|source| file_error(self.dir, source))?;
        let behind = head.map(|head| head.checkpoint().size()).filter(|signed| *signed > report.events);
        Ok(Restored { size: report.events, taken: report.events - before, root: report.root, behind })
    }

    /// Reads everything, believes nothing, and writes nothing.
    ///
    /// # Errors
    /// [`RestoreError`]: the first thing that is wrong.
    pub fn check(&self) -> Result<Header, RestoreError> {
        let head = read_checkpoint(&signed_files(self.dir)[2])?;
        self.check_against(head.as_ref())
    }

    fn check_against(&self, head: Option<&SignedCheckpoint>) -> Result<Header, RestoreError> {
        let mut lines = Lines::open(self.file)?;
        let header = lines.header()?;
        let (size, root) = (header.checkpoint().size(), header.checkpoint().root());
        let (mut tree, mut previous, mut keys) = (Frontier::default(), Digest::ZERO, None);
        for position in 0..size {
            let entry = lines.entry(position, size)?;
            if let Entry::Event(bytes) = &entry {
                let found = RecordRef::decode(bytes).map(|record| record.previous).unwrap_or_default();
                if found != previous {
                    return Err(lines.fault(LineFault::Previous { expected: previous, found }));
                }
                take_key(&mut keys, position, bytes)?;
            }
            tree.push(entry.leaf());
            previous = entry.digest();
            if let Some(head) = head.map(SignedCheckpoint::checkpoint)
                && head.size() == tree.size()
                && head.root() != tree.root()
            {
                let of = "the last checkpoint that the key signed";
                return Err(RestoreError::Forked { size: tree.size(), of });
            }
        }
        lines.end(size)?;
        if tree.root() != root {
            return Err(lines.fault(LineFault::Root { expected: root, found: tree.root() }));
        }
        keys.ok_or(KeyRefusal::Keyless)?.check(header.signed())?;
        check_known(header.signed(), self.key)?;
        Ok(header)
    }

    /// Takes what the log lacks; an import that was interrupted goes on where it stopped.
    fn fill(
        &self,
        log: &mut Log,
        header: &Header,
        progress: &mut impl FnMut(u64, u64),
    ) -> Result<(), RestoreError> {
        let mut lines = Lines::open(self.file)?;
        lines.header()?;
        let (size, root, have) =
            (header.checkpoint().size(), header.checkpoint().root(), log.reader().size());
        if size < have {
            return Err(RestoreError::Older { size, have });
        }
        let mut entries = Vec::new();
        for position in 0..size {
            let entry = lines.entry(position, size)?;
            if position >= have {
                entries.push(entry);
            } else if log.reader().digest(position)? != Some(entry.digest()) {
                return Err(RestoreError::Forked { size: position + 1, of: "the ledger" });
            }
            let end = position + 1;
            if end.is_multiple_of(EVENTS_A_COMMIT) || end == size {
                let mut draft = log.draft();
                take(&mut draft, &std::mem::take(&mut entries))?;
                log.commit(draft)?;
                progress(end, size);
            }
        }
        let found = log.reader().head().root;
        if found == root { Ok(()) } else { Err(lines.fault(LineFault::Root { expected: root, found })) }
    }
}

/// The lines of a file, read in order.
struct Lines<'a> {
    file: &'a Path,
    reader: BufReader<File>,
    line: Vec<u8>,
    number: u64,
    layouts: Layouts,
}

impl Lines<'_> {
    fn open(file: &Path) -> Result<Lines<'_>, RestoreError> {
        let opened = File::open(file).map_err(|source| file_error(file, source))?;
        let (reader, line) = (BufReader::with_capacity(1 << 16, opened), Vec::new());
        Ok(Lines { file, reader, line, number: 0, layouts: Layouts::default() })
    }

    fn fault(&self, source: LineFault) -> RestoreError {
        RestoreError::Line { line: self.number, source }
    }

    /// Reads the next line; `false` at the end of the file.
    fn next(&mut self) -> Result<bool, RestoreError> {
        self.line.clear();
        self.number += 1;
        let read = self.reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut self.line);
        let read = read.map_err(|source| file_error(self.file, source))? as u64;
        if read == LINE_BYTES_MAX && !self.line.ends_with(b"\n") {
            return Err(self.fault(LineFault::TooLong));
        }
        Ok(read > 0)
    }

    fn header(&mut self) -> Result<Header, RestoreError> {
        self.next()?;
        Header::parse(&self.line).map_err(|fault| self.fault(fault))
    }

    fn entry(&mut self, position: Position, size: u64) -> Result<Entry, RestoreError> {
        if !self.next()? || !self.line.ends_with(b"\n") {
            return Err(self.fault(LineFault::Short { expected: size }));
        }
        Entry::parse(&self.line, position, &self.layouts).map_err(|fault| self.fault(fault))
    }

    fn end(&mut self, size: u64) -> Result<(), RestoreError> {
        if self.next()? { Err(self.fault(LineFault::Long { expected: size })) } else { Ok(()) }
    }
}
