//! The one table of ledgers: every sheet and column of the five workbooks.
//!
//! Reading, templates and registers all follow it. Adding a column means one line here.

use gongjian_core::domain::commitment::JOINTS;
use gongjian_core::domain::unit::KINDS;
use gongjian_core::domain::{agreement, issue};

use super::spec::Class::{Key, Once, Plan, Text, Versioned};
use super::spec::{Class, ColumnSpec, Hint, Kind, LedgerSpec, SheetSpec, To, ValueType};

/// The sheet with 填报单位 and 截至日期.
pub const NOTES: &str = "填表说明";
/// Label of who reports.
pub const REPORTING_UNIT: &str = "填报单位";
/// Label of the day the workbook describes.
pub const AS_OF: &str = "截至日期";
/// What would be right there.
pub const AS_OF_HINT: Hint = Hint { chinese: "日期，如 2022-06-30", english: "a day, like 2022-06-30" };
/// What a total row begins with.
pub const TOTAL: &str = "合计";
/// What stands for "without end" in a date column.
pub const OPEN: &str = "长期";

/// Headers of columns that name persons. They are dropped in whatever sheet they stand.
pub const PERSON_HEADERS: &[&str] =
    &["责任人", "联系电话", "签到人", "联系人", "电话", "手机", "手机号", "手机号码", "姓名"];

const MANY: i64 = 10_000_000;

const fn column(header: &'static str, field: &'static str, class: Class, value: ValueType) -> ColumnSpec {
    let (chinese, english) = match value {
        ValueType::Text => ("文字", "text"),
        ValueType::Label => ("名称", "a name"),
        ValueType::Code => ("编号，如 XY-2022-0001", "a number, like XY-2022-0001"),
        ValueType::CodeOf(_) => ("台账中已有的编号", "a number that the workbooks already have"),
        ValueType::Choice { .. } => ("从下拉列表中选择", "a choice from the list"),
        ValueType::Int { .. } => ("整数，如 356", "a whole number, like 356"),
        ValueType::Day => ("日期，如 2022-06-06 或 2022年6月6日", "a day, like 2022-06-06"),
        ValueType::DayOrOpen => {
            ("日期，如 2022-06-06，或“长期”", "a day, like 2022-06-06, or 长期 (open-ended)")
        }
        ValueType::Name(To::Unit) => (
            "单位或小区党支部的名称，与机构台账一致",
            "the name of a unit or compound Party branch, as in the registry",
        ),
        ValueType::Name(_) => ("名称，与机构台账一致", "a name, as in the registry"),
        ValueType::Names(_) => ("名称，多个用“、”隔开", "names, several separated by 、"),
    };
    let required = matches!(class, Key);
    ColumnSpec { header, field, class, value, required, merged: false, hint: Hint { chinese, english } }
}

const fn person(header: &'static str, field: &'static str) -> ColumnSpec {
    column(header, field, Class::Person, ValueType::Text).hint("不读取、不保存", "not read and not kept")
}

const fn one_of(of: &'static [&'static str]) -> ValueType {
    ValueType::Choice { of, also: &[], closed: true }
}

const fn such_as(of: &'static [&'static str]) -> ValueType {
    ValueType::Choice { of, also: &[], closed: false }
}

const fn int(min: i64, max: i64) -> ValueType {
    ValueType::Int { min, max }
}

const fn sheet(name: &'static str, title: &'static str, columns: &'static [ColumnSpec]) -> SheetSpec {
    SheetSpec { name, title, columns }
}

const CODE: ValueType = ValueType::Code;
const LABEL: ValueType = ValueType::Label;
const TEXT: ValueType = ValueType::Text;
const DAY: ValueType = ValueType::Day;
const COMMUNITY: ValueType = ValueType::Name(To::Community);
const COMPOUND: ValueType = ValueType::Name(To::Compound);
const UNIT: ValueType = ValueType::Name(To::Unit);
const UNITS: ValueType = ValueType::Names(To::Unit);
const COUNT: ValueType = int(0, MANY);
const ORDINAL: ValueType = int(1, 9_999);

const FIVE_JOINTS: ValueType = one_of(JOINTS);
const YES_NO: ValueType =
    ValueType::Choice { of: &["是", "否"], also: &[("有", "是"), ("无", "否")], closed: true };
