# Monitoring: verifying what a ledger publishes.

cli-monitor-no-key = Whose signature is to be believed? Give the ledger's key with --key, or a policy with --policy.
cli-monitor-no-source = There is nothing to verify. Name a folder of tiles, or an address with --url.
cli-monitor-sound = Sound: "{ $origin }" has { $size } events, { $new } of them verified now; every byte was recomputed.
cli-monitor-cosigned = witness { $witness }  { $time }
cli-notice-silent-witness = Note: the witness { $witness } does not say what it has seen ({ $reason }).
cli-notice-lag = Note: the witness { $witness } has seen { $size } events, more than are published here; verify again later.
cli-notice-no-witness = Note: there is no witness. The ledger's own signature cannot show that others are not shown another history.

fault-malformed-checkpoint = The checkpoint cannot be read: { $found }.
fault-bad-signature = Bad signature: { $what } (over { $position } events): { $found }.
fault-wrong-origin = Wrong ledger: { $what } ({ $position }) names "{ $found }" instead of "{ $expected }".
fault-unwitnessed = Too few witnesses: of the checkpoint over { $position } events, { $what } needs { $expected }, but { $found } cosigned.
fault-missing = Missing: from position { $position } on, { $what } is not there.
fault-altered = Altered: at position { $position }, { $what } should be { $expected }, but is { $found }.
fault-reordered = Reordered: at position { $position } ({ $what }) stands the event of position { $found }.
fault-truncated = Truncated: { $expected } events were seen before, now there are { $position } ({ $what }).
fault-forked = Two histories: they differ from position { $position } on. Seen was { $expected }, shown is { $found }. Both checkpoints are signed by the ledger and kept as evidence.
fault-back-dated = Back-dated: at position { $position }, { $what } should be { $expected }, but is { $found }. When the witness cosigned, this event was not there.
fault-post-dated = Post-dated: at position { $position }, { $what } should be { $expected }, but is { $found }. When the witness cosigned, this event was there already.
fault-withheld-without-order = Withheld without an order: at position { $position }, { $what } should be { $expected }, but is { $found }. No event of the ledger orders the erasure.
fault-rules-broken = Against the ledger's format: at position { $position }, { $what } should be { $expected }, but is { $found }.
