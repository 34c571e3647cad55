//! The writer and the vault beside its log: opened together, and settled before the first request.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::{LedgerError, Writer, fold_world};
use crate::domain::World;
use crate::log::{WithholdError, WithholdStep};
use crate::record::Position;
use crate::snapshot::Snapshots;
use crate::vault::{self, EraseError, Settled, Vault, VaultError};

/// Opens the vault beside a log. A ledger whose vault cannot be opened is read and written without it, and
/// verification says what is wrong.
pub(super) fn open(dir: Option<&Path>) -> Result<Arc<Vault>, String> {
    let dir = dir.ok_or_else(|| "the ledger lives in memory".to_owned())?;
    Vault::open(dir).map(Arc::new).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the vault is not opened");
        error.to_string()
    })
}

impl Writer {
    /// The vault beside the log.
    ///
    /// # Errors
    /// [`VaultError::Closed`] with the reason why it could not be opened.
    pub fn vault(&self) -> Result<Arc<Vault>, VaultError> {
        self.vault.clone().map_err(VaultError::Closed)
    }

    /// Finishes the erasures that were begun, and sets aside objects that no event names. What fails is told and left:
    /// it is tried again at the next start, and verification shows it.
    pub(super) fn settle_vault(&mut self) {
        let Ok(vault) = self.vault() else { return };
        for (erasure, error) in vault::finish(self) {
            tracing::error!(erasure, error = &error as &dyn std::error::Error, "an erasure is not finished");
        }
        let named: BTreeSet<_> =
            vault::items(&self.decider.world).into_iter().map(|item| item.object).collect();
        match vault.settle(&named) {
            Ok(settled) if settled == Settled::default() => {}
            Ok(Settled { set_aside, brought_back, removed }) => {
                tracing::warn!(set_aside, brought_back, removed, "objects that no event names are set aside");
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "objects without events are left");
            }
        }
    }

    /// Destroys the bytes of an event by an order; see [`crate::log::Log::withhold`].
    pub(crate) fn withhold<E: From<WithholdError>>(
        &mut self,
        position: Position,
        order: Position,
        step: impl FnMut(WithholdStep) -> Result<(), E>,
    ) -> Result<(), E> {
        self.committer.log.withhold(position, order, step)
    }

    /// Forgets what was folded, on the disk and in memory, and folds the log again.
    pub(crate) fn fold_again(&mut self) -> Result<(), EraseError> {
        if let Some(snapshots) = &self.snapshots {
            snapshots.clear().map_err(EraseError::Snapshots)?;
        }
        self.snapshot_at = 0;
        let mut world = World::default();
        match fold_world(&mut world, &self.decider.reader, 0) {
            Ok(()) => {
                self.decider.world = world;
                Ok(())
            }
            Err(error) => {
                // The world still knows what must be forgotten; it may not decide any more.
                self.broken = true;
                Err(EraseError::Fold(Box::new(error)))
            }
        }
    }

    /// The folder of snapshots, for read models that must be folded again too.
    pub fn snapshots(&self) -> Option<&Snapshots> {
        self.snapshots.as_ref()
    }
}

impl From<LedgerError> for EraseError {
    fn from(error: LedgerError) -> EraseError {
        EraseError::Fold(Box::new(error))
    }
}
