//! The whole ledger for other programs: the log as JSON Lines, the object-centric event log, the calendar.

use axum::http::StatusCode;
use gongjian_core::checkpoints::{read_checkpoint, signed_files};
use gongjian_core::evidence::{SignedCheckpoint, tree};
use gongjian_core::lines::{self, Header};
use gongjian_core::record::{Position, RecordRef};
use gongjian_core::restore;

use super::App;
use crate::error::Problem;
use crate::ical::{self, Feed};
use crate::messages::Text;
use crate::ocel;

impl App {
    /// The header of the log as JSON Lines, over everything that is durable; where the key is not at hand, over what
    /// was signed before.
    ///
    /// # Errors
    /// [`Problem`] if nothing is signed.
    pub fn log_header(&self) -> Result<Header, Problem> {
        let keys = restore::log_keys(self.reader()).map_err(|error| Problem::internal(&error))?;
        let signed = match self.keeper() {
            Ok(keeper) => keeper.current()?,
            Err(problem) => self.published().ok_or(problem)?,
        };
        keys.check(&signed).map_err(|error| Problem::internal(&error))?;
        Header::over(&signed, &keys).map_err(|error| Problem::internal(&error))
    }

    /// The checkpoint that lies beside the log, if it is one of this log.
    fn published(&self) -> Option<SignedCheckpoint> {
        let [file, ..] = signed_files(self.dir()?);
        let signed = read_checkpoint(&file).ok().flatten()?;
        let (size, root) = (signed.checkpoint().size(), signed.checkpoint().root());
        let is_ours = size <= self.reader().size() && tree::root(&**self.hashes(), size).ok()? == root;
        is_ours.then_some(signed)
    }

    /// Writes the log as JSON Lines in pieces; `each` returns `false` to stop.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be read.
    pub fn write_log(&self, header: &Header, each: &mut dyn FnMut(Vec<u8>) -> bool) -> Result<(), Problem> {
        Ok(lines::write(self.reader(), header, each)?)
    }

    /// Writes the first `size` events as OCEL in pieces; `each` returns `false` to stop.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be read.
    pub fn write_ocel(
        &self,
        size: u64,
        options: &ocel::Options,
        each: &mut dyn FnMut(Vec<u8>) -> bool,
    ) -> Result<ocel::Counts, Problem> {
        Ok(ocel::write(self.reader(), size, options, each)?)
    }

    /// The calendar as of a position.
    ///
    /// # Errors
    /// [`Problem`]: the community or unit is unknown, the log cannot be folded, or the feed fails its own check.
    pub fn calendar_feed(
        &self,
        last: Option<Position>,
        wanted: &ical::Wanted,
        text: Text,
    ) -> Result<Feed, Problem> {
        let views = self.views_as_of(last)?;
        let size = views.position();
        let known = size.checked_sub(1).ok_or_else(|| Problem::not_found("event 0"))?;
        // The day of the ledger, not of the clock: the same position gives the same feed.
        let recorded = self.last_recorded(known)?;
        let on = views.default_on(gongjian_core::day::Day::of_micros(recorded));
        let origin = self.ask_world(|world| world.ledger.get("main").map(|ledger| ledger.origin.clone()))?;
        ical::feed(&views, self.reader(), &origin.unwrap_or_default(), on, wanted, text)
    }

    /// When the last of the events up to a position was taken in whose bytes are there.
    fn last_recorded(&self, last: Position) -> Result<i64, Problem> {
        for position in (0..=last).rev() {
            match self.reader().get(position) {
                Err(gongjian_core::log::ReadError::Withheld { .. }) => {}
                read => {
                    let bytes = read?.unwrap_or_else(|| Vec::new().into());
                    let record = RecordRef::decode(&bytes).map_err(|error| Problem::internal(&error))?;
                    return Ok(record.recorded_at);
                }
            }
        }
        Err(Problem::new(StatusCode::NOT_FOUND, "not-found").with("id", last))
    }
}
