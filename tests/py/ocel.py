"""Reads an object-centric event log (OCEL 2.0, JSON) with a library for process mining and tells what is in it.

What the library drops without a word is looked for before, in the file itself: pairs with two roles, objects that are
not declared, events without an object, ids that stand twice, changes that do not ascend.
"""

import json
import sys

import jsonschema
import pm4py

TYPES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "attributes"],
        "properties": {
            "name": {"type": "string"},
            "attributes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "type"],
                    "properties": {
                        "name": {"type": "string"},
                        "type": {"enum": ["string", "time", "integer", "float", "boolean"]},
                    },
                },
            },
        },
    },
}
RELATIONSHIPS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["objectId", "qualifier"],
        "properties": {"objectId": {"type": "string"}, "qualifier": {"type": "string"}},
    },
}
NOT_AN_EVENT = "1970-01-01T00:00:00Z"
GOLDEN = "decision/HY-2022-0046-J1-1"


def items(required, value, timed):
    """The schema of events or objects; `value` is that of an attribute's value."""
    attribute = {"name": {"type": "string"}, "value": value}
    if timed:
        attribute["time"] = {"type": "string", "format": "date-time"}
    return {
        "type": "array",
        "items": {
            "type": "object",
            "required": required,
            "properties": {
                "id": {"type": "string"},
                "type": {"type": "string"},
                "time": {"type": "string", "format": "date-time"},
                "attributes": {
                    "type": "array",
                    "items": {"type": "object", "required": list(attribute), "properties": attribute},
                },
                "relationships": RELATIONSHIPS,
            },
        },
    }


def schema(native):
    value = {} if native else {"type": "string"}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "required": ["eventTypes", "objectTypes", "events", "objects"],
        "properties": {
            "eventTypes": TYPES,
            "objectTypes": TYPES,
            "events": items(["id", "type", "time"], value, False),
            "objects": items(["id", "type"], value, True),
        },
    }


def unique(what, found):
    assert len(found) == len(set(found)), f"{what} stands twice"


def check(log):
    """What the library would pass over, and the one type that a name has."""
    objects = {o["id"] for o in log["objects"]}
    unique("an object", [o["id"] for o in log["objects"]])
    unique("an event", [e["id"] for e in log["events"]])
    types = {}
    for kind in log["eventTypes"] + log["objectTypes"]:
        assert kind["name"].isascii(), kind["name"]
        for attribute in kind["attributes"]:
            known = types.setdefault(attribute["name"], attribute["type"])
            assert known == attribute["type"], f"{attribute['name']} has two types"
    declared = {k["name"]: {a["name"] for a in k["attributes"]} for k in log["eventTypes"] + log["objectTypes"]}
    for event in log["events"]:
        related = [r["objectId"] for r in event["relationships"]]
        assert related, f"{event['id']} has no object"
        unique(f"an object of {event['id']}", related)
        assert objects.issuperset(related), f"{event['id']} names what is not declared"
        position = next(a["value"] for a in event["attributes"] if a["name"] == "position")
        assert event["id"] == f"E{int(position):08d}"
        assert {a["name"] for a in event["attributes"]} <= declared[event["type"]], event["id"]
    for thing in log["objects"]:
        unique(f"a link of {thing['id']}", [r["objectId"] for r in thing["relationships"]])
        assert objects.issuperset(r["objectId"] for r in thing["relationships"]), thing["id"]
        assert {a["name"] for a in thing["attributes"]} <= declared[thing["type"]], thing["id"]
        times = [a["time"] for a in thing["attributes"]]
        assert times == sorted(times), f"the changes of {thing['id']} do not ascend"
        first = [a["name"] for a in thing["attributes"] if a["time"] == NOT_AN_EVENT]
        unique(f"a first value of {thing['id']}", first)


def main(path):
    with open(path, encoding="utf-8") as file:
        log = json.load(file)
    native = isinstance(log["events"][0]["attributes"][0]["value"], int)
    jsonschema.Draft7Validator(schema(native)).validate(log)
    check(log)
    ocel = pm4py.read_ocel2_json(path)
    graph = pm4py.discover_ocdfg(ocel)
    flat = pm4py.ocel_flattening(ocel, "decision")
    golden = flat[flat["case:concept:name"] == GOLDEN].sort_values("time:timestamp", kind="stable")
    steps = [[row["concept:name"], row["time:timestamp"].strftime("%Y-%m-%d")] for _, row in golden.iterrows()]
    json.dump(
        {
            "counts": {
                "events": len(ocel.events),
                "objects": len(ocel.objects),
                "relations": len(ocel.relations),
                "links": len(ocel.o2o),
                "changes": len(ocel.object_changes),
            },
            "ocdfg": sorted(graph["object_types"]),
            "golden": steps,
        },
        sys.stdout,
    )


main(sys.argv[1])
