#!/usr/bin/env python3
"""Recompute the figures of the quarterly co-building report from the workbooks.

    python3 tests/py/figures.py FOLDER > out.json
    python3 tests/py/figures.py FOLDER --check      # compare with FOLDER/expected.json
    python3 tests/py/figures.py FOLDER --comparisons [--on DAY]   # every figure over other days, too

FOLDER holds the five workbooks of one county (机构台账, 党建协议台账, 项目认领台账,
联席会议台账, 周三例会台账). The result has the structure of `expected.json`:

    {"as_of": day, "rows": {name: n}, "quarters": {"2022-Q1": {"county": {...},
     "streets": {code: {...}}, "communities": {code: {...}}}}}

The quarters are those of the calendar year of 截至日期, from the first to the one that
截至日期 lies in; the last one ends on 截至日期.

With --comparisons each scope has {"figures": ..., "comparisons": {name: {"previous", "lastYear",
"yearToDate", "sinceStart", "yearOpening"}}} instead, for those quarters and for the one before and
the one after them; --on judges as of an earlier or later day than 截至日期.

The program knows nothing of the product under test: it reads cells with openpyxl and follows
the definitions of the figures, one short expression per figure, over plain lists of rows.
It is the referee for any county, so it is strict: a cell that it cannot read, a
name that it cannot find or a key that is missing is an error, never a guess.
Only the standard library and openpyxl are needed.
"""

import argparse
import datetime as dt
import json
import re
import sys
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import openpyxl

Day = dt.date
NOTHING = {"", "/", "无", "—"}
CATEGORIES = ["污水排放", "乱搭乱建", "停车难", "充电贵", "环境卫生", "物业纠纷"]
HELD, CANCELLED = "已召开", "已取消"
FOREVER = Day.max

# workbook -> sheet -> (key column, columns that this program needs)
BOOKS = {
    "机构台账": {
        "街道": ("编码", ["名称"]),
        "社区": ("编码", ["名称", "所属街道", "户数", "人口", "设立日期"]),
        "小区": ("编码", ["名称", "所属社区", "物业企业"]),
        "小区党支部": ("编码", ["名称", "所属社区"]),
        "网格": ("编码", ["名称", "所属社区"]),
        "单位": ("编码", ["名称"]),
        "党建联盟": ("编码", ["名称", "所属社区", "成立日期"]),
        "联盟成员": ("联盟", ["单位", "加入日期", "退出日期"]),
        "节假日": ("名称", ["开始日期", "结束日期"]),
    },
    "党建协议台账": {
        "协议": ("协议编号", ["类型", "所属联盟", "乙方", "签订日期", "生效日期", "到期日期", "终止日期"]),
        "条款": ("协议编号", ["条款序号", "完成时限", "完成日期", "核验日期"]),
    },
    "项目认领台账": {
        "项目": ("项目编号", ["所属社区", "发布日期", "认领单位", "认领日期", "完成时限", "提交验收日期",
                          "解决问题数", "验收日期", "取消日期"]),
    },
    "联席会议台账": {
        "会议": ("会议编号", ["会议类型", "所属社区", "会议日期", "状态"]),
        "议题": ("会议编号", ["议题序号", "结果"]),
        "议定事项": ("事项编号", ["会议编号", "议题序号", "完成时限", "延期至", "完成日期", "核验日期"]),
    },
    "周三例会台账": {
        "例会": ("例会编号", ["社区", "计划日期", "实际日期", "状态"]),
        "问题": ("问题编号", ["例会编号", "类别", "提出日期", "完成时限", "办结日期", "核验日期"]),
    },
}


class Fault(Exception):
    """A cell that cannot be read or a reference that leads nowhere."""


# ---------------------------------------------------------------- cells

def text(value):
    """The text of a cell: NFKC (full-width digits and spaces), trimmed; None for nothing."""
    if value is None:
        return None
    s = unicodedata.normalize("NFKC", str(value)).strip()
    # NFKC keeps the em dash; "/" may have been a full-width solidus.
    return None if s in NOTHING else s


DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})"
                  r"|年(\d{1,2})月(\d{1,2})日)")


