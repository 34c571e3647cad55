#!/usr/bin/env python3
"""Decode and check an event log without the product.

    … | python3 tests/py/decode.py > events.jsonl
    python3 tests/py/decode.py --self-test

Standard input is JSON Lines, one event a line in the order of the log, as `gongjian events --raw` prints them:
{"position": N, "bytes": "<base64>"}, or, of an event whose bytes were destroyed by an order,
{"position": N, "withheld": true, "erasedBy": M, "digest": "<hex>", "leaf": "<hex>"}. Every event is printed as a line
{"position","kind","version","stream","revision","occurredOn","data"}, or
{"position","withheld","erasedBy"}; the number of events and the
RFC 6962 root over all of them go to standard error. The program fails at the first event
that does not follow the format: a gap in the positions, a `previous` that is not the
BLAKE3 digest of the event before, a kind that was used before it was described, bytes left over, an event
that was withheld without an order.

Needs blake3 from PyPI.
"""

import argparse
import base64
import datetime as dt
import hashlib
import json
import re
import struct
import sys

from blake3 import blake3

ENVELOPE = [
    ("format", "u16"), ("position", "u64"), ("previous", 32), ("recorded_at", "i64"), ("occurred_day", "day"),
    ("occurred_second", "option<u32>"), ("stream", "string"), ("revision", "u64"), ("kind", "string"),
    ("version", "u16"), ("command_id", 16), ("command_digest", 16), ("nonce", 16), ("trail", "string"),
    ("recorded_by", "string"), ("account", 16), ("attributed_to", "option<string>"), ("assurance", "u8"),
    ("authority", "option<string>"), ("payload", "bytes"),
]
# The layouts that must be known beforehand (docs/FORMAT.md): the one that describes all the others, and
# that of event 0, which stands before any description.
OPENED_KIND = "ledger.opened"
OPENED_LAYOUT = "{ledgerId:string,origin:string,publicKey:string}"
OPENED_LAYOUT_2 = "{ledgerId:string,origin:string,publicKey:string,continues:option<string>}"
SCHEMA_KIND = "schema.declared"
ORDER = ("erasure.approved", 1)
SCHEMA_LAYOUT = "{kind:string,version:u16,fields:list<{name:string,type:string}>}"
INTEGERS = {"u8": "<B", "u16": "<H", "u32": "<I", "u64": "<Q", "i32": "<i", "i64": "<q"}
RECORD_BYTES_MAX = 65_535


class Malformed(Exception):
    """Bytes or a description that do not follow the format."""


# ---------------------------------------------------------------- the language of types

def parse_type(source):
    """`list<{a:u8}>` -> ("list", ("struct", [("a", ("u8",))]))"""
    tokens = re.findall(r"[A-Za-z_][A-Za-z0-9_]*|\d+|[<>{}:,]", source)
    if "".join(tokens) != re.sub(r"\s", "", source):
        raise Malformed(f"type {source!r}")
    tokens.append("")

    def take(expected=None):
        token = tokens.pop(0)
        if expected is not None and token != expected:
            raise Malformed(f"type {source!r}: {expected!r} expected, {token!r} found")
        return token

    def one():
        token = take()
        if token in ("option", "list"):
            take("<")
            inner = one()
            take(">")
            return (token, inner)
        if token == "{":
            fields = []
            while tokens[0] != "}":
                if fields:
                    take(",")
                name = take()
                take(":")
                fields.append((name, one()))
            take("}")
            return ("struct", fields)
        if token in INTEGERS or token in ("string", "bool", "day", "bytes"):
            return (token,)
        raise Malformed(f"type {source!r}: {token!r}")

    parsed = one()
    take("")
    return parsed


