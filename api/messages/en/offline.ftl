# Checking evidence offline.

offline-file = { $file }: { $format }
offline-format-proof = proof of an event
offline-format-checkpoint = checkpoint
offline-format-package = evidence package
offline-format-ledger = copy of a ledger
offline-format-tiles = files that a ledger publishes
offline-format-inspection = report of the four properties
offline-format-unknown = an unknown file
offline-basis = checkpoint: ledger { $origin }, { $size } events, root { $root }
offline-event = event: position { $position }, { $kind }, { $stream }
offline-event-when = happened { $on }; entered by { $post } at { $at }
offline-event-unit = done by unit { $unit }
offline-event-digest = digest { $digest }
offline-event-data = data { $data }
offline-event-unread = the data have a layout that this program does not know; read them by the layout that the ledger declares
offline-signed = signed by the ledger: { $name } ({ $id }), the signature fits
offline-cosigned = cosigned by { $witness } at { $at }, the signature fits
offline-claimed = says that { $name } ({ $id }) signed it; not checked
offline-count-events = events: { $count }
offline-verdict-sound = Everything fits.
offline-verdict-unchecked =
    Everything fits together, but the signature was not checked against a key that you trust, so this proves nothing: whoever made it up could have made it fit.
    Get the public key on a way that the ledger's operator does not control, then give it with --key or --policy.
offline-verdict-wrong = Something is wrong; do not rely on it.
offline-fault = { $kind }: { $detail }
offline-fault-in = { $kind }: { $place }: { $detail }

offline-kind-altered = altered
offline-kind-missing = missing
offline-kind-foreign = foreign
offline-kind-reordered = reordered
offline-kind-truncated = truncated
offline-kind-forked = forked
offline-kind-bad-signature = bad signature
offline-kind-unwitnessed = too few witnesses
offline-kind-wrong-origin = wrong origin
offline-kind-malformed = malformed

offline-checkpoint-unreadable = no checkpoint can be read ({ $error }); ask for it again
offline-proof-unreadable = no proof can be read ({ $error }); ask for it again
offline-record-unreadable = no event can be read ({ $error }); is this the file with the bytes of the event?
offline-position = this should be the event at position { $expected }, but the bytes are those of position { $found }
offline-beyond = the proof is about position { $index }, which is not among the { $size } events of the checkpoint
offline-length = the proof should have { $expected } hashes, but has { $found }
offline-inclusion = bytes and proof do not lead to the root { $root } of the checkpoint: the bytes of position { $index }, the proof or the checkpoint was changed
offline-unknown-log = the keys or the policy that you gave know no ledger called “{ $origin }”
offline-unsigned = no trusted key of the ledger “{ $origin }” signed this
offline-signature = the signature of { $name } ({ $id }) does not fit
offline-signature-twice = { $name } ({ $id }) has more than one signature, so nothing can be said
offline-not-empty-root = the checkpoint says that there are no events, under a root that no empty ledger has
offline-quorum = { $needed } of “{ $quorum }” must cosign, but { $found } did
offline-two-roots = with the same { $size } events, { $other } has another root
offline-ledger-unsound = recomputing the ledger found: { $detail }
offline-no-checkpoint = there is no checkpoint whose signature could be checked
offline-fewer-events = { $expected } events were signed for, but there are { $found }
offline-no-tiles = the hashes for the root cannot be had ({ $error })
offline-other-root = the root over the first { $size } events should be { $expected }, but is { $found }
offline-other-origin = this should be the ledger “{ $expected }”, but is “{ $found }”

cli-no-trust = The keys or the policy cannot be used: { $error }
cli-no-entry = To check { $file }, the bytes of the event are needed: give them with --entry, or put them at { $entry }.
cli-not-checked-here = { $file } is nothing that is checked here. Checked are: proofs (.tlog-proof), checkpoints, evidence packages (.zip), reports of the four properties, folders with a copy of a ledger.
cli-paper-unreadable = Give the three lines of the paper: name of the ledger, number of events, root (64 hexadecimal digits, spaces allowed).
cli-paper-fits = It fits the paper: the first { $size } events of this ledger are those of that time, to the byte.
