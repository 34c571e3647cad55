"""Raises one figure of a report's workbook by one, as somebody would by hand.

usage: change_figure.py REPORT.xlsx NAME
"""

import sys

import openpyxl


def main(workbook, name):
    book = openpyxl.load_workbook(workbook)
    for sheet in book:
        for row in sheet.iter_rows(min_row=3):
            if len(row) > 2 and row[1].value == name:
                row[2].value += 1
                book.save(workbook)
                return
    raise SystemExit(f"no sheet has the figure {name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