class Reader:
    """Reads values from the front of some bytes."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        if self.at + n > len(self.data):
            raise Malformed("the bytes end too early")
        self.at += n
        return self.data[self.at - n:self.at]

    def integer(self, kind):
        code = INTEGERS[kind]
        return struct.unpack(code, self.take(struct.calcsize(code)))[0]

    def tag(self):
        tag = self.take(1)[0]
        if tag > 1:
            raise Malformed(f"tag {tag}")
        return tag == 1

    def value(self, t):
        kind = t[0]
        if kind in INTEGERS:
            return self.integer(kind)
        if kind == "bool":
            return self.tag()
        if kind == "day":
            return (dt.date(1970, 1, 1) + dt.timedelta(days=self.integer("i32"))).isoformat()
        if kind == "option":
            return self.value(t[1]) if self.tag() else None
        if kind == "struct":
            return {name: self.value(inner) for name, inner in t[1]}
        length = self.integer("u64")
        if length > len(self.data) - self.at and kind != "list":
            raise Malformed(f"length {length}")
        if kind == "list":
            if length > RECORD_BYTES_MAX:
                raise Malformed(f"length {length}")
            return [self.value(t[1]) for _ in range(length)]
        raw = self.take(length)
        if kind == "bytes":
            return base64.b64encode(raw).decode()
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as e:
            raise Malformed("text that is not UTF-8") from e

    def end(self):
        if self.at != len(self.data):
            raise Malformed(f"{len(self.data) - self.at} bytes left over")


TYPES = {name: parse_type(t) for name, t in ENVELOPE if isinstance(t, str)}


def parse_record(data):
    """The envelope of an event: its fields by name, the payload and digests as bytes."""
    if len(data) > RECORD_BYTES_MAX:
        raise Malformed(f"{len(data)} bytes")
    reader = Reader(data)
    out = {}
    for name, t in ENVELOPE:
        if isinstance(t, int):
            out[name] = reader.take(t)
        elif t == "bytes":
            out[name] = reader.take(reader.integer("u64"))
        else:
            out[name] = reader.value(TYPES[name])
    reader.end()
    if out["format"] != 1:
        raise Malformed(f"format {out['format']}")
    return out


def decode(data, layout):
    """A payload by its parsed type."""
    reader = Reader(data)
    value = reader.value(layout)
    reader.end()
    return value


class Tree:
    """The Merkle tree of RFC 6962, leaf by leaf; keeps one digest per complete subtree."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def add(self, data):
        self.add_leaf(hashlib.sha256(b"\0" + data).digest())

    def add_leaf(self, node):
        size = self.size
        while size & 1:
            node = hashlib.sha256(b"\1" + self.peaks.pop() + node).digest()
            size >>= 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        node = self.peaks[-1]
        for left in reversed(self.peaks[:-1]):
            node = hashlib.sha256(b"\1" + left + node).digest()
        return node


class Log:
    """Checks the events of a log one after the other."""

    def __init__(self):
        self.previous, self.tree, self.revisions = bytes(32), Tree(), {}
        # Withheld events without their order: position -> (order, digest). Which stream each stood in cannot be
        # told, so that many revisions may be missing.
        self.withheld, self.spare = {}, 0
        self.layouts = {
            (SCHEMA_KIND, 1): parse_type(SCHEMA_LAYOUT),
            (OPENED_KIND, 1): parse_type(OPENED_LAYOUT),
            (OPENED_KIND, 2): parse_type(OPENED_LAYOUT_2),
        }

    def next(self, position, data):
        r = parse_record(data)
        if not position == r["position"] == self.tree.size:
            raise Malformed(f"position {r['position']}, given as {position}, after {self.tree.size} events")
        if r["previous"] != self.previous:
            raise Malformed("`previous` is not the digest of the event before")
        missed = r["revision"] - self.revisions.get(r["stream"], 0)
        if not 0 <= missed <= self.spare:
            raise Malformed(f"revision {r['revision']} of {r['stream']}")
        self.spare -= missed
        key = r["kind"], r["version"]
        if key not in self.layouts:
            raise Malformed(f"{key[0]}@{key[1]} was not described before")
        data_of = decode(r["payload"], self.layouts[key])
        if key == (SCHEMA_KIND, 1):
            described = data_of["kind"], data_of["version"]
            layout = ("struct", [(f["name"], parse_type(f["type"])) for f in data_of["fields"]])
            if self.layouts.setdefault(described, layout) != layout:
                raise Malformed(f"{described[0]}@{described[1]} is described twice, differently")
        if key == ORDER and data_of["scope"] == "record":
            order = self.withheld.pop(data_of["position"], None)
            if order is not None and order != (position, data_of["digest"]):
                raise Malformed(f"event {data_of['position']} was withheld by another order")
        self.previous = blake3(data).digest()
        self.revisions[r["stream"]] = r["revision"] + 1
        self.tree.add(data)
        return {"position": position, "kind": r["kind"], "version": r["version"], "stream": r["stream"],
                "revision": r["revision"], "occurredOn": r["occurred_day"], "data": data_of}


    def left(self, position, order, digest, leaf):
        """What is left of an event whose bytes were destroyed."""
        if position != self.tree.size or order <= position or position == 0:
            raise Malformed(f"withheld event {position}, ordered at {order}, after {self.tree.size} events")
        if len(digest) != 64 or len(leaf) != 64:
            raise Malformed(f"digest or leaf of withheld event {position}")
        self.withheld[position] = order, digest
        self.previous = bytes.fromhex(digest)
        self.spare += 1
        self.tree.add_leaf(bytes.fromhex(leaf))
        return {"position": position, "withheld": True, "erasedBy": order}

    def end(self):
        if self.withheld:
            raise Malformed(f"event {min(self.withheld)} is withheld without an order")


