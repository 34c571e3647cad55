//! Papers: what is recorded as something to print, with what it is made of.

use gongjian_core::day::Day;
use gongjian_core::evidence::tree;
use gongjian_projections::trail::{TrailError, trail};
use gongjian_projections::views::Views;

use super::{App, Asked};
use crate::document::{Document, Identity};
use crate::error::Problem;
use crate::messages::Text;
use crate::papers::{Desk, Kind, PaperError, TEMPLATE};

impl App {
    /// A paper of a kind about an id.
    ///
    /// # Errors
    /// [`Problem`]: there is no such kind or thing, or the log cannot be read.
    pub fn paper(&self, kind: &str, id: &str, asked: Asked, text: Text) -> Result<Document, Problem> {
        let kind = Kind::of(kind).ok_or_else(|| Problem::not_found(kind))?;
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        let read = |position| self.reader().get(position).ok().flatten().map(|bytes| bytes.to_vec());
        let told = |id: &str| trail(&views, id, &read, on);
        let desk = Desk { views: &views, on, text, trail: &told };
        let id = id.trim();
        let mut document = kind.build(&desk, id).map_err(|error| match error {
            PaperError::Unknown(id) | PaperError::Trail(TrailError::Unknown(id)) => Problem::not_found(&id),
            PaperError::Trail(error) => Problem::internal(&error),
        })?;
        document.identity = self.identity(format!("{}/{id}", kind.name), &views, on, TEMPLATE)?;
        Ok(document)
    }

    /// What a document is made of that knows these read models and is judged as of a day.
    pub(super) fn identity(
        &self,
        subject: String,
        views: &Views,
        on: Day,
        template: u16,
    ) -> Result<Identity, Problem> {
        let size = views.position();
        let position = size.checked_sub(1);
        let digest = match position {
            Some(position) => self.reader().digest(position)?.map(|digest| digest.to_string()),
            None => None,
        };
        Ok(Identity {
            subject,
            origin: self.verifier_key()?.name().to_owned(),
            position,
            digest: digest.unwrap_or_default(),
            on: Some(on),
            size,
            root: tree::root(&**self.hashes(), size)?.to_string(),
            recorded_at: position.and_then(|position| self.recorded_at(position)).unwrap_or_default(),
            template,
            rules: Vec::new(),
            data_sha256: None,
        })
    }
}