const UNIT_CATEGORY: ValueType = one_of(KINDS);
/// Who brought a matter up: a class, never a person; therefore closed.
const SOURCE: ValueType = one_of(&[
    "居民代表",
    "网格员",
    "业主委员会",
    "物业企业",
    "社区党组织",
    "小区党支部",
    "居委会",
    "成员单位",
]);

/// 机构台账.
pub static REGISTRY: LedgerSpec = LedgerSpec {
    kind: Kind::Registry,
    title: "机构台账",
    sheets: &[
        sheet(
            "streets",
            "街道",
            &[
                column("编码", "street", Key, CODE).hint("街道编码，如 S01", "code of the street, like S01"),
                column("名称", "name", Versioned, LABEL).must(),
            ],
        ),
        sheet(
            "communities",
            "社区",
            &[
                column("编码", "community", Key, CODE)
                    .hint("社区编码，如 C01", "code of the community, like C01"),
                column("名称", "name", Versioned, LABEL).must(),
                column("所属街道", "street", Once, ValueType::Name(To::Street)).must(),
                column("户数", "households", Versioned, COUNT),
                column("人口", "population", Versioned, COUNT),
                column("设立情形", "formation", Once, one_of(&["村改社区", "变更范围", "新成立居委会"])),
                column("设立日期", "establishedOn", Once, DAY),
            ],
        ),
        sheet(
            "compounds",
            "小区",
            &[
                column("编码", "compound", Key, CODE)
                    .hint("小区编码，如 X001", "code of the compound, like X001"),
                column("名称", "name", Versioned, LABEL).must(),
                column("所属社区", "community", Once, COMMUNITY).must(),
                column("户数", "households", Versioned, COUNT),
                column(
                    "物业服务方式",
                    "serviceMode",
                    Versioned,
                    such_as(&["市场化物业", "党组织领办", "整体托管", "划片打包", "国有兜底"]),
                ),
                column("物业企业", "enterprise", Versioned, UNIT),
            ],
        ),
        sheet(
            "branches",
            "小区党支部",
            &[
                column("编码", "branch", Key, CODE)
                    .hint("小区党支部编码，如 B001", "code of the compound Party branch, like B001"),
                column("名称", "name", Versioned, LABEL).must(),
                column("所属社区", "community", Once, COMMUNITY).must(),
                column("覆盖小区", "compounds", Versioned, ValueType::Names(To::Compound)),
            ],
        ),
        sheet(
            "grids",
            "网格",
            &[
                column("编码", "grid", Key, CODE).hint("网格编码，如 G001", "code of the grid, like G001"),
                column("名称", "name", Versioned, LABEL).must(),
                column("所属社区", "community", Once, COMMUNITY).must(),
                column("户数", "households", Versioned, COUNT),
                column("网格长岗位", "leaderPost", Versioned, such_as(&["网格党小组长岗", "社区工作者岗"])),
                column("网格员数", "members", Versioned, int(0, 10_000)),
            ],
        ),
        sheet(
            "units",
            "单位",
            &[
                column("编码", "unit", Key, CODE).hint("单位编码，如 U001", "code of the unit, like U001"),
                column("名称", "name", Versioned, LABEL).must(),
                column("类别", "kind", Once, UNIT_CATEGORY).must(),
                column("有无党组织", "partyOrg", Versioned, YES_NO).hint("是 或 否", "是 (yes) or 否 (no)"),
            ],
        ),
        sheet(
            "alliances",
            "党建联盟",
            &[
                column("编码", "alliance", Key, CODE)
                    .hint("联盟编码，如 A01", "code of the alliance, like A01"),
                column("名称", "name", Versioned, LABEL).must(),
                column("所属社区", "community", Once, COMMUNITY).must(),
                column("成立日期", "establishedOn", Once, DAY),
            ],
        ),
        sheet(
            "memberships",
            "联盟成员",
            &[
                column("联盟", "alliance", Key, ValueType::Name(To::Alliance)),
                column("单位", "unit", Key, UNIT),
                column("加入日期", "joinedOn", Key, DAY),
                column("退出日期", "leftOn", Once, DAY),
            ],
        ),
        sheet(
            "holidays",
            "节假日",
            &[
                column("名称", "name", Key, LABEL)
                    .hint("节假日名称，如 端午节", "name of the holiday, like 端午节"),
                column("开始日期", "startsOn", Key, DAY),
                column("结束日期", "endsOn", Once, DAY).must(),
            ],
        ),
    ],
};