def day(value):
    """A date cell or one of the four spellings; None for nothing."""
    if isinstance(value, dt.datetime):
        if value.time() != dt.time(0):
            raise Fault(f"date with a time of day: {value}")
        return value.date()
    if isinstance(value, dt.date):
        return value
    s = text(value)
    if s is None:
        return None
    m = DATE.fullmatch(s)
    if not m:
        raise Fault(f"not a date: {s!r}")
    year, month, dom = (int(g) for g in m.groups() if g)
    try:
        return Day(year, month, dom)
    except ValueError as e:
        raise Fault(f"not a calendar date: {s!r}") from e


def number(value):
    """A whole number, never negative; None for nothing."""
    s = text(value)
    if s is None:
        return None
    if not re.fullmatch(r"\d+(\.0+)?", s):
        raise Fault(f"not a whole number: {s!r}")
    return int(float(s))


def read_sheet(sheet, key, columns):
    """The rows of a sheet as objects whose attributes are the columns, in sheet order.

    The header is the first row that contains the key column's header, columns are
    found by their header. Vertically merged cells have the value of the top cell.
    Blank rows are skipped, a row that begins with 合计 ends the sheet.
    """
    merged = {}
    for area in sheet.merged_cells.ranges:
        for row in range(area.min_row + 1, area.max_row + 1):
            if area.min_col == area.max_col:
                merged[row, area.min_col] = (area.min_row, area.min_col)
    at = None
    rows = []
    for row in range(1, sheet.max_row + 1):
        cells = {}
        for col in range(1, sheet.max_column + 1):
            cells[col] = sheet.cell(*merged.get((row, col), (row, col))).value
        if at is None:
            names = {text(v): c for c, v in cells.items() if text(v)}
            if key in names:
                missing = [c for c in columns if c not in names]
                if missing:
                    raise Fault(f"{sheet.title}: no column {missing}")
                at = names
            continue
        filled = [text(sheet.cell(row, c).value) for c in cells if text(sheet.cell(row, c).value)]
        if not filled:
            continue
        first = text(cells[1]) or filled[0]
        if first.startswith("合计"):
            break
        entry = SimpleNamespace(row=row, **{c: cells[at[c]] for c in [key, *columns]})
        if text(getattr(entry, key)) is None:
            raise Fault(f"{sheet.title} row {row}: no {key}")
        rows.append(entry)
    if at is None:
        raise Fault(f"{sheet.title}: no row with the header {key}")
    return rows


# ---------------------------------------------------------------- the county

def index(rows, *names):
    """Rows by each of the given attributes; two rows under one name are an error."""
    found = {}
    for row in rows:
        for name in names:
            k = getattr(row, name)
            if found.setdefault(k, row) is not row:
                raise Fault(f"{k!r} stands twice")
    return found