def self_test():
    """A log of three events written by hand, and the ways in which it may be wrong."""

    def text(s):
        raw = s.encode()
        return struct.pack("<Q", len(raw)) + raw

    def record(position, previous, stream, revision, kind, payload):
        return (struct.pack("<HQ", 1, position) + previous + struct.pack("<qi", 1_650_000_000_000_000, 19149)
                + b"\1" + struct.pack("<I", 3600) + text(stream) + struct.pack("<Q", revision) + text(kind)
                + struct.pack("<H", 1) + bytes(48) + text("t") + text("import") + bytes(16)
                + b"\1" + text("甲") + b"\0" + b"\0" + struct.pack("<Q", len(payload)) + payload)

    fields = [("名", "string"), ("on", "day"), ("parts", "list<{n:u16,ok:bool}>"), ("raw", "option<bytes>")]
    described = text("a.done") + struct.pack("<H", 1) + struct.pack("<Q", len(fields))
    described += b"".join(text(n) + text(t) for n, t in fields)
    done = text("乙") + struct.pack("<i", -1) + struct.pack("<Q", 2) + b"\1\0\1" + b"\2\0\0" + b"\0"
    a = record(0, bytes(32), "schema/a", 0, SCHEMA_KIND, described)
    b = record(1, blake3(a).digest(), "a/1", 0, "a.done", done)
    c = record(2, blake3(b).digest(), "a/1", 1, "a.done", done)
    log = Log()
    seen = [log.next(n, e) for n, e in enumerate([a, b, c])]
    assert seen[1]["data"] == {"名": "乙", "on": "1969-12-31", "parts": [{"n": 1, "ok": True}, {"n": 2, "ok": False}],
                               "raw": None}
    assert seen[2]["occurredOn"] == "2022-06-06"

    def leaf(e):
        return hashlib.sha256(b"\0" + e).digest()

    left = hashlib.sha256(b"\1" + leaf(a) + leaf(b)).digest()
    assert log.tree.root() == hashlib.sha256(b"\1" + left + leaf(c)).digest()
    for wrong in ([b], [a, c], [a, a], [a, b[:-1]], [a, b + b"\0"], [a, b, b], [a[:-1] + b"x", b]):
        log = Log()
        try:
            for n, e in enumerate(wrong):
                log.next(n, e)
        except Malformed:
            continue
        raise AssertionError("a wrong log was accepted")

    # The second of three is destroyed; the third orders it, or something else.
    order_fields = [("position", "u64"), ("digest", "string"), ("scope", "string")]
    described = text(ORDER[0]) + struct.pack("<H", 1) + struct.pack("<Q", 3)
    described += b"".join(text(n) + text(t) for n, t in order_fields)
    a = record(0, bytes(32), "schema/a", 0, SCHEMA_KIND, described)
    gone, leaf_of_gone = "ab" * 32, "cd" * 32

    def ordered(target, digest, scope):
        payload = struct.pack("<Q", target) + text(digest) + text(scope)
        return record(2, bytes.fromhex(gone), "erasure/1", 0, ORDER[0], payload)

    for order, by, good in [(ordered(1, gone, "record"), 2, True), (ordered(1, "00" * 32, "record"), 2, False),
                            (ordered(0, gone, "record"), 2, False), (ordered(1, gone, "document"), 2, False),
                            (ordered(1, gone, "record"), 3, False), (ordered(1, gone, "record"), 1, False)]:
        log = Log()
        try:
            log.next(0, a)
            log.left(1, by, gone, leaf_of_gone)
            log.next(2, order)
            log.end()
        except Malformed:
            assert not good
            continue
        assert good, "a wrong log was accepted"
        left = hashlib.sha256(b"\1" + leaf(a) + bytes.fromhex(leaf_of_gone)).digest()
        assert log.tree.root() == hashlib.sha256(b"\1" + left + leaf(order)).digest()
    print("ok")


def main():
    parser = argparse.ArgumentParser(description="Decode and check an event log.")
    parser.add_argument("--self-test", action="store_true")
    if parser.parse_args().self_test:
        return self_test()
    log = Log()
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            if entry.get("withheld"):
                event = log.left(entry["position"], entry["erasedBy"], entry["digest"], entry["leaf"])
            else:
                event = log.next(entry["position"], base64.b64decode(entry["bytes"], validate=True))
        except (Malformed, ValueError, KeyError) as e:
            sys.exit(f"line {number}: {e}")
        print(json.dumps(event, ensure_ascii=False))
    try:
        log.end()
    except Malformed as e:
        sys.exit(str(e))
    print(f"{log.tree.size} events, root {log.tree.root().hex()}", file=sys.stderr)


if __name__ == "__main__":
    main()
