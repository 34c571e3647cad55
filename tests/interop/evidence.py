"""Checks files of evidence with a Python library for transparency logs that nobody here wrote (tlog-scales).

    evidence.py KEYS checkpoint FILE
    evidence.py KEYS proof FILE ENTRY
    evidence.py KEYS consistency OLD NEW PROOF
    evidence.py KEYS tiles FOLDER

KEYS is a file of verifier keys, one a line: the log's first, then those of witnesses. All must have signed.
FOLDER holds `checkpoint` and `tile/…`; every entry and every hash in it is checked.
It prints what it accepted and exits with 0, or prints why it refused and exits with 1.
"""

import base64
import sys
from pathlib import Path

from tlog_scales import tiles
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint, ConsistencyProof, InclusionProof


class Refused(Exception):
    pass


def require(condition, reason):
    if not condition:
        raise Refused(reason)


def read_keys(path):
    keys = [Vkey.from_string(line) for line in Path(path).read_text().split()]
    require(keys, "no keys")
    for key in keys:
        # The library takes the id of a key as given; it must follow from the key.
        require(key.key_id == Vkey(key.name, None, key.sig_type, key.pubkey).key_id, "wrong key id")
    return keys


def open_checkpoint(data, keys):
    text = data.decode()
    checkpoint = Checkpoint.from_text(text)
    # The library reads several spellings; evidence has one.
    require(checkpoint.serialize() == text, "another spelling")
    for key in keys:
        lines = [line for line in checkpoint.signatures if key.match(line)]
        require(len(lines) == 1, f"{len(lines)} signatures by {key.name}")
        checkpoint.verify(key)
    return checkpoint


def number(text):
    require(text.isascii() and text.isdigit() and str(int(text)) == text, f"{text!r} is no number")
    return int(text)


def hash_of(line):
    found = base64.b64decode(line, validate=True)
    require(len(found) == 32 and base64.b64encode(found).decode() == line, f"{line!r} is no hash")
    return found


def check_checkpoint(keys, path):
    checkpoint = open_checkpoint(Path(path).read_bytes(), keys)
    return f"{checkpoint.origin} {checkpoint.size}"


def check_proof(keys, path, entry_path):
    head, separator, rest = Path(path).read_bytes().partition(b"\n\n")
    require(separator, "no checkpoint")
    header, *lines = head.decode().split("\n")
    require(header == "c2sp.org/tlog-proof@v1", "not a proof")
    if lines and lines[0].startswith("extra "):
        extra = lines.pop(0).removeprefix("extra ")
        require(base64.b64encode(base64.b64decode(extra, validate=True)).decode() == extra, "no extra data")
    require(lines and lines[0].startswith("index "), "no index")
    checkpoint = open_checkpoint(rest, keys)
    require(checkpoint.origin == keys[0].name, "another log")
    proof = InclusionProof(number(lines[0][6:]), checkpoint.size, [hash_of(line) for line in lines[1:]])
    proof.check(tiles.leaf_hash(Path(entry_path).read_bytes()), checkpoint.root_hash)
    return f"entry {proof.leaf_index} of {checkpoint.size}"


def check_consistency(keys, old_path, new_path, proof_path):
    old = open_checkpoint(Path(old_path).read_bytes(), keys)
    new = open_checkpoint(Path(new_path).read_bytes(), keys)
    require(old.origin == new.origin == keys[0].name, "another log")
    *lines, last = Path(proof_path).read_bytes().decode().split("\n")
    require(last == "", "the last line has no end")
    proof = ConsistencyProof(old.size, new.size, [hash_of(line) for line in lines])
    proof.check(old.root_hash, new.root_hash)
    return f"{new.size} extends {old.size}"


def check_tiles(keys, folder):
    folder = Path(folder)
    checkpoint = open_checkpoint((folder / "checkpoint").read_bytes(), keys)
    reader = TilesReader(LocalBackend(folder))
    reader.set_size(checkpoint.size)
    require(reader.calculate_root_hash() == checkpoint.root_hash, "the tiles have another root")
    # The proofs of all entries use every hash of every tile.
    for index in range(checkpoint.size):
        leaf = tiles.leaf_hash(reader.get_entry(index))
        reader.get_inclusion_proof(index, checkpoint.size).check(leaf, checkpoint.root_hash)
    return f"all tiles of {checkpoint.size} entries"


def main(keys, what, *files):
    check = {
        "checkpoint": check_checkpoint,
        "proof": check_proof,
        "consistency": check_consistency,
        "tiles": check_tiles,
    }[what]
    try:
        print("accepted:", check(read_keys(keys), *files))
    except Exception as reason:  # The library refuses by many kinds of exceptions.
        print(f"refused: {type(reason).__name__}: {reason}")
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