def load(folder):
    """Read the five workbooks and resolve every reference that a figure needs."""
    raw, as_of = {}, set()
    for book, sheets in BOOKS.items():
        workbook = openpyxl.load_workbook(Path(folder) / f"{book}.xlsx")
        for row in workbook["填表说明"].iter_rows(values_only=True):
            if text(row[0]) == "截至日期":
                as_of.add(day(row[1]))
        for name, (key, columns) in sheets.items():
            raw[name] = read_sheet(workbook[name], key, columns)
    if len(as_of) != 1:
        raise Fault(f"the workbooks are not of one 截至日期: {sorted(map(str, as_of))}")

    def convert(name, **kinds):
        for row in raw[name]:
            for column in list(vars(row)):
                if column == "row":
                    continue
                try:
                    setattr(row, column, kinds.get(column, text)(getattr(row, column)))
                except Fault as e:
                    raise Fault(f"{name} row {row.row}, {column}: {e}") from e
        return raw[name]

    def term(value):
        return FOREVER if text(value) == "长期" else day(value)

    c = SimpleNamespace(as_of=as_of.pop())
    c.streets = convert("街道")
    c.communities = convert("社区", 户数=number, 人口=number, 设立日期=day)
    c.compounds = convert("小区")
    c.branches = convert("小区党支部")
    c.grids = convert("网格")
    c.units = convert("单位")
    c.alliances = convert("党建联盟", 成立日期=day)
    c.memberships = convert("联盟成员", 加入日期=day, 退出日期=day)
    c.holidays = convert("节假日", 开始日期=day, 结束日期=day)
    c.agreements = convert("协议", 签订日期=day, 生效日期=day, 到期日期=term, 终止日期=day)
    c.commitments = convert("条款", 条款序号=number, 完成时限=day, 完成日期=day, 核验日期=day)
    c.projects = convert("项目", 发布日期=day, 认领日期=day, 完成时限=day, 提交验收日期=day,
                         解决问题数=number, 验收日期=day, 取消日期=day)
    c.meetings = convert("会议", 会议日期=day)
    c.topics = convert("议题", 议题序号=number)
    c.decisions = convert("议定事项", 议题序号=number, 完成时限=day, 延期至=day, 完成日期=day, 核验日期=day)
    c.wednesdays = convert("例会", 计划日期=day, 实际日期=day)
    c.issues = convert("问题", 提出日期=day, 完成时限=day, 办结日期=day, 核验日期=day)

    # Names and codes. A unit is a row of 单位 or of 小区党支部.
    streets = index(c.streets, "编码", "名称")
    communities = index(c.communities, "编码", "名称")
    alliances = index(c.alliances, "编码", "名称")
    units = index([*c.units, *c.branches], "编码", "名称")
    agreements = index(c.agreements, "协议编号")
    meetings = index(c.meetings, "会议编号")
    wednesdays = index(c.wednesdays, "例会编号")
    index(c.projects, "项目编号"), index(c.issues, "问题编号"), index(c.decisions, "事项编号")

    def find(table, name, row):
        if name not in table:
            raise Fault(f"row {row.row}: {name!r} is not registered")
        return table[name]

    # `community` is the code of the community that a row belongs to.
    for row in c.communities:
        row.street = find(streets, row.所属街道, row).编码
    for row in [*c.compounds, *c.branches, *c.grids, *c.alliances, *c.projects, *c.meetings]:
        row.community = find(communities, row.所属社区, row).编码
    for row in c.wednesdays:
        row.community = find(communities, row.社区, row).编码
    for row in c.compounds:
        row.enterprise = find(units, row.物业企业, row).编码 if row.物业企业 else None
    for row in c.memberships:
        row.community = find(alliances, row.联盟, row).community
        row.unit = find(units, row.单位, row).编码
    for row in c.agreements:
        row.community = find(alliances, row.所属联盟, row).community
        row.unit = find(units, row.乙方, row).编码
    for row in c.commitments:
        row.agreement = find(agreements, row.协议编号, row)
        row.community = row.agreement.community
    for row in c.projects:
        row.claimant = find(units, row.认领单位, row).编码 if row.认领单位 else None
    for row in c.decisions:
        row.meeting = find(meetings, row.会议编号, row)
        row.community = row.meeting.community
    for row in c.issues:
        row.community = find(wednesdays, row.例会编号, row).community
    return c


# ---------------------------------------------------------------- figures

