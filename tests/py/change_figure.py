"""Raises the first number beside a name in a report's workbook by one, as somebody would by hand.

usage: change_figure.py REPORT.xlsx NAME

NAME is a figure's stable name, which stands in the table of evidence, or what a row of another table begins with.
"""

import sys

import openpyxl


def main(workbook, name):
    book = openpyxl.load_workbook(workbook)
    for sheet in book:
        for row in sheet.iter_rows(min_row=3):
            if len(row) > 2 and name in (row[0].value, row[1].value):
                row[2].value += 1
                book.save(workbook)
                return
    raise SystemExit(f"no sheet has {name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
