"""Reads a calendar (iCalendar, RFC 5545) with the libraries that others read it with and tells each entry by its UID."""

import json
import sys

import x_wr_timezone
from icalendar import Calendar


def main(path):
    with open(path, "rb") as file:
        data = file.read()
    assert not data.startswith(b"\xef\xbb\xbf")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75 and b"\n" not in line, line
        line.decode("utf-8")
    calendar = Calendar.from_ical(data)
    for component in calendar.walk():
        assert not component.errors, component.errors
    assert Calendar.from_ical(calendar.to_ical()) == calendar
    assert not calendar.get_missing_tzids()
    calendar = x_wr_timezone.to_standard(calendar)
    found = {}
    for component in calendar.walk():
        if component.name not in ("VEVENT", "VTODO"):
            continue
        uid = str(component["UID"])
        assert uid not in found, uid
        assert component["DTSTAMP"].dt.utcoffset().total_seconds() == 0
        entry = {"component": component.name, "sequence": int(component["SEQUENCE"])}
        for name, key in [("DTSTART", "start"), ("DTEND", "end"), ("DUE", "due"), ("COMPLETED", "completed")]:
            if name in component:
                entry[key] = component[name].dt.isoformat()
        for name in ("SUMMARY", "LOCATION", "DESCRIPTION", "STATUS", "COMMENT", "TRANSP"):
            if name in component:
                entry[name.lower()] = str(component[name])
        assert entry["component"] == "VTODO" or "start" in entry, uid
        found[uid] = entry
    assert "\N{REPLACEMENT CHARACTER}" not in json.dumps(found, ensure_ascii=False)
    json.dump(found, sys.stdout)


main(sys.argv[1])