def figures(c, scope, start, end, year_start=None):
    """Every figure for one quarter; `scope` is the set of codes of its communities.

    A longer span than a quarter says from when on a claim counts for "this year"."""
    year_start = year_start or Day(start.year, 1, 1)

    def of(rows):
        return [r for r in rows if r.community in scope]

    def by(date):
        return date is not None and date <= end

    def within(date):
        return date is not None and start <= date <= end

    def both(first, second):
        """`first` happened by the end and not after `second`."""
        return by(first) and second is not None and first <= second

    out = {}

    out["alliances"] = sum(by(a.成立日期) for a in of(c.alliances))
    members = [m for m in of(c.memberships) if by(m.加入日期) and not by(m.退出日期)]
    out["memberships"] = len(members)
    out["member_units"] = len({m.unit for m in members})
    out["memberships_joined"] = sum(within(m.加入日期) for m in of(c.memberships))
    out["memberships_left"] = sum(within(m.退出日期) for m in of(c.memberships))

    def expired(a):
        return a.到期日期 is not None and a.到期日期 < end

    def in_force(a):
        return by(a.生效日期) and not expired(a) and not by(a.终止日期)

    def ended_early(a):
        """Terminated on or before the expiry date: such an agreement does not expire."""
        return a.终止日期 is not None and (a.到期日期 is None or a.终止日期 <= a.到期日期)

    def day_after(date):
        return None if date in (None, FOREVER) else date + dt.timedelta(days=1)

    agreements = of(c.agreements)
    out["agreements_signed"] = sum(within(a.签订日期) for a in agreements)
    out["agreements_in_force"] = sum(in_force(a) for a in agreements)
    out["agreements_effective"] = sum(within(a.生效日期) for a in agreements)
    out["agreements_expired"] = sum(within(day_after(a.到期日期)) and not ended_early(a) for a in agreements)
    out["agreements_terminated"] = sum(within(a.终止日期) and ended_early(a) for a in agreements)
    out["agreements_signed_to_date"] = sum(by(a.签订日期) for a in agreements)

    clauses = of(c.commitments)
    out["commitments_made"] = sum(within(k.agreement.签订日期) for k in clauses)
    out["commitments_in_force"] = sum(in_force(k.agreement) for k in clauses)
    out["commitments_made_to_date"] = sum(by(k.agreement.签订日期) for k in clauses)
    due = [k for k in clauses
           if within(k.完成时限) and by(k.agreement.签订日期)
           and not (k.agreement.终止日期 is not None and k.agreement.终止日期 <= k.完成时限)]
    out["commitments_due"] = len(due)
    out["commitments_due_completed_on_time"] = sum(both(k.完成日期, k.完成时限) for k in due)
    out["commitments_due_verified"] = sum(by(k.核验日期) for k in due)
    out["commitments_verified"] = sum(within(k.核验日期) for k in clauses)

    projects = of(c.projects)
    out["projects_listed"] = sum(within(p.发布日期) for p in projects)
    out["projects_claimed"] = sum(within(p.认领日期) for p in projects)
    out["projects_claimed_to_date"] = sum(by(p.认领日期) for p in projects)
    out["projects_accepted"] = sum(within(p.验收日期) for p in projects)
    out["projects_cancelled"] = sum(within(p.取消日期) and p.认领日期 is not None and p.认领日期 <= p.取消日期
                                    for p in projects)
    out["projects_open"] = sum(by(p.认领日期) and not by(p.验收日期) and not by(p.取消日期) for p in projects)
    due = [p for p in projects if within(p.完成时限)]
    out["projects_due"] = len(due)
    out["projects_due_submitted_on_time"] = sum(both(p.提交验收日期, p.完成时限) for p in due)
    out["projects_overdue"] = sum(by(p.完成时限) and not by(p.提交验收日期) and not by(p.取消日期) for p in projects)
    out["projects_awaiting_acceptance"] = sum(by(p.提交验收日期) and not by(p.验收日期) for p in projects)
    out["problems_preliminarily_solved"] = sum(p.解决问题数 or 0 for p in projects if within(p.提交验收日期))
    out["problems_solved"] = sum(p.解决问题数 or 0 for p in projects if within(p.验收日期))
    out["problems_preliminarily_solved_to_date"] = sum(p.解决问题数 or 0 for p in projects if by(p.提交验收日期))

    serving = {x.enterprise for x in of(c.compounds) if x.enterprise}
    signed = {a.unit for a in agreements if a.类型 == "共建协议" and in_force(a)}
    claimed = {p.claimant for p in c.projects if by(p.认领日期) and p.认领日期 >= year_start}
    out["property_enterprises"] = len(serving)
    out["property_enterprises_with_agreement"] = len(serving & signed)
    out["property_enterprises_with_claim_this_year"] = len(serving & claimed)

    held = [m for m in of(c.meetings) if m.状态 == HELD and within(m.会议日期)]
    joint = [m for m in held if m.会议类型 == "联席会议"]
    out["joint_meetings_held"] = len(joint)
    out["alliances_met"] = len({m.community for m in joint})  # one alliance per community
    out["liuhao_meetings_held"] = sum(m.会议类型 == "六号联席会议" for m in held)

    # A decision exists from the day of the meeting, if that was held.
    decisions = [d for d in of(c.decisions) if d.meeting.状态 == HELD and by(d.meeting.会议日期)]
    out["decisions_recorded"] = sum(within(d.meeting.会议日期) for d in decisions)
    due = [d for d in decisions if within(d.完成时限)]
    out["decisions_due"] = len(due)
    out["decisions_due_completed_on_time"] = sum(both(d.完成日期, d.完成时限) for d in due)
    out["decisions_due_completed_within_extension"] = sum(
        both(d.完成日期, max(d.完成时限, d.延期至 or d.完成时限)) for d in due)
    out["decisions_due_verified"] = sum(by(d.核验日期) for d in due)
    out["decisions_verified"] = sum(within(d.核验日期) for d in decisions)
    out["decisions_open"] = sum(not by(d.核验日期) for d in decisions)
    out["decisions_overdue"] = sum(by(d.完成时限) and not by(d.完成日期) for d in decisions)
    out["decisions_awaiting_verification"] = sum(by(d.完成日期) and not by(d.核验日期) for d in decisions)

    def took_place(w, happened):
        return w.状态 == HELD and happened(w.实际日期)

    wednesdays = of(c.wednesdays)
    planned = [w for w in wednesdays if within(w.计划日期)]
    out["wednesday_meetings_held"] = sum(took_place(w, within) for w in wednesdays)
    out["wednesday_meetings_cancelled"] = sum(w.状态 == CANCELLED for w in planned)
    out["wednesday_meetings_missed"] = sum(w.状态 != CANCELLED and not took_place(w, by) for w in planned)
    known = {(w.community, w.计划日期) for w in wednesdays}
    holiday = {d for h in c.holidays for d in days(h.开始日期, h.结束日期)}
    out["wednesday_meetings_unrecorded"] = sum(
        d >= k.设立日期 and d not in holiday and (k.编码, d) not in known
        for k in c.communities if k.编码 in scope
        for d in days(start, end) if d.isoweekday() == 3)

    issues = [i for i in of(c.issues) if by(i.提出日期)]
    out["property_issues_raised"] = sum(within(i.提出日期) for i in issues)
    out["property_issues_fixed"] = sum(within(i.办结日期) for i in issues)
    closed = [i for i in issues if within(i.核验日期)]
    out["property_issues_closed"] = len(closed)
    out["property_issues_open"] = sum(not by(i.核验日期) for i in issues)
    out["property_issues_closed_to_date"] = sum(by(i.核验日期) for i in issues)
    due = [i for i in issues if within(i.完成时限)]
    out["property_issues_due"] = len(due)
    out["property_issues_due_completed_on_time"] = sum(both(i.办结日期, i.完成时限) for i in due)
    out["property_issues_overdue"] = sum(by(i.完成时限) and not by(i.办结日期) for i in issues)
    out["property_issues_awaiting_verification"] = sum(by(i.办结日期) and not by(i.核验日期) for i in issues)
    out["property_issues_closed_by_category"] = {
        name: sum(i.类别 == name for i in closed) for name in CATEGORIES}
    return out


