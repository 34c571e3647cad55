#!/usr/bin/env python3
"""Generate the five workbooks of a synthetic county of another size and year.

    python3 tests/py/county.py --seed 7 --year 2023 --communities 5 --streets 2 \\
        --as-of 2023-08-16 -o FOLDER [--also-as-of 2023-05-10 -o2 FOLDER2] [--messy]

The columns, the words of a status and the names of workbooks and sheets are those of the
county's own ledgers. Everything else that a careless importer could lean on is different:
codes and their style, names, the order of columns and sheets, further columns that nobody
knows. With --messy also: none, one or two title rows, all spellings of a date, full-width
digits, spaces, blank rows, merged keys, total rows with notes below them, rows out of order.

With --quiet 2 nothing is kept of the second quarter's meetings and Wednesday meetings: their sheets
have no row of it, and what referred to one refers to nothing.

With --also-as-of the same county is written once more as it stood on another (earlier) day: what
happened later is blank, rows that did not exist yet are absent, a meeting that was still to
come is 计划中. Importing the earlier folder and then the later one must end like
importing the later one alone.

`expected.json` beside the workbooks is computed by figures.py from the written files.
The same arguments give the same bytes. Names of persons are placeholders, telephone
numbers are invented.

How it works: `Builder` makes one year of facts, each with the day on which it became
known; `cut` shows the ledgers as of a day; `write` makes workbooks of them.
"""

import argparse
import datetime as dt
import io
import json
import random
import re
import sys
import zipfile
from pathlib import Path

import openpyxl
from openpyxl.utils import get_column_letter

sys.dont_write_bytecode = True
import figures  # noqa: E402  (the referee, beside this file)

Day = dt.date
WEDNESDAY = 3

HOLIDAYS = {  # as announced for each year: (name, first day, last day)
    2020: [("元旦", "0101", "0101"), ("春节", "0124", "0202"), ("清明节", "0404", "0406"), ("劳动节", "0501", "0505"),
           ("端午节", "0625", "0627"), ("国庆节中秋节", "1001", "1008")],
    2021: [("元旦", "0101", "0103"), ("春节", "0211", "0217"), ("清明节", "0403", "0405"), ("劳动节", "0501", "0505"),
           ("端午节", "0612", "0614"), ("中秋节", "0919", "0921"), ("国庆节", "1001", "1007")],
    2022: [("元旦", "0101", "0103"), ("春节", "0131", "0206"), ("清明节", "0403", "0405"), ("劳动节", "0430", "0504"),
           ("端午节", "0603", "0605"), ("中秋节", "0910", "0912"), ("国庆节", "1001", "1007")],
    2023: [("元旦", "0101", "0102"), ("春节", "0121", "0127"), ("清明节", "0405", "0405"), ("劳动节", "0429", "0503"),
           ("端午节", "0622", "0624"), ("中秋节国庆节", "0929", "1006")],
    2024: [("元旦", "0101", "0101"), ("春节", "0210", "0217"), ("清明节", "0404", "0406"), ("劳动节", "0501", "0505"),
           ("端午节", "0608", "0610"), ("中秋节", "0915", "0917"), ("国庆节", "1001", "1007")],
    2025: [("元旦", "0101", "0101"), ("春节", "0128", "0204"), ("清明节", "0404", "0406"), ("劳动节", "0501", "0505"),
           ("端午节", "0531", "0602"), ("国庆节中秋节", "1001", "1008")],
}
OTHER_YEARS = [("元旦", "0101", "0101"), ("劳动节", "0501", "0505"), ("国庆节", "1001", "1007")]

PLACES = ["柳荫里", "纺织厂", "金水湾", "望江", "铁路新村", "石桥", "东风", "紫藤", "向阳", "河埠", "白塔", "南湖",
          "青枫", "钟楼", "水闸", "果园", "砖瓦厂", "三里亭", "槐树巷", "码头"]
STREETS = ["河东街道", "城关镇", "西关街道", "新区街道", "北门街道"]
COMPOUND_WORDS = ["宿舍", "花园", "公寓", "家属院", "新居"]
FIRMS = ["嘉和", "安厦", "恒居", "绿洲", "顺意", "同乐", "佳园", "永安", "宜家里", "万邻"]
KINDS = ["县直部门单位", "驻区单位", "联建单位", "两新组织", "社会组织", "社会公益力量"]
JOINTS = ["组织联建", "党员联管", "活动联办", "问题联商", "资源联享"]
PROJECT_KINDS = ["红帆驿站建设", "环境卫生整治", "污水排放", "乱搭乱建", "停车难", "充电设施", "老旧小区物业服务"]
TOPIC_KINDS = ["党群服务阵地", "充电贵", "停车难", "污水排放", "老旧小区物业服务"]
ISSUE_TEXTS = {
    "污水排放": "17号楼外墙雨水管堵塞", "乱搭乱建": "2号楼东侧搭建棚屋占用通道", "停车难": "3号楼前车位不足，居民和物业协商",
    "充电贵": "居民反映充电桩服务费偏高", "环境卫生": "垃圾投放点清运不及时", "物业纠纷": "业主和物业协商公共收益公示",
}
PERSONS = ["王某", "李某", "赵某", "陈某", "周某某"]


