"""Reads a report's workbook with openpyxl and compares it with the report as JSON.

usage: report_xlsx.py REPORT.xlsx REPORT.json
"""

import json
import sys

import openpyxl


def sheet_with(book, header):
    """The sheet whose headers begin with these."""
    for sheet in book:
        found = [cell.value for cell in sheet[2]][: len(header)]
        if found == header:
            return sheet
    raise SystemExit(f"no sheet has the headers {header}")


def main(workbook, report):
    book = openpyxl.load_workbook(workbook)
    results = openpyxl.load_workbook(workbook, data_only=True)
    with open(report, encoding="utf-8") as file:
        report = json.load(file)

    # Every figure stands in the table of evidence under its own name, with its value and its events.
    evidence = sheet_with(book, ["指标", "指标代码", "数值", "事件数"])
    rows = {}
    positions = {}
    for row in evidence.iter_rows(min_row=3, values_only=True):
        _, name, value, events, ranges = row[:5]
        if value is not None:
            rows[name] = (value, events)
        for part in (ranges or "").split():
            first, _, last = part.partition("–")
            positions.setdefault(name, []).extend(range(int(first), int(last or first) + 1))
    compared = 0
    for name, figure in report["figures"].items():
        value = figure["value"]
        value = sum(value.values()) if isinstance(value, dict) else value
        assert rows[name] == (value, len(figure["events"])), (name, rows[name], value)
        assert positions.get(name, []) == figure["events"], name
        compared += 1
    assert compared == len(rows) >= 60, (compared, len(rows))

    # Shares are formulas with a result; numbers are numbers, words that look like formulas stay words.
    figures = sheet_with(book, ["指标", "口径", "数值", "总数", "比率"])
    shown = results[figures.title]
    shares = 0
    for row in range(3, figures.max_row + 1):
        formula, result = figures.cell(row, 5).value, shown.cell(row, 5).value
        if formula is not None:
            assert formula.startswith("="), formula
            part, whole = shown.cell(row, 3).value, shown.cell(row, 4).value
            assert abs(result - part / whole) < 1e-12, (row, result)
            shares += 1
    assert shares >= 8, shares

    # Each figure's value leads to its row of the evidence.
    cells = (figures.cell(row, 3) for row in range(3, figures.max_row + 1))
    links = [cell.hyperlink for cell in cells if cell.hyperlink is not None]
    assert len(links) == len(rows), (len(links), len(rows))
    for link in links:
        sheet, _, cell = link.location.rpartition("!")
        target = book[sheet.strip("'")][cell]
        assert target.row > 2, link.location

    for sheet in book:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type == "f":
                    assert sheet.title == figures.title, f"a formula in {sheet.title}!{cell.coordinate}"
    charts = 3 if len(report["communities"]) > 1 else 2
    assert sum(len(sheet._charts) for sheet in book) == charts
    assert figures.freeze_panes == "B3"
    check = {row[0]: row[2] for row in book["验证"].iter_rows(values_only=True)}
    assert check["position"] == str(report["asOf"]["position"]), check
    assert check["digest"] == report["asOf"]["digest"], check
    custom = {prop.name: prop.value for prop in book.custom_doc_props.props}
    assert custom["gongjian-subject"] == check["subject"], custom
    print(json.dumps({"figures": compared, "shares": shares, "links": len(links)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