def days(first, last):
    """The days from `first` to `last`, both included."""
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def quarters(as_of):
    """(key, first day, last day or as-of day) of each quarter of the year up to the as-of day."""
    for n in range((as_of.month - 1) // 3 + 1):
        start = Day(as_of.year, 3 * n + 1, 1)
        after = Day(as_of.year + 1, 1, 1) if n == 3 else Day(as_of.year, 3 * n + 4, 1)
        yield f"{as_of.year}-Q{n + 1}", start, min(after - dt.timedelta(days=1), as_of)


BALANCES = [  # stock, flows in, flows out
    ("agreements_in_force", ["agreements_effective"], ["agreements_expired", "agreements_terminated"]),
    ("memberships", ["memberships_joined"], ["memberships_left"]),
    ("projects_open", ["projects_claimed"], ["projects_accepted", "projects_cancelled"]),
    ("decisions_open", ["decisions_recorded"], ["decisions_verified"]),
    ("property_issues_open", ["property_issues_raised"], ["property_issues_closed"]),
]


def report(c):
    """The whole answer; fails where a balance does not close."""
    rows = {
        "streets": len(c.streets), "communities": len(c.communities), "compounds": len(c.compounds),
        "branches": len(c.branches), "grids": len(c.grids), "units": len(c.units) + len(c.branches),
        "alliances": len(c.alliances), "memberships": len(c.memberships),
        "agreements": len(c.agreements), "commitments": len(c.commitments),
        "projects": len(c.projects), "meetings": len(c.meetings), "topics": len(c.topics),
        "decisions": len(c.decisions), "wednesday_meetings": len(c.wednesdays),
        "property_issues": len(c.issues),
        "households": sum(k.户数 or 0 for k in c.communities),
        "population": sum(k.人口 or 0 for k in c.communities),
    }
    everywhere = {k.编码 for k in c.communities}
    scopes = {("county", None): everywhere}
    for s in c.streets:
        scopes["streets", s.编码] = {k.编码 for k in c.communities if k.street == s.编码}
    for code in sorted(everywhere):
        scopes["communities", code] = {code}
    out = {"as_of": c.as_of.isoformat(), "rows": rows, "quarters": {}}
    for key, start, end in quarters(c.as_of):
        before = start - dt.timedelta(days=1)
        quarter = out["quarters"][key] = {"county": None, "streets": {}, "communities": {}}
        for (level, code), scope in scopes.items():
            now = figures(c, scope, start, end)
            was = figures(c, scope, before, before)
            for stock, plus, minus in BALANCES:
                if now[stock] != was[stock] + sum(now[n] for n in plus) - sum(now[n] for n in minus):
                    raise Fault(f"{key} {level} {code or ''}: the balance of {stock} does not close")
            if code is None:
                quarter[level] = now
            else:
                quarter[level][code] = now
    return out


# ---------------------------------------------------------------- over other days

def bounds(year, n):
    """First and last day of a quarter, n from 1 to 4."""
    first = Day(year, 3 * n - 2, 1)
    after = Day(year + 1, 1, 1) if n == 4 else Day(year, 3 * n + 1, 1)
    return first, after - dt.timedelta(days=1)


def shift(year, n, by):
    """The quarter so many quarters later."""
    number = 4 * year + n - 1 + by
    return number // 4, number % 4 + 1


def first_day(c):
    """The earliest day on which anything happened that a figure counts by its day."""
    found = [a.成立日期 for a in c.alliances]
    found += [d for m in c.memberships for d in (m.加入日期, m.退出日期)]
    found += [d for a in c.agreements for d in (a.签订日期, a.生效日期, a.终止日期)]
    found += [d for k in c.commitments for d in (k.完成日期, k.核验日期)]
    found += [d for p in c.projects for d in (p.发布日期, p.认领日期, p.提交验收日期, p.验收日期, p.取消日期)]
    found += [m.会议日期 for m in c.meetings if m.状态 == HELD]
    found += [d for k in c.decisions for d in (k.完成日期, k.核验日期)]
    found += [w.实际日期 for w in c.wednesdays if w.状态 == HELD]
    found += [d for i in c.issues for d in (i.提出日期, i.办结日期, i.核验日期)]
    return min((d for d in found if d), default=None)


# What is counted at the end, not over a span; the year opens with it.
AT_THE_END = """alliances memberships member_units agreements_signed_to_date agreements_in_force
    commitments_made_to_date commitments_in_force projects_claimed_to_date projects_open projects_overdue
    projects_awaiting_acceptance problems_preliminarily_solved_to_date property_enterprises decisions_open
    decisions_overdue decisions_awaiting_verification property_issues_open property_issues_closed_to_date
    property_issues_overdue property_issues_awaiting_verification""".split()


def compared(c, scope, year, n, on, first):
    """Every figure of a quarter over other days: the same definitions, counted anew. Before the first day: None."""

    def of(span):
        start, end, year_start = span
        end = min(end, on)
        return figures(c, scope, start, end, year_start) if first and first <= end else None

    def quarter(year, n):
        start, end = bounds(year, n)
        return of((start, end, Day(year, 1, 1)))

    _, end = bounds(year, n)
    new_year = Day(year, 1, 1)
    since = bounds(first.year, (first.month - 1) // 3 + 1)[0] if first else new_year
    spans = {
        "previous": quarter(*shift(year, n, -1)),
        "lastYear": quarter(*shift(year, n, -4)),
        "yearToDate": of((new_year, end, new_year)),
        "sinceStart": of((since, end, since)),
    }
    opening = quarter(year - 1, 4)
    start, end = bounds(year, n)
    now = figures(c, scope, start, min(end, on))
    out = {name: {span: f and f[name] for span, f in spans.items()} for name in now}
    for name in AT_THE_END:
        if opening:
            out[name]["yearOpening"] = opening[name]
    # What there is, is all that came less all that went: over the year, and since the beginning.
    for stock, plus, minus in BALANCES:
        for span, before in (("yearToDate", opening[stock] if opening else 0), ("sinceStart", 0)):
            f = spans[span]
            if f and now[stock] != before + sum(f[x] for x in plus) - sum(f[x] for x in minus):
                raise Fault(f"{year}-Q{n}: the balance of {stock} does not close over {span}")
    return {"figures": now, "comparisons": out}


def comparisons(c, on):
    """The answer of --comparisons."""
    scopes = {("county", None): {k.编码 for k in c.communities}}
    for s in c.streets:
        scopes["streets", s.编码] = {k.编码 for k in c.communities if k.street == s.编码}
    for k in c.communities:
        scopes["communities", k.编码] = {k.编码}
    first = first_day(c)
    out = {"on": on.isoformat(), "first": first and first.isoformat(), "quarters": {}}
    last = (c.as_of.month - 1) // 3 + 1
    for by in range(-1, last + 1):
        year, n = shift(c.as_of.year, 1, by)
        quarter = out["quarters"][f"{year}-Q{n}"] = {"county": None, "streets": {}, "communities": {}}
        for (level, code), scope in scopes.items():
            answer = compared(c, scope, year, n, on, first)
            if code is None:
                quarter[level] = answer
            else:
                quarter[level][code] = answer
    return out


def differences(got, want, path=""):
    """Where two answers differ, one line each."""
    if isinstance(got, dict) and isinstance(want, dict):
        for k in sorted(got.keys() | want.keys()):
            if k not in got or k not in want:
                yield f"{path}/{k}: {'missing' if k not in got else 'not expected'}"
            else:
                yield from differences(got[k], want[k], f"{path}/{k}")
    elif got != want or type(got) is not type(want):
        yield f"{path}: {got!r}, expected {want!r}"


def main():
    parser = argparse.ArgumentParser(description="Recompute the figures from the five workbooks.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with FOLDER/expected.json")
    parser.add_argument("--comparisons", action="store_true", help="every figure over other days, too")
    parser.add_argument("--on", type=Day.fromisoformat, help="with --comparisons: judged as of this day")
    args = parser.parse_args()
    try:
        if args.comparisons:
            county = load(args.folder)
            json.dump(comparisons(county, args.on or county.as_of), sys.stdout, ensure_ascii=False)
            return
        answer = report(load(args.folder))
    except Fault as e:
        sys.exit(f"{args.folder}: {e}")
    if not args.check:
        json.dump(answer, sys.stdout, ensure_ascii=False, indent=1)
        print()
        return
    expected = json.loads((args.folder / "expected.json").read_text(encoding="utf-8"))
    lines = list(differences(answer, expected))
    for line in lines[:50]:
        print(line)
    scopes = sum(1 + len(q["streets"]) + len(q["communities"]) for q in answer["quarters"].values())
    print(f"{args.folder}: {len(lines)} differences in {scopes} reports of {len(answer['quarters'])} quarters")
    sys.exit(bool(lines))


if __name__ == "__main__":
    main()