def plus(day, n):
    return day + dt.timedelta(days=n)


def quarter_ends(year):
    return [Day(year, 3, 31), Day(year, 6, 30), Day(year, 9, 30), Day(year, 12, 31)]


class Rec(dict):
    """A row: columns by their header, besides `known` (the day it came to exist) and other facts."""

    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


class Builder:
    """One county, with a year of facts (some lie before that year, some after the as-of day)."""

    def __init__(self, seed, year, communities, streets, as_of):
        self.rng = random.Random(f"{seed}/{year}/{communities}/{streets}")
        self.year, self.as_of = year, as_of
        self.yy = year % 100
        self.first, self.last = Day(year, 1, 1), Day(year, 12, 31)
        self.counters = {}
        self.sheets = {name: [] for book in figures.BOOKS.values() for name in book}
        self.registry(communities, streets)
        self.members()
        self.agreements()
        self.wednesdays()
        self.projects()
        self.meetings()

    # -- helpers
    def next(self, what):
        self.counters[what] = self.counters.get(what, 0) + 1
        return self.counters[what]

    def add(self, sheet, **fields):
        row = Rec(fields)
        self.sheets[sheet].append(row)
        return row

    def date(self, first, last):
        """A day between the two (the first, if there is none)."""
        return plus(first, self.rng.randint(0, max(0, (last - first).days)))

    def due(self, start, *distances):
        """A due date at one of the distances, now and then the last day of a quarter."""
        day = plus(start, self.rng.choice(distances))
        if self.rng.random() < 0.15:
            day = next((e for e in quarter_ends(self.year) if e >= start), day)
        return day

    def after_due(self, start, due, none=0.2):
        """When a thing with a due date was done: often on the very edge, sometimes never."""
        r = self.rng
        if r.random() < none:
            return None
        return max(start, plus(due, r.choice([-25, -12, -5, -1, 0, 0, 1, 3, 14, 40])))

    def verified(self, done):
        if done is None or self.rng.random() < 0.15:
            return None
        return plus(done, self.rng.choice([0, 0, 1, 4, 9, 30]))

    def verifier(self, k, *but):
        """A unit of the community other than the given ones."""
        choice = [u for u in (k.branches + [k.party, k.party, k.street_party]) if u not in but]
        return self.rng.choice(choice)

    # -- 机构台账
    def registry(self, communities, streets):
        r = self.rng
        self.communities = []
        names = [PLACES[i % len(PLACES)] + "二三四五六七八九"[i // len(PLACES) - 1] * (i >= len(PLACES))
                 for i in range(communities)]
        r.shuffle(names)
        street_names = [STREETS[i % len(STREETS)] + ("" if i < len(STREETS) else str(i)) for i in range(streets)]
        street_parties = []
        for i, name in enumerate(street_names):
            self.add("街道", 编码=f"JD-{10 * (i + 1)}", 名称=name, known=Day.min)
            street_parties.append(self.unit(f"中共{name}工作委员会", "街道党组织"))
        for i, name in enumerate(names):
            s = i * streets // communities
            number = 100 * (s + 1) + sum(k.s == s for k in self.communities) + 1
            k = Rec(编码=f"SQ-{number}", 名称=name + ("居民区" if i % 3 == 1 else "社区"), 所属街道=street_names[s],
                    户数=0, 人口=0, s=s, number=number, place=name, 设立情形=["村改社区", "变更范围", "新成立居委会"][i % 3],
                    设立日期=Day(self.year - 1 - i % 2, 3 + i % 7, 5 + i % 20))
            if communities > 2 and i == communities - 1:
                # Founded on a Wednesday within the year: no meeting was due before.
                d = plus(self.first, int((self.as_of - self.first).days * 0.6))
                while d.isoweekday() != WEDNESDAY:
                    d = plus(d, 1)
                k.设立日期, k.设立情形 = d, "新成立居委会"
                k.late = True
            else:
                k.late = False
            k.known = k.设立日期 if k.late else Day.min
            self.communities.append(k)
            self.sheets["社区"].append(k)

        for k in self.communities:
            k.party = self.unit(f"中共{k.名称}委员会", "社区党组织", k.known)
            k.committee = self.unit(f"{k.名称}居民委员会", "居委会", k.known)
            k.street_party = street_parties[k.s]

        # Enterprises: one a community; the first also serves a compound of the last community
        # (another street, where there is one); the last one in the list serves nobody.
        firms = []
        for i in range(len(self.communities) + 1):
            word = FIRMS[i % len(FIRMS)] + ("" if i < len(FIRMS) else str(i))
            firms.append(self.unit(f"{word}生活服务公司", "物业企业"))
        self.idle_firm = firms.pop()
        # The first one's only claim was made the year before; the second one's only claim is
        # cancelled, and at home it has signed no 共建协议 but a 党建协议.
        self.early_firm, self.unlucky_firm = firms[0], (firms[1] if len(firms) > 1 else None)
        number = 0
        for i, k in enumerate(self.communities):
            k.firm, k.firms, k.compounds, k.branches, k.owners = firms[i], {firms[i]}, [], [], []
            total = r.randint(4, 6)
            for j in range(total):
                number += 1
                firm = firms[i]
                if j == 1 and i == len(self.communities) - 1:
                    firm = firms[0]
                elif j == 2 and i % 2 == 0:
                    firm = firms[(i + 1) % len(firms)]
                k.firms.add(firm)
                x = self.add("小区", 编码=f"{number:04d}", 名称=f"{k.place}{COMPOUND_WORDS[j % 5]}{'' if j < 5 else j}",
                             所属社区=k.名称, 户数=r.randint(60, 900), 物业服务方式=r.choice(
                                 ["整体托管", "市场化物业", "国有兜底", "党组织领办"]), 物业企业=firm, known=k.known)
                k.户数 += x.户数
                k.compounds.append(x)
                if j % 2 == 0:
                    k.owners.append(self.unit(f"{x.名称}业主委员会", "业主委员会", k.known))
            k.人口 = k.户数 * 27 // 10
            for j in range(0, total, 2):
                covered = [x.名称 for x in k.compounds[j:j + 2]]
                b = self.add("小区党支部", 编码=f"支部{self.next('branch')}", 名称=f"{covered[0]}支部", 所属社区=k.名称,
                             覆盖小区=covered, known=k.known)
                k.branches.append(b.名称)
            for j in range(max(1, k.户数 // 400)):
                self.add("网格", 编码=self.year * 1000 + self.next("grid"), 名称=f"{k.place}{j + 1}号网格", 所属社区=k.名称,
                         户数=r.randint(280, 520), 网格长岗位=r.choice(["网格党小组长岗", "社区工作者岗"]),
                         网格员数=r.randint(3, 5), known=k.known)
        self.sheets["小区"].sort(key=lambda x: x.编码)
        for name, a, b in HOLIDAYS.get(self.year, OTHER_YEARS):
            self.add("节假日", 名称=name, 开始日期=self.monthday(a), 结束日期=self.monthday(b), known=Day.min)
        self.holiday = {d for h in self.sheets["节假日"] for d in figures.days(h.开始日期, h.结束日期)}

    def monthday(self, mmdd):
        return Day(self.year, int(mmdd[:2]), int(mmdd[2:]))

    def unit(self, name, kind, known=Day.min):
        self.add("单位", 编码=f"D-{self.year}-{self.next('unit')}", 名称=name, 类别=kind,
                 有无党组织="否" if kind in ("业主委员会", "居委会") else "是", known=known)
        return name

    # -- 党建联盟, 联盟成员
    def members(self):
        r = self.rng
        pool = [self.unit(f"协作单位{i + 1}", KINDS[i % len(KINDS)]) for i in range(4 * len(self.communities) + 4)]
        self.memberships = []
        for i, k in enumerate(self.communities):
            founded = Day(self.year - 1, 9 + i % 4, 7 + i % 20) if not k.late else plus(k.设立日期, 9)
            founded = max(founded, k.设立日期)
            k.alliance = Rec(编码=f"盟{i + 1}", 名称=f"{k.place}红色联盟", 所属社区=k.名称, 成立日期=founded, known=founded)
            self.sheets["党建联盟"].append(k.alliance)
            k.members = []
            # The last community's alliance has no member for its first forty days.
            earliest = plus(founded, 40) if i == len(self.communities) - 1 else founded
            units = [k.firm, *sorted(k.firms - {k.firm})] + pool[4 * i:4 * i + 6]  # neighbouring alliances share units
            if i == 0:
                # An enterprise that serves no compound here, and one that serves none anywhere.
                others = [f for o in self.communities[1:] for f in sorted(o.firms) if f not in k.firms]
                units += others[:1] + [self.idle_firm]
            for j, unit in enumerate(units):
                joined = earliest if j % 3 or unit == self.early_firm else self.date(earliest, plus(earliest, 150))
                left = None
                if j == 3:  # leaves on the last or the first day of a quarter
                    left = self.rng.choice([Day(self.year, 3, 31), Day(self.year, 4, 1), Day(self.year, 6, 30)])
                elif j == 4:  # leaves and comes back
                    left = plus(max(joined, self.first), r.randint(20, 60))
                if left is not None and left <= joined:
                    left = None
                self.membership(k, unit, joined, left)
                if j == 4 and left:
                    self.membership(k, unit, plus(left, r.randint(5, 50)), None)

    def membership(self, k, unit, joined, left):
        k.members.append(self.add("联盟成员", 联盟=k.alliance.名称, 单位=unit, 加入日期=joined, 退出日期=left, known=joined))

    def members_on(self, k, day):
        return [m.单位 for m in k.members if m.加入日期 <= day and not (m.退出日期 and m.退出日期 <= day)]

    # -- 党建协议台账
    def agreements(self):
        r = self.rng
        case = 0
        kind_of = {u.名称: u.类别 for u in self.sheets["单位"]}
        for k in self.communities:
            seen = set()
            for m in k.members:
                if m.单位 in seen or r.random() < 0.08:
                    continue
                seen.add(m.单位)
                until = min(m.退出日期 or self.last, self.last)
                signed = self.date(m.加入日期, min(until, plus(m.加入日期, 200)))
                if m.退出日期 and signed >= m.退出日期:
                    continue
                if kind_of[m.单位] == "物业企业":
                    at_home = k.firm == self.unlucky_firm == m.单位
                    kind = "党建协议" if m.单位 == self.idle_firm or at_home else "共建协议"
                else:
                    kind = "结对协议" if kind_of[m.单位] == "县直部门单位" and r.random() < 0.4 else "党建协议"
                case += 1
                a = self.agreement(k, m.单位, kind, signed, case)
                if case % 4 == 0 and isinstance(a.到期日期, Day) and a.终止日期 is None:
                    again = plus(a.到期日期, r.randint(-5, 20))
                    if m.退出日期 is None and again <= self.last:
                        self.agreement(k, m.单位, kind, again, 0, earliest=plus(a.到期日期, 1))

    def agreement(self, k, unit, kind, signed, case, earliest=Day.min):
        r = self.rng
        effective = max(plus(signed, r.choice([0, 0, 1, 10])), earliest)
        ends = [e for e in [Day(self.year - 1, 12, 31), *quarter_ends(self.year)] if e >= effective]
        expiry = plus(effective, r.choice([29, 89, 179, 364]))
        ended = reason = None
        edge = case % 11
        if edge in (1, 2) and ends:
            expiry = ends[0]  # the last day of a quarter: expired on the first day of the next one
        elif edge in (3, 4):
            expiry = "长期"
        if edge == 5:
            ended, reason = expiry, "到期当日终止"
        elif edge == 6:
            ended, reason = effective, "协商一致提前终止"  # terminated on its very first day
        elif edge in (4, 7, 8):
            last = plus(effective, 120) if expiry == "长期" else expiry
            ended, reason = self.date(plus(effective, 1), last), "协商一致提前终止"
            if edge == 8:  # on the last day of a quarter, if there is one in time
                ended = next((e for e in ends if effective < e <= last), ended)
        code = f"协-{signed.year}-{self.next(('agreement', signed.year))}"
        first = r.choice(k.branches) if kind == "结对协议" else k.party
        others = [o.party for o in self.communities if o is not k and o.known <= signed][:r.choice([0, 0, 0, 1, 2])]
        a = self.add("协议", 协议编号=code, 协议名称=f"{k.place}{kind}（{unit}）", 类型=kind, 所属联盟=k.alliance.名称, 甲方=first,
                     乙方=unit, 其他签约方=others, 签订日期=signed, 生效日期=effective, 到期日期=expiry, 终止日期=ended,
                     终止原因=reason, 佐证编号=f"附{self.next('evidence')}", known=signed)
        for n in range(1, r.randint(1, 4) + 1):
            due = self.due(effective, 15, 30, 45, 75, 100, 160)
            if ended and edge in (7, 8) and ended > effective:
                # due on the day of termination, the day before, the day after
                due = max(effective, plus(ended, [0, -1, 1, 5][n - 1]))
            if isinstance(expiry, Day) and r.random() < 0.15:
                due = plus(expiry, 3)  # due after the agreement's expiry
            done = self.after_due(plus(effective, 1), due, 0.3)
            checked = self.verified(done)
            if ended:
                done = done if done and done <= ended else None
                checked = checked if done and checked and checked <= ended else None
            by = first if r.random() < 0.15 else unit
            joint = r.choice(JOINTS)
            self.add("条款", 协议编号=code, 条款序号=n, 条款内容=f"{joint}，第{n}项", 五联类别=joint, 责任单位=by,
                     责任人=r.choice(PERSONS), 联系电话=f"1390000{r.randint(0, 9999):04d}", 完成时限=due, 完成日期=done,
                     核验单位=self.verifier(k, by) if checked else None, 核验日期=checked, known=signed)
        return a

    # -- 周三例会台账
    def wednesdays(self):
        r = self.rng
        ends = quarter_ends(self.year)
        for i, k in enumerate(self.communities):
            k.issues = []
            start = max(self.first, k.设立日期)
            all_wednesdays = [d for d in figures.days(start, self.last)
                              if d.isoweekday() == WEDNESDAY and d not in self.holiday]
            if k.late:
                all_wednesdays.pop(0)  # nothing planned on the very day it was founded: no record
            last_of = {max((d for d in all_wednesdays if d <= e), default=None) for e in ends}
            for d in all_wednesdays:
                x = r.random()
                if x < 0.04:
                    continue  # no record
                actual, status, reason, who = d, "已召开", None, ["社区党组织", "小区党支部"]
                who = who + r.choice([[], ["业主委员会"], ["业主委员会", "物业企业"]])
                if d in last_of and i % 2 == 0:
                    # postponed into the next quarter
                    e = next(e for e in ends if e >= d)
                    actual, reason = plus(e, r.randint(1, 3)), "防汛值守，顺延"
                elif x < 0.09:
                    actual, reason = plus(d, r.choice([1, 2, 3])), "主持岗位外出，顺延"
                elif x < 0.13:
                    actual, status, reason, who = None, "已取消", "与街道会议冲突", None
                elif x < 0.16:
                    actual, status, who = None, r.choice(["未召开", "未召开", "计划中"]), None
                w = self.add("例会", 例会编号=f"三-{k.number}-{(d.timetuple().tm_yday + 6) // 7}", 社区=k.名称, 计划日期=d, 实际日期=actual,
                             状态=status, 原因=reason, 参会方=who,
                             known=plus(d, -21) if i == 1 else d)  # one community plans three weeks ahead
                if status == "已召开":
                    for _ in range(r.choice([0, 0, 1, 1, 2])):
                        self.issue(k, w)

    def issue(self, k, w):
        r = self.rng
        x, kind = r.choice(k.compounds), r.choice(figures.CATEGORIES)
        raised = w.实际日期
        due = self.due(raised, 7, 14, 30)
        done = self.after_due(raised, due)
        checked = self.verified(done)
        owners = [o for o in k.owners if o.startswith(x.名称)]
        by = r.choice(owners + [self.verifier(k, x.物业企业)])
        k.issues.append(self.add(
            "问题", 问题编号=f"问-{self.next('issue')}", 例会编号=w.例会编号, 小区=x.名称, 类别=kind, 问题描述=f"{x.名称}{ISSUE_TEXTS[kind]}",
            来源=r.choice(["居民代表", "业主委员会", "网格员", "物业企业"]), 提出日期=raised, 责任单位=x.物业企业, 完成时限=due,
            办结日期=done, 核验单位=by if checked else None, 核验日期=checked, known=raised))

    # -- 项目认领台账
    def projects(self):
        r = self.rng
        for i, k in enumerate(self.communities):
            for n in range(r.randint(14, 20)):
                begin = max(plus(self.first, -70), k.alliance.成立日期)
                proposed = self.date(begin, max(begin, min(self.last, plus(self.as_of, 10))))
                claimant = None
                if n == 0 and k.firm == self.early_firm:
                    proposed, claimant = Day(self.year - 1, 11, 20), k.firm
                elif n == 1 and k.firm == self.unlucky_firm:
                    proposed, claimant = plus(self.first, 8), k.firm
                proposed = max(proposed, k.alliance.成立日期)
                source = compound = None
                if r.random() < 0.75:
                    compound = r.choice(k.compounds).名称
                if r.random() < 0.25:
                    q = [q for q in k.issues if q.提出日期 <= proposed]
                    if q:
                        q = r.choice(q)
                        source, compound = q.问题编号, q.小区
                kind = r.choice(PROJECT_KINDS)
                p = self.add("项目", 项目编号=f"{proposed.year}项{self.next(('project', proposed.year))}",
                             项目名称=f"{compound or k.place}{kind}", 类别=kind, 所属社区=k.名称, 小区=compound, 来源编号=source,
                             提出日期=proposed, 发布日期=None, 认领单位=None, 认领日期=None, 完成时限=None, 延期至=None,
                             提交验收日期=None, 解决问题数=None, 验收单位=None, 验收日期=None, 取消日期=None, 取消原因=None,
                             known=proposed, granted=None)
                if n % 10 == 9:
                    continue  # never published
                p.发布日期 = plus(proposed, r.choice([0, 3, 7, 14]))
                if n % 8 == 5:  # cancelled before anybody claimed it
                    p.取消日期, p.取消原因 = plus(p.发布日期, r.randint(5, 30)), "资金未落实"
                    continue
                claimed = plus(p.发布日期, r.choice([0, 2, 9, 25]))
                if claimant and claimant == self.early_firm:
                    claimed = min(claimed, Day(self.year - 1, 12, 31))
                members = self.members_on(k, claimed)
                claimant = claimant if claimant in members else None
                members = [m for m in members if m not in (self.early_firm, self.unlucky_firm)]
                if claimant:
                    members = [claimant]
                if n % 7 == 6 or not members:
                    continue  # unclaimed
                firms = [m for m in members if m in k.firms]
                p.认领单位 = r.choice(firms if firms and n % 3 == 0 else members)
                p.认领日期 = claimed
                p.完成时限 = self.due(plus(claimed, 1), 19, 44, 59, 89)
                if n % 8 == 1:  # cancelled after the claim: before, on or after the due date
                    p.取消日期 = max(plus(claimed, 1), plus(p.完成时限, r.choice([-15, 0, 12])))
                    p.取消原因 = "现场条件不具备"
                    continue
                if r.random() < 0.15:
                    p.延期至, p.granted = plus(p.完成时限, r.choice([10, 20])), plus(p.完成时限, -2)
                done = self.after_due(plus(claimed, 1), p.完成时限)
                p.提交验收日期, p.解决问题数 = done, r.choice([0, 1, 1, 2, 3]) if done else None
                p.验收日期 = self.verified(done)
                p.验收单位 = self.verifier(k, p.认领单位) if p.验收日期 else None

    # -- 联席会议台账
    def meetings(self):
        r = self.rng
        for i, k in enumerate(self.communities):
            if i in (0, 3):  # the sixth of every month
                for month in range(1, 13):
                    day = Day(self.year, month, 6)
                    if day >= k.设立日期:
                        self.meeting(k, "六号联席会议", day, r.random() < 0.1)
            days = []
            for n, end in enumerate(quarter_ends(self.year)):
                start = Day(self.year, 3 * n + 1, 1)
                if k.alliance.成立日期 > end or (i + n) % 5 == 4:
                    continue  # not founded yet; or no meeting in that quarter
                for _ in range(r.choice([1, 1, 2])):
                    days.append(self.date(max(start, k.alliance.成立日期), end))
            if i == len(self.communities) - 1:
                days.append(plus(k.alliance.成立日期, 10))  # before any unit has joined
            if i == 0:
                days.append(self.as_of)
            for n, day in enumerate(sorted(set(days))):
                self.meeting(k, "联席会议", day, r.random() < 0.12, nobody=(i == 1 and n == 1))
        self.sheets["会议"].sort(key=lambda m: m.会议日期)

    def meeting(self, k, kind, day, cancelled, nobody=False):
        r = self.rng
        six = kind == "六号联席会议"
        code = f"{'六' if six else '会'}{self.yy}-{self.next(kind)}"
        invited = sorted({k.party, k.committee, *list(sorted(k.firms))[:2]}) if six else self.members_on(k, day)
        present = [] if cancelled or nobody else [
            u for u in invited if r.random() < (0.85 if r.random() < 0.8 else 0.5)]
        notice = max(plus(day, -r.randint(1, 12)), k.known)
        minutes = None if cancelled or r.random() < 0.1 else plus(day, r.randint(0, 9))
        self.add("会议", 会议编号=code, 会议类型=kind, 所属社区=k.名称, 会议日期=day, 状态="已取消" if cancelled else "已召开",
                 原因="与街道会议冲突" if cancelled else None, 通知日期=notice, 地点=f"{k.place}党群服务中心", 主持岗位="社区党委书记岗",
                 记录岗位="党建专干岗", 应到单位数=len(invited), 参会单位=present,
                 居民代表人数=None if cancelled else r.randint(0, 9),
                 纪要编号=f"纪要{code}" if minutes else None, 纪要确认日期=minutes, known=notice)
        for n in range(1, r.randint(1, 3) + 1):
            topic, source = r.choice(TOPIC_KINDS), None
            q = [q for q in k.issues if q.提出日期 <= notice and q.类别 == topic]
            title = f"研究{topic}事宜"
            if q and r.random() < 0.5:
                source = r.choice(q)
                title, source = source.问题描述, source.问题编号
            result = "未讨论" if cancelled else r.choice(["已议定"] * 6 + ["转办", "仅通报", "暂缓"])
            self.add("议题", 会议编号=code, 议题序号=n, 议题=title, 类别=topic,
                     提出方=r.choice(["居民代表", "社区党组织", "成员单位", "物业企业"]), 来源编号=source, 结果=result,
                     转办去向="县住建部门" if result == "转办" else None, known=notice, day=day)
            if result != "已议定":
                continue
            for j in range(r.choice([1, 1, 2])):
                by = r.choice(present) if present else k.party
                helpers = [u for u in present if u != by][:r.choice([0, 1, 2])]
                due = self.due(day, 10, 21, 35, 60, 90)
                granted = extended = None
                if r.random() < 0.25:
                    granted, extended = plus(due, -3), plus(due, r.choice([7, 15, 30]))
                done = self.after_due(day, due)
                if extended and r.random() < 0.6:
                    done = plus(extended, r.choice([0, 1, -2]))  # on the extended date, just after, before
                checked = self.verified(done)
                self.add("议定事项", 会议编号=code, 议题序号=n, 事项编号=f"决-{self.next('decision')}", 议定事项=f"落实{topic}措施{j + 1}",
                         责任单位=by, 配合单位=helpers, 完成时限=due, 延期至=extended, 完成日期=done,
                         核验单位=self.verifier(k, by) if checked else None, 核验日期=checked, known=day, granted=granted)


    # -- a quarter without records
    def quiet(self, quarter):
        """Take out every meeting and Wednesday meeting of a quarter, with what came of them."""
        end = quarter_ends(self.year)[quarter - 1]
        start = Day(end.year, end.month - 2, 1)

        def gone(sheet, key, date):
            return {row[key] for row in self.sheets[sheet] if start <= row[date] <= end}

        def drop(sheet, key, codes):
            self.sheets[sheet] = [row for row in self.sheets[sheet] if row[key] not in codes]

        meetings, wednesdays = gone("会议", "会议编号", "会议日期"), gone("例会", "例会编号", "计划日期")
        issues = {row.问题编号 for row in self.sheets["问题"] if row.例会编号 in wednesdays}
        for sheet in ("会议", "议题", "议定事项"):
            drop(sheet, "会议编号", meetings)
        for sheet in ("例会", "问题"):
            drop(sheet, "例会编号", wednesdays)
        for row in [*self.sheets["议题"], *self.sheets["项目"]]:
            if row.来源编号 in issues:
                row.来源编号 = None


# ---------------------------------------------------------------- as of a day

def blank(row, day, date, *along):
    """Make a fact that lies after the day blank, with the columns that go with it."""
    if row[date] is not None and row[date] > day:
        for column in (date, *along):
            row[column] = None


def cut(builder, day):
    """The ledgers as they stood on a day."""
    out = {name: [Rec(r) for r in rows if r.known <= day] for name, rows in builder.sheets.items()}
    for r in out["联盟成员"]:
        blank(r, day, "退出日期")
    for r in out["协议"]:
        blank(r, day, "终止日期", "终止原因")
    for r in [*out["条款"], *out["议定事项"]]:
        blank(r, day, "完成日期")
        blank(r, day, "核验日期", "核验单位")
    for r in out["项目"]:
        blank(r, day, "发布日期")
        blank(r, day, "认领日期", "认领单位", "完成时限")
        blank(r, day, "提交验收日期", "解决问题数")
        blank(r, day, "验收日期", "验收单位")
        blank(r, day, "取消日期", "取消原因")
    for r in [*out["项目"], *out["议定事项"]]:
        blank(r, day, "granted", "延期至")
    for r in out["会议"]:
        if r.会议日期 > day:
            r.update(状态="计划中", 原因=None, 参会单位=[], 居民代表人数=None)
        blank(r, day, "纪要确认日期", "纪要编号")
    for r in out["议题"]:
        if r.day > day:
            r.update(结果=None, 转办去向=None)
    for r in out["例会"]:
        if max(r.计划日期, r.实际日期 or r.计划日期) > day:
            r.update(状态="计划中", 实际日期=None, 原因=None, 参会方=None)
    for r in out["问题"]:
        blank(r, day, "办结日期")
        blank(r, day, "核验日期", "核验单位")
    return out


# ---------------------------------------------------------------- workbooks

COLUMNS = {
    "街道": "编码 名称", "社区": "编码 名称 所属街道 户数 人口 设立情形 设立日期", "小区": "编码 名称 所属社区 户数 物业服务方式 物业企业",
    "小区党支部": "编码 名称 所属社区 覆盖小区", "网格": "编码 名称 所属社区 户数 网格长岗位 网格员数", "单位": "编码 名称 类别 有无党组织",
    "党建联盟": "编码 名称 所属社区 成立日期", "联盟成员": "联盟 单位 加入日期 退出日期", "节假日": "名称 开始日期 结束日期",
    "协议": "协议编号 协议名称 类型 所属联盟 甲方 乙方 其他签约方 签订日期 生效日期 到期日期 终止日期 终止原因 佐证编号",
    "条款": "协议编号 条款序号 条款内容 五联类别 责任单位 责任人 联系电话 完成时限 完成日期 核验单位 核验日期",
    "项目": "项目编号 项目名称 类别 所属社区 小区 来源编号 提出日期 发布日期 认领单位 认领日期 完成时限 延期至 提交验收日期 解决问题数 "
          "验收单位 验收日期 取消日期 取消原因",
    "会议": "会议编号 会议类型 所属社区 会议日期 状态 原因 通知日期 地点 主持岗位 记录岗位 应到单位数 参会单位 居民代表人数 纪要编号 纪要确认日期",
    "议题": "会议编号 议题序号 议题 类别 提出方 来源编号 结果 转办去向",
    "议定事项": "会议编号 议题序号 事项编号 议定事项 责任单位 配合单位 完成时限 延期至 完成日期 核验单位 核验日期",
    "例会": "例会编号 社区 计划日期 实际日期 状态 原因 参会方",
    "问题": "问题编号 例会编号 小区 类别 问题描述 来源 提出日期 责任单位 完成时限 办结日期 核验单位 核验日期",
}
UNKNOWN = {"备注": ["", "已核对", "见附件", "无"], "排序": [1, 2, 3, 4], "数据来源": ["纸质台账", "电子台账"], "更新时间": ["2020-01-01", ""]}
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
DATE_FORMATS = ["yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "yyyy/m/d", "m/d/yy"]


class Writer:
    def __init__(self, rng, messy, year):
        self.rng, self.messy, self.year = rng, messy, year

    def chance(self, p):
        return self.messy and self.rng.random() < p

    def padded(self, s):
        if self.chance(0.04):
            return s + " "
        if self.chance(0.03):
            return "\u3000" + s
        return s

    def cell(self, value, key):
        """What stands in a cell for a value (and its number format, for a date cell)."""
        r = self.rng
        if value is None or value == [] or value == "":
            return (r.choice(["/", "无", "—"]) if self.chance(0.12) and not key else None), None
        if isinstance(value, Day):
            if not self.messy or r.random() < 0.4:
                return dt.datetime(value.year, value.month, value.day), r.choice(DATE_FORMATS if self.messy else DATE_FORMATS[:1])
            y, m, d = value.year, value.month, value.day
            s = r.choice([f"{y}年{m}月{d}日", f"{y}年{m:02}月{d:02}日", f"{y}-{m:02}-{d:02}", f"{y}-{m}-{d}", f"{y}.{m}.{d}",
                          f"{y}.{m:02}.{d:02}", f"{y}/{m}/{d}", f"{y}/{m:02}/{d:02}"])
            return self.padded(s.translate(FULL_WIDTH) if self.chance(0.06) else s), None
        if isinstance(value, int):
            if self.chance(0.1):
                return self.padded(str(value).translate(FULL_WIDTH)), None
            return (str(value) if self.chance(0.05) else value), None
        if isinstance(value, list):
            value = "、 ".join(value) if self.chance(0.1) else "、".join(value)
        return self.padded(value), None

    def sheet(self, ws, name, rows, county):
        r, key = self.rng, next(k for b in figures.BOOKS.values() for s, (k, _) in b.items() if s == name)
        columns = COLUMNS[name].split()
        columns += r.sample(sorted(UNKNOWN), r.choice([1, 2]))
        r.shuffle(columns)
        grouped = name in ("条款", "议题")
        if self.messy and not grouped and name != "街道":
            r.shuffle(rows)
        line = 0
        # none, one or two title rows; always one in a tidy ledger
        for title in [f"{county}{self.year}年度{name}一览表", f"制表单位：{county}"][:r.choice([0, 1, 1, 2]) if self.messy else 1]:
            line += 1
            ws.cell(line, 1, title)
            if len(columns) > 1:
                ws.merge_cells(start_row=line, start_column=1, end_row=line, end_column=len(columns))
        line += 1
        for c, header in enumerate(columns, 1):
            ws.cell(line, c, header + " " if self.chance(0.05) else header)
        header_line, first = line, line + 1
        at = columns.index(key) + 1
        n = 0
        while n < len(rows):
            size = 1
            while grouped and n + size < len(rows) and rows[n + size][key] == rows[n][key]:
                size += 1
            if self.chance(0.03):
                line += 1  # a blank row
                if r.random() < 0.5:
                    ws.cell(line, len(columns), " ")
            merge = size > 1 and (not self.messy or r.random() < 0.8)
            for j, row in enumerate(rows[n:n + size]):
                line += 1
                for c, header in enumerate(columns, 1):
                    if merge and j and c == at:
                        continue
                    value = r.choice(UNKNOWN[header]) if header in UNKNOWN else row[header]
                    shown, number_format = self.cell(value, header == key)
                    cell = ws.cell(line, c, shown)
                    if number_format:
                        cell.number_format = number_format
            if merge:
                ws.merge_cells(start_row=line - size + 1, start_column=at, end_row=line, end_column=at)
            n += size
        if not self.messy or r.random() < 0.8:
            letter = get_column_letter(2)
            ws.cell(line + 1, 1, "合计")
            ws.cell(line + 1, 2, f"=COUNTA({letter}{first}:{letter}{max(line, first)})")
            if self.messy and r.random() < 0.6:
                ws.cell(line + 2, 1, "制表：王某")
                ws.cell(line + 3, at, "以上数据已核对")
        ws.freeze_panes = ws.cell(header_line + 1, 1)


def save(workbook, path):
    """Save with fixed times, so that the same arguments give the same bytes."""
    buffer = io.BytesIO()
    workbook.save(buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2020-01-01T00:00:00Z", data)
            new.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


def write(builder, day, folder, seed, messy):
    """Write the five workbooks as of a day, and expected.json beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"{seed}/{day}/{messy}")
    writer = Writer(rng, messy, builder.year)
    ledgers = cut(builder, day)
    county = "清源县"
    for book, sheets in figures.BOOKS.items():
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        names = ["填表说明", *sheets]
        rng.shuffle(names)
        for name in names:
            ws = workbook.create_sheet(name)
            if name != "填表说明":
                writer.sheet(ws, name, ledgers[name], county)
                continue
            lines = [("截至日期", day), ("填报单位", f"{county}社会工作部"), ("说明", "没有的写“/”或空着。")]
            rng.shuffle(lines)
            for n, (label, value) in enumerate(lines, 1):
                ws.cell(n, 1, label)
                shown, number_format = writer.cell(value, True)
                cell = ws.cell(n, 2, shown)
                if number_format:
                    cell.number_format = number_format
        save(workbook, folder / f"{book}.xlsx")
    answer = figures.report(figures.load(folder))
    (folder / "expected.json").write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return answer


def main():
    parser = argparse.ArgumentParser(description="Generate the workbooks of a synthetic county.")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--year", type=int, required=True)
    parser.add_argument("--communities", type=int, required=True)
    parser.add_argument("--streets", type=int, required=True)
    parser.add_argument("--as-of", type=Day.fromisoformat, required=True)
    parser.add_argument("-o", dest="folder", type=Path, required=True)
    parser.add_argument("--also-as-of", type=Day.fromisoformat)
    parser.add_argument("-o2", dest="folder2", type=Path)
    parser.add_argument("--messy", action="store_true")
    parser.add_argument("--quiet", type=int, choices=[1, 2, 3, 4])
    args = parser.parse_args()
    if (args.also_as_of is None) != (args.folder2 is None):
        parser.error("--also-as-of and -o2 belong together")
    if not 1 <= args.streets <= args.communities:
        parser.error("at least one street, and not more streets than communities")
    for day in filter(None, (args.as_of, args.also_as_of)):
        if day.year != args.year:
            parser.error(f"{day} does not lie in {args.year}")
    builder = Builder(args.seed, args.year, args.communities, args.streets, args.as_of)
    if args.quiet:
        builder.quiet(args.quiet)
    for day, folder in ((args.as_of, args.folder), (args.also_as_of, args.folder2)):
        if day:
            rows = write(builder, day, folder, args.seed, args.messy)["rows"]
            print(folder, day, json.dumps(rows))


if __name__ == "__main__":
    main()