/// 党建协议台账.
pub static AGREEMENTS: LedgerSpec = LedgerSpec {
    kind: Kind::Agreements,
    title: "党建协议台账",
    sheets: &[
        sheet(
            "agreements",
            "协议",
            &[
                column("协议编号", "agreement", Key, CODE),
                column("协议名称", "name", Text, TEXT).must(),
                column("类型", "kind", Once, one_of(agreement::KINDS)).must(),
                column("所属联盟", "alliance", Once, ValueType::Name(To::Alliance)).must(),
                column("甲方", "partyA", Once, UNIT).must(),
                column("乙方", "partyB", Once, UNIT).must(),
                column("其他签约方", "otherParties", Once, UNITS),
                column("签订日期", "signedOn", Once, DAY),
                column("生效日期", "effectiveOn", Once, DAY),
                column("到期日期", "expiresOn", Once, ValueType::DayOrOpen),
                column("终止日期", "terminatedOn", Once, DAY),
                column("终止原因", "terminationReason", Once, TEXT),
                column("佐证编号", "evidence", Once, CODE)
                    .hint("佐证材料编号，如 FJ-0001", "number of the evidence, like FJ-0001"),
            ],
        ),
        sheet(
            "commitments",
            "条款",
            &[
                column("协议编号", "agreement", Key, ValueType::CodeOf(To::Agreement)).may_be_merged(),
                column("条款序号", "number", Key, ORDINAL)
                    .hint("协议内的序号，从 1 起的整数", "place in the agreement, a whole number from 1"),
                column("条款内容", "text", Text, TEXT).must(),
                column("五联类别", "joint", Once, FIVE_JOINTS).must(),
                column("责任单位", "responsible", Once, UNIT).must(),
                person("责任人", "responsiblePerson"),
                person("联系电话", "telephone"),
                column("完成时限", "dueOn", Plan, DAY),
                column("完成日期", "completedOn", Once, DAY),
                column("核验单位", "verifier", Once, UNIT),
                column("核验日期", "verifiedOn", Once, DAY),
            ],
        ),
    ],
};

/// 项目认领台账.
pub static PROJECTS: LedgerSpec = LedgerSpec {
    kind: Kind::Projects,
    title: "项目认领台账",
    sheets: &[sheet(
        "projects",
        "项目",
        &[
            column("项目编号", "project", Key, CODE)
                .hint("项目编号，如 XM-2022-0001", "number of the project, like XM-2022-0001"),
            column("项目名称", "name", Text, TEXT).must(),
            column(
                "类别",
                "category",
                Once,
                such_as(&[
                    "红帆驿站建设",
                    "环境卫生整治",
                    "污水排放",
                    "乱搭乱建",
                    "停车难",
                    "充电设施",
                    "老旧小区物业服务",
                ]),
            ),
            column("所属社区", "community", Once, COMMUNITY).must(),
            column("小区", "compound", Once, COMPOUND),
            column("来源编号", "source", Once, ValueType::CodeOf(To::Issue)),
            column("提出日期", "proposedOn", Once, DAY),
            column("发布日期", "listedOn", Once, DAY),
            column("认领单位", "claimant", Once, UNIT),
            column("认领日期", "claimedOn", Once, DAY),
            column("完成时限", "dueOn", Plan, DAY),
            column("延期至", "extendedTo", Plan, DAY),
            column("提交验收日期", "submittedOn", Once, DAY),
            column("解决问题数", "problemsSolved", Once, COUNT),
            column("验收单位", "acceptor", Once, UNIT),
            column("验收日期", "acceptedOn", Once, DAY),
            column("取消日期", "cancelledOn", Once, DAY),
            column("取消原因", "cancelReason", Once, TEXT),
        ],
    )],
};

