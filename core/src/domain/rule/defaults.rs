//! What a new rule book holds: the county's rules as the documents state them, and defaults where they say nothing.

/// What stands in a rule's source where the county has not decided something in it.
pub const UNDECIDED: &str = "默认值";

/// A rule that every new ledger begins with. A ledger that is older adopts it by `rule.adopt`.
pub struct DefaultRule {
    /// Its id in the rule book.
    pub id: &'static str,
    /// What it demands.
    pub title: &'static str,
    /// The document it rests on; [`UNDECIDED`] in it names what the county has not decided.
    pub source: &'static str,
    /// Its parameters. `enforced` 0 means that nobody is called remiss yet: a ledger without such records would
    /// otherwise be full of duties missed.
    pub parameters: &'static [(&'static str, u32)],
}

/// The rules of a new rule book, in the order in which they are adopted.
pub const DEFAULTS: &[DefaultRule] = &[
    DefaultRule {
        id: "R01",
        title: "每个社区3000户左右",
        source: "汶上县社区治理报道；浮动幅度为默认值",
        parameters: &[("householdsTarget", 3_000), ("tolerancePercent", 20)],
    },
    DefaultRule {
        id: "R02",
        title: "每个网格300至500户",
        source: "汶上县社区治理报道",
        parameters: &[("householdsMin", 300), ("householdsMax", 500)],
    },
    DefaultRule {
        id: "R03",
        title: "每个网格1名网格长、3至5名网格员",
        source: "汶上县社区治理报道",
        parameters: &[("membersMin", 3), ("membersMax", 5)],
    },
    DefaultRule {
        id: "R05",
        title: "每万名城镇常住人口社区工作者不少于18人",
        source: "汶上县社区治理报道",
        parameters: &[("workersPerTenThousand", 18)],
    },
    DefaultRule {
        id: "R06",
        title: "一个网格一名社工",
        source: "汶上县社区治理报道",
        parameters: &[("workersPerGrid", 1)],
    },
    DefaultRule {
        id: "R07",
        title: "社区工作者月度量化考核、季度一述双评",
        source: "《汶上县城市社区工作者绩效考核办法（试行）》；是否纳入应办为默认值",
        parameters: &[("enforced", 0), ("perMonth", 1), ("perQuarter", 1)],
    },
    DefaultRule {
        id: "R08",
        title: "“三长”月度考核、季度奖惩、半年评优、年终评选",
        source: "《关于加强城市社区“三长”队伍建设的实施方案》；是否纳入应办为默认值",
        parameters: &[
            ("enforced", 0),
            ("perMonth", 1),
            ("perQuarter", 1),
            ("perHalfYear", 1),
            ("perYear", 1),
        ],
    },
    DefaultRule {
        id: "R09",
        title: "社区第一书记每半年开展1次实地督导、观摩评比",
        source: "汶上县社区治理报道；是否纳入应办为默认值",
        parameters: &[("enforced", 0), ("perHalfYear", 1)],
    },
    DefaultRule {
        id: "R10",
        title: "街道党员领导干部每月至少到社区开展一次调研指导",
        source: "汶上县社区治理报道；适用于街道一级、是否纳入应办为默认值",
        parameters: &[("enforced", 0), ("perMonth", 1)],
    },
    DefaultRule {
        id: "R11",
        title: "县级领导干部每人联系一个社区、包保一个小区党支部",
        source: "汶上县社区治理报道",
        parameters: &[("communities", 1), ("branches", 1)],
    },
    DefaultRule {
        id: "R12",
        title: "党建联盟每季度召开一次联席会议",
        source: "《社区党建联盟运行规则》",
        parameters: &[("meetingsPerQuarter", 1)],
    },
    DefaultRule {
        id: "R13",
        title: "联席会议商议阵地建设、老旧小区物业服务、充电贵、停车难等事项",
        source: "《社区党建联盟运行规则》",
        parameters: &[],
    },
    DefaultRule {
        id: "R14",
        title: "物业企业党组织与社区党组织签订共建协议",
        source: "汶上县社区治理报道；签订期限（天，0为未设定）为默认值",
        parameters: &[("dueDays", 0)],
    },
    DefaultRule {
        id: "R15",
        title: "物业企业每年至少认领1个社区党建服务项目",
        source: "汶上县社区治理报道",
        parameters: &[("claimsPerYear", 1)],
    },
    DefaultRule {
        id: "R16",
        title: "每个社区每周三召开物业例会",
        source: "周三例会制度；频次为默认值",
        parameters: &[("meetingsPerWeek", 1)],
    },
    DefaultRule {
        id: "R17",
        title: "及时解决物业管理矛盾纠纷",
        source: "汶上县社区治理报道；解决期限（天，0为未设定）为默认值",
        parameters: &[("dueDays", 0)],
    },
    DefaultRule {
        id: "R18",
        title: "诉求即时推送、3小时内抢单认领",
        source: "汶上县社区治理报道；按自然小时计算为默认值",
        parameters: &[("claimHours", 3), ("workingHours", 0)],
    },
    DefaultRule {
        id: "R19",
        title: "新建党群服务中心建筑面积不低于1000平方米",
        source: "汶上县社区治理报道",
        parameters: &[("areaMin", 1_000)],
    },
    DefaultRule {
        id: "R20",
        title: "每个社区1个党群服务中心、若干红帆驿站",
        source: "汶上县社区治理报道；驿站最少个数为默认值",
        parameters: &[("centres", 1), ("stationsMin", 1)],
    },
    DefaultRule {
        id: "R21",
        title: "多个小区可依托物业用房、门岗等共设网格服务站",
        source: "汶上县社区治理报道",
        parameters: &[],
    },
    DefaultRule {
        id: "R23",
        title: "民情书记每人包保50户",
        source: "汶上县社区治理报道",
        parameters: &[("households", 50)],
    },
    DefaultRule {
        id: "R24",
        title: "定期开展物业服务质量考核评价",
        source: "《汶上县住宅小区物业服务质量考核评价办法》；频次、是否纳入应办为默认值",
        parameters: &[("enforced", 0), ("perHalfYear", 1)],
    },
    DefaultRule {
        id: "R25",
        title: "物业考核结果用于信用等级评定、财政资金奖补、合同续聘",
        source: "《汶上县住宅小区物业服务质量考核评价办法》",
        parameters: &[],
    },
    DefaultRule {
        id: "R26",
        title: "街道建立物业服务联席会议制度",
        source: "汶上县社区治理报道；频次、是否纳入应办为默认值",
        parameters: &[("enforced", 0), ("perQuarter", 1)],
    },
    DefaultRule {
        id: "M01",
        title: "联席会议到会单位须过半数",
        source: "默认值",
        parameters: &[("quorumNumerator", 1), ("quorumDenominator", 2)],
    },
    DefaultRule {
        id: "M02",
        title: "联席会议提前3日通知",
        source: "默认值",
        parameters: &[("noticeDays", 3)],
    },
    DefaultRule {
        id: "M03",
        title: "会议纪要7日内确认",
        source: "默认值",
        parameters: &[("minutesDays", 7)],
    },
    DefaultRule {
        id: "M04",
        title: "六号联席会议每月6日召开，不计入联盟季度会议",
        source: "默认值",
        parameters: &[("dayOfMonth", 6)],
    },
    DefaultRule {
        id: "W01",
        title: "问题顺延3次仍未解决的须上报",
        source: "默认值",
        parameters: &[("carryOversMax", 3)],
    },
    DefaultRule {
        id: "V01", title: "办结事项由责任单位以外的单位核验", source: "默认值", parameters: &[]
    },
    DefaultRule {
        id: "L01",
        title: "发生后超过7日录入的为补录",
        source: "默认值",
        parameters: &[("lateDays", 7)],
    },
    DefaultRule {
        id: "X01",
        title: "同一事项延期不超过1次",
        source: "默认值",
        parameters: &[("extensionsMax", 1)],
    },
];
