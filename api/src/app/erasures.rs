//! Erasures behind command line and HTTP: asked for, decided by another post, carried out.

use gongjian_core::accounts::By;
use gongjian_core::domain::erasure::{DOCUMENT, ErasureCommand, HOLDER, RECORD};
use gongjian_core::record::{Position, RecordRef};
use gongjian_core::vault::{EraseError, EraseStep, Item, erase};
use serde_json::{Value, json};

use super::App;
use super::vault::{Asker, Kept, command_id};
use crate::error::Problem;

/// What is to be erased, and why.
#[derive(Clone, Debug)]
pub struct NewErasure {
    /// Its id; none gets one.
    pub id: Option<String>,
    /// Stream of a document or of an entry of the directory.
    pub subject: Option<String>,
    /// Position of a whole record.
    pub position: Option<Position>,
    /// Why.
    pub reason: String,
    /// The law, order or request that it rests on.
    pub basis: String,
}

impl App {
    /// Asks for an erasure.
    ///
    /// # Errors
    /// [`Problem`]: what is to be erased is not there or is protected, or was asked for before.
    pub fn ask_erasure(&self, asker: &Asker, new: NewErasure) -> Result<Kept, Problem> {
        let NewErasure { id, subject, position, reason, basis } = new;
        let asker = &asker.known()?;
        let id = id.unwrap_or_else(|| asker.name("SC"));
        let (scope, subject, position) = match (subject, position) {
            (Some(subject), None) => {
                let wanted = subject.clone();
                let item = self.ask_world(move |world| Item::of(world, &wanted))?;
                let item = item.ok_or_else(|| Problem::not_found(&subject))?;
                let scope = if subject.starts_with("holder/") { HOLDER } else { DOCUMENT };
                (scope, subject, item.position)
            }
            (None, Some(position)) => (RECORD, self.stream_at(position)?, position),
            _ => return Err(Problem::malformed("subject", "subject, position")),
        };
        let digest = self.reader().digest(position)?;
        let digest = digest.ok_or_else(|| Problem::not_found(&position.to_string()))?.to_string();
        let command =
            ErasureCommand::Ask { scope: scope.to_owned(), subject, position, digest, reason, basis };
        self.tell(asker, &id, &format!("erasure/{id}"), command)
    }

    fn stream_at(&self, position: Position) -> Result<String, Problem> {
        let bytes = self.reader().get(position)?.ok_or_else(|| Problem::not_found(&position.to_string()))?;
        let record = RecordRef::decode(&bytes).map_err(|error| Problem::internal(&error))?;
        Ok(record.stream.to_owned())
    }

    /// Approves or refuses an erasure, as another post.
    ///
    /// # Errors
    /// [`Problem`] as for any command.
    pub fn decide_erasure(
        &self,
        asker: &Asker,
        id: &str,
        approve: bool,
        reason: Option<String>,
    ) -> Result<Kept, Problem> {
        let command = match approve {
            true => ErasureCommand::Approve { reason },
            false => ErasureCommand::Refuse { reason: reason.unwrap_or_default() },
        };
        self.tell(asker, id, &format!("erasure/{id}"), command)
    }

    /// Carries out an approved erasure; one that was done before is carried out again and not recorded again. Writers
    /// wait meanwhile.
    ///
    /// # Errors
    /// [`Problem`]; what was begun is taken up when asked again, and at the next start.
    pub fn execute_erasure(&self, asker: &Asker, id: &str) -> Result<Value, Problem> {
        let by = By { post: asker.actor.clone(), account: asker.account };
        let command_id = command_id(asker)?;
        let (wanted, app) = (id.to_owned(), self.clone());
        let done = self.with_writer(move |writer| {
            let is_record = writer.world().erasure.get(&wanted).is_some_and(|it| it.scope == RECORD);
            let done = erase(writer, &wanted, &by, command_id, &mut |step| {
                if step == EraseStep::Ordered {
                    // Whoever asked for the erasure can later show the order in a tree that was signed before it.
                    app.keep_checkpoint();
                }
                Ok(())
            });
            if is_record && done.is_ok() {
                // On this thread, so that no follower folds between the two.
                app.forget_folded(writer.snapshots());
            }
            done
        })?;
        let receipt = done?;
        Ok(json!({ "id": id, "executed": true, "receipt": receipt }))
    }
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Problem {
        match error {
            EraseError::Unknown(id) => Problem::not_found(&id),
            EraseError::Refused(refused) => Problem::from(refused),
            EraseError::Vault(error) => Problem::from(error),
            EraseError::Withhold(_)
            | EraseError::Snapshots(_)
            | EraseError::Fold(_)
            | EraseError::Stopped(_) => Problem::internal(&error),
        }
    }
}
