//! Records recomputed while somebody looks at them: from their bytes, along the chain, and up to the root that was
//! signed. What a page says about its own records is what this found, never what was kept.

use std::collections::BTreeSet;

use gongjian_core::evidence::SignedCheckpoint;
use gongjian_core::evidence::merkle::verify_inclusion;
use gongjian_core::evidence::tree::prove_inclusion;
use gongjian_core::log::{MerkleHash, ReadError};
use gongjian_core::record::{Digest, Position, RecordRef};

use super::App;
use crate::error::Problem;

/// One record that was recomputed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recomputed {
    /// Its place in the log.
    pub position: Position,
    /// BLAKE3 of its bytes, hexadecimal.
    pub digest: String,
    /// The digest of the record before it, as its own bytes say; none of one whose bytes were destroyed.
    pub previous: Option<String>,
    /// Its leaf in the tree.
    pub leaf: String,
    /// Its bytes were destroyed by the order at this position; what it committed to still fits.
    pub erased_by: Option<Position>,
}

/// The first record that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Its place in the log.
    pub position: Position,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// What came of recomputing some records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proven {
    /// Each of them, in the order of the log.
    pub records: Vec<Recomputed>,
    /// The first that does not fit.
    pub unfit: Option<Unfit>,
    /// The checkpoint that was looked at: how many records it covers.
    pub checkpoint: Option<u64>,
    /// How many of the records it does not cover yet.
    pub beyond: usize,
    /// How many witnesses there are.
    pub witnesses: usize,
    /// How many of them cosigned a checkpoint that covers all of the records.
    pub cosigned: usize,
    /// Enough of them did, by the policy of the ledger.
    pub witnessed: bool,
}

impl App {
    /// Recomputes some records from their bytes: digest, chain to both sides, leaf, and the way to the root of the
    /// last checkpoint.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be read, or there is no such record.
    pub fn prove(&self, positions: &BTreeSet<Position>) -> Result<Proven, Problem> {
        // A ledger without its key at hand has signed nothing that could be looked at.
        let checkpoint = self.checkpoint(false).ok();
        let size = checkpoint.as_ref().map(|signed| signed.checkpoint().size());
        let mut proven = Proven { checkpoint: size, ..Proven::default() };
        for position in positions {
            let (record, unfit) = self.recomputed(*position, checkpoint.as_ref())?;
            proven.records.push(record);
            proven.unfit = proven.unfit.or(unfit);
            proven.beyond += usize::from(size.is_none_or(|size| *position >= size));
        }
        let reach = positions.last().map_or(0, |last| last.saturating_add(1));
        let witnesses = self.witnesses();
        let sizes: Vec<u64> = witnesses["witnesses"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|witness| witness["size"].as_u64().unwrap_or(0))
            .collect();
        proven.witnesses = sizes.len();
        proven.cosigned = sizes.iter().filter(|size| **size >= reach).count();
        proven.witnessed =
            !sizes.is_empty() && witnesses["witnessed"].as_u64().is_some_and(|size| size >= reach);
        Ok(proven)
    }

    fn recomputed(
        &self,
        position: Position,
        checkpoint: Option<&SignedCheckpoint>,
    ) -> Result<(Recomputed, Option<Unfit>), Problem> {
        let missing = || Problem::not_found(&position.to_string());
        let kept = self.leaf(position)?;
        let mut unfit = None;
        let mut expect = |expected: String, found: String| {
            if expected != found && unfit.is_none() {
                unfit = Some(Unfit { position, expected, found });
            }
        };
        let (digest, previous, leaf, erased_by) = match self.reader().get(position) {
            Ok(Some(bytes)) => {
                let record = RecordRef::decode(&bytes).map_err(|error| Problem::internal(&error))?;
                let before = match position.checked_sub(1) {
                    Some(before) => self.reader().digest(before)?.ok_or_else(missing)?,
                    None => record.previous,
                };
                expect(position.to_string(), record.position.to_string());
                expect(before.to_string(), record.previous.to_string());
                (Digest::of(&bytes), Some(record.previous.to_string()), MerkleHash::leaf(&bytes), None)
            }
            Ok(None) => return Err(missing()),
            Err(ReadError::Withheld { erased_by, .. }) => {
                let digest = self.reader().digest(position)?.ok_or_else(missing)?;
                (digest, None, kept, Some(erased_by))
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(after) = self.previous_of_next(position)? {
            expect(after.to_string(), digest.to_string());
        }
        expect(kept.to_string(), leaf.to_string());
        if let Some(checkpoint) = checkpoint.map(SignedCheckpoint::checkpoint)
            && position < checkpoint.size()
        {
            let hashes = prove_inclusion(&**self.hashes(), position, checkpoint.size())?;
            let root = checkpoint.root();
            if let Err(error) = verify_inclusion(position, checkpoint.size(), leaf, &hashes, root) {
                expect(root.to_string(), error.to_string());
            }
        }
        let digest = digest.to_string();
        Ok((Recomputed { position, digest, previous, leaf: leaf.to_string(), erased_by }, unfit))
    }

    /// What the next record says of this one; the head for the last, nothing where the next one's bytes are gone.
    fn previous_of_next(&self, position: Position) -> Result<Option<Digest>, Problem> {
        let next = position.saturating_add(1);
        match self.reader().get(next) {
            Ok(Some(bytes)) => {
                let record = RecordRef::decode(&bytes).map_err(|error| Problem::internal(&error))?;
                Ok(Some(record.previous))
            }
            Ok(None) => {
                // Somebody may record meanwhile; then the head is of another record.
                let head = self.head();
                Ok((head.size == next).then_some(head.digest))
            }
            Err(ReadError::Withheld { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