/// 联席会议台账.
pub static MEETINGS: LedgerSpec = LedgerSpec {
    kind: Kind::Meetings,
    title: "联席会议台账",
    sheets: &[
        sheet(
            "meetings",
            "会议",
            &[
                column("会议编号", "meeting", Key, CODE)
                    .hint("会议编号，如 HY-2022-0046", "number of the meeting, like HY-2022-0046"),
                column("会议类型", "meetingType", Once, one_of(&["联席会议", "六号联席会议"])).must(),
                column("所属社区", "community", Once, COMMUNITY).must(),
                column("会议日期", "date", Plan, DAY).must(),
                column("状态", "status", Plan, one_of(&["计划中", "已召开", "已取消"])).must(),
                column("原因", "reason", Once, TEXT),
                column("通知日期", "noticedOn", Once, DAY),
                column("地点", "place", Text, LABEL),
                column("主持岗位", "chairPost", Once, LABEL)
                    .hint("岗位名称，不写人名", "name of a post, never of a person"),
                column("记录岗位", "recorderPost", Once, LABEL)
                    .hint("岗位名称，不写人名", "name of a post, never of a person"),
                column("应到单位数", "expectedUnits", Once, int(0, 10_000)),
                column("参会单位", "units", Once, UNITS),
                column("居民代表人数", "residents", Once, int(0, 10_000)),
                column("纪要编号", "minutes", Once, CODE)
                    .hint("纪要编号，如 JY-2022-0046", "number of the minutes, like JY-2022-0046"),
                column("纪要确认日期", "minutesConfirmedOn", Once, DAY),
            ],
        ),
        sheet(
            "topics",
            "议题",
            &[
                column("会议编号", "meeting", Key, ValueType::CodeOf(To::Meeting)).may_be_merged(),
                column("议题序号", "number", Key, ORDINAL)
                    .hint("会议内的序号，从 1 起的整数", "place in the meeting, a whole number from 1"),
                column("议题", "title", Text, TEXT).must(),
                column(
                    "类别",
                    "category",
                    Once,
                    such_as(&["党群服务阵地", "老旧小区物业服务", "充电贵", "停车难", "污水排放"]),
                ),
                column("提出方", "proposer", Once, SOURCE),
                column("来源编号", "source", Once, ValueType::CodeOf(To::Issue)),
                column("结果", "outcome", Plan, one_of(&["已议定", "仅通报", "暂缓", "转办", "未讨论"])),
                column("转办去向", "referredTo", Once, LABEL),
            ],
        ),
        sheet(
            "decisions",
            "议定事项",
            &[
                column("会议编号", "meeting", Once, ValueType::CodeOf(To::Meeting)).must(),
                column("议题序号", "number", Once, ORDINAL).must(),
                column("事项编号", "decision", Key, CODE)
                    .hint("事项编号，如 HY-2022-0046-J1-1", "number of the decision, like HY-2022-0046-J1-1"),
                column("议定事项", "text", Text, TEXT).must(),
                column("责任单位", "responsible", Once, UNIT),
                column("配合单位", "supporting", Once, UNITS),
                column("完成时限", "dueOn", Plan, DAY),
                column("延期至", "extendedTo", Plan, DAY),
                column("完成日期", "completedOn", Once, DAY),
                column("核验单位", "verifier", Once, UNIT),
                column("核验日期", "verifiedOn", Once, DAY),
            ],
        ),
    ],
};

/// 周三例会台账.
pub static WEDNESDAY: LedgerSpec = LedgerSpec {
    kind: Kind::Wednesday,
    title: "周三例会台账",
    sheets: &[
        sheet(
            "wednesday_meetings",
            "例会",
            &[
                column("例会编号", "occurrence", Key, CODE).hint(
                    "例会编号，如 LH-C01-20220601",
                    "number of the Wednesday meeting, like LH-C01-20220601",
                ),
                column("社区", "community", Once, COMMUNITY).must(),
                column("计划日期", "plannedOn", Plan, DAY).must(),
                column("实际日期", "heldOn", Once, DAY),
                column("状态", "status", Plan, one_of(&["计划中", "已召开", "已取消", "未召开"])).must(),
                column("原因", "reason", Once, TEXT),
                column("参会方", "participants", Once, ValueType::Names(To::Party)),
            ],
        ),
        sheet(
            "property_issues",
            "问题",
            &[
                column("问题编号", "issue", Key, CODE)
                    .hint("问题编号，如 WT-2022-0001", "number of the issue, like WT-2022-0001"),
                column("例会编号", "occurrence", Once, ValueType::CodeOf(To::Wednesday)).must(),
                column("小区", "compound", Once, COMPOUND).must(),
                column("类别", "category", Once, one_of(issue::CATEGORIES)).must(),
                column("问题描述", "text", Text, TEXT),
                column("来源", "source", Once, SOURCE),
                column("提出日期", "raisedOn", Once, DAY),
                column("责任单位", "responsible", Once, UNIT),
                column("完成时限", "dueOn", Plan, DAY),
                column("办结日期", "completedOn", Once, DAY),
                column("核验单位", "verifier", Once, UNIT),
                column("核验日期", "verifiedOn", Once, DAY),
            ],
        ),
    ],
};
