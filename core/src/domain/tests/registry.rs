//! The registry: streets to grids, units, posts, alliances and memberships (`domain.md` 4.1).

use serde_json::{Value, json};

use super::county::sample;
use super::{Accepted, Refused, Step, check, check_corrected, check_corrections, correct, step};

/// Streams that people call by name, with that name.
const NAMED: &[(&str, &str)] = &[
    ("street/S1", "汶上街道"),
    ("community/C1", "东门社区"),
    ("compound/X1", "老水利局家属楼"),
    ("branch/B1", "水利局小区党支部"),
    ("grid/G1", "东门一网格"),
    ("unit/D1", "县水务局"),
    ("alliance/A1", "东门社区党建联盟"),
];

fn named(stream: &str, command: &str, name: &str) -> Step {
    let category = stream.split('/').next().unwrap();
    let name_of_command = format!("{category}.{command}");
    let mut data = match command {
        "rename" => json!({}),
        _ => sample(&name_of_command),
    };
    data["name"] = json!(name);
    step(stream, &name_of_command, data)
}

fn creating(category: &str) -> &'static str {
    if category == "alliance" { "establish" } else { "register" }
}

#[test]
fn a_name_must_say_something_and_belong_to_nobody_else() {
    for (stream, name) in NAMED {
        let category = stream.split('/').next().unwrap();
        let other = format!("{category}/NEW");
        let create = |name: &str| named(&other, creating(category), name);
        check(&[], create("  "), Refused("field-empty", &[("field", "name")]));
        check(&[], create(name), Refused("name-taken", &[("name", name)]));
        check(&[], create("联系人13800001000"), Refused("text-mobile-number", &[("field", "name")]));
        check(&[], named(stream, creating(category), "另一名称"), Refused("stream-exists", &[]));
        let kind =
            format!("{category}.{}", if category == "alliance" { "established" } else { "registered" });
        let made = check(&[], create("另一名称"), Accepted(&kind, json!({"name": "另一名称"})));
        assert_eq!(made.world.revision(&other), Some(0));
        // Nor may it be taken by renaming or correcting another.
        check(&[create("另一名称")], named(&other, "rename", name), Refused("name-taken", &[]));
        check(&[create("另一名称")], correct(&other, "name", name), Refused("name-taken", &[("name", name)]));
        check(
            &[],
            named(&format!("{category}/缺"), "rename", "任意"),
            Refused("stream-absent", &[("id", "缺")]),
        );
    }
}

#[test]
fn old_names_stay_and_corrected_names_are_learned() {
    for (stream, name) in NAMED {
        let (category, id) = stream.split_once('/').unwrap();
        let kind = if category == "branch" { "unit" } else { category };
        let renamed = named(stream, "rename", "新名称").on("2022-07-01");
        let story = check(
            &[renamed],
            correct(stream, "name", "更正名称"),
            Accepted(&format!("{category}.corrected"), json!({})),
        );
        for known in [name, "新名称", "更正名称"] {
            assert_eq!(story.world.names.get(&format!("{kind}/{known}")).unwrap(), id, "{stream} {known}");
        }
        check_corrected(&[], stream, "name", name, "更正名称");
    }
    // Units and branches share one space of names.
    check(&[], named("unit/NEW", "register", "水利局小区党支部"), Refused("name-taken", &[("owner", "B1")]));
    let renamed = named("unit/D1", "rename", "县水利事业中心");
    let admit =
        |unit: &str| step("membership/NEW", "membership.admit", json!({"alliance": "A1", "unit": unit}));
    check(
        &[renamed],
        admit("县水务局"),
        Refused("membership-overlaps", &[("unit", "D1"), ("other", "A1-D1")]),
    );
}

#[test]
fn every_place_has_a_parent_that_exists() {
    for (name, field) in [
        ("community.register", "street"),
        ("compound.register", "community"),
        ("compound.register", "enterprise"),
        ("branch.register", "community"),
        ("grid.register", "community"),
        ("alliance.establish", "community"),
        ("membership.admit", "alliance"),
        ("membership.admit", "unit"),
        ("series.define", "community"),
        ("post.create", "unit"),
    ] {
        let mut data = sample(name);
        data[field] = json!("无此");
        let stream = format!("{}/NEW", name.split('.').next().unwrap());
        check(&[], step(&stream, name, data), Refused("reference-unknown", &[("given", "无此")]));
    }
    let mut data = sample("branch.register");
    data["compounds"] = json!(["X1", "X9"]);
    check(
        &[],
        step("branch/NEW", "branch.register", data),
        Refused("reference-unknown", &[("what", "compound")]),
    );
    for (stream, field) in
        [("compound/X1", "community"), ("grid/G1", "community"), ("community/C1", "street")]
    {
        check(&[], correct(stream, field, ""), Refused("field-empty", &[("field", field)]));
        check(&[], correct(stream, field, "无此"), Refused("reference-unknown", &[]));
    }
    check_corrected(&[], "branch/B1", "community", "C1", "C2");
}

#[test]
fn a_stream_is_named_by_its_category_and_a_plain_id() {
    for stream in
        ["unit", "unit/", "street/U1", "unit/甲 乙", "unit/a/b", "unit/a、b", "unit/a%b", "unit/a\\b"]
    {
        let when = step(stream, "unit.register", sample("unit.register"));
        check(&[], when, Refused("stream-name", &[("category", "unit")]));
    }
    check(
        &[],
        step(&format!("unit/{}", "长".repeat(121)), "unit.register", sample("unit.register")),
        Refused("stream-name", &[]),
    );
    check(
        &[],
        step(&format!("unit/{}", "长".repeat(120)), "unit.register", sample("unit.register")),
        Accepted("unit.registered", json!({})),
    );
}

#[test]
fn counts_and_services_hold_from_a_day() {
    let story = check(
        &[],
        step("grid/G1", "grid.count", json!({"households": 510})).on("2022-07-01"),
        Accepted("grid.counted", json!({"households": 510})),
    );
    let households = &story.world.grid.get("G1").unwrap().households;
    assert_eq!(households.on("2022-06-30".parse().unwrap()), Some(&Some(346)));
    assert_eq!(
        households.on("2022-07-01".parse().unwrap()),
        Some(&Some(510)),
        "R02 is a finding, not a refusal"
    );
    let cases: &[(&str, &str, &str, Value)] = &[
        ("compound/X1", "compound.count", "compound.counted", json!({})),
        ("compound/X1", "compound.service", "compound.serviced", json!({"enterprise": "W2"})),
        ("grid/G1", "grid.staff", "grid.staffed", json!({"members": 5})),
        ("branch/B1", "branch.cover", "branch.covered", json!({"compounds": ["X1"]})),
        ("unit/D1", "unit.organise", "unit.organised", json!({"partyOrg": true})),
        ("community/C1", "community.count", "community.counted", json!({"households": 3000})),
        ("community/C1", "community.succeed", "community.succeeded", json!({"successors": ["C2"]})),
        ("post/G-2", "post.create", "post.created", json!({"unit": "D1"})),
    ];
    for (stream, name, kind, fields) in cases {
        check(&[], step(stream, name, sample(name)), Accepted(kind, fields.clone()));
    }
    check(
        &[],
        step("community/C1", "community.count", json!({})),
        Refused("field-empty", &[("field", "households")]),
    );
    check(
        &[],
        step("community/C1", "community.succeed", json!({"successors": [], "reason": "调整"})),
        Refused("field-empty", &[]),
    );
    check(
        &[],
        step("post/G-2", "post.create", json!({"name": "网格长岗", "unit": "C1"})),
        Accepted("post.created", json!({"unit": "C1"})),
    );
}

#[test]
fn units_have_a_known_kind() {
    let mut data = sample("unit.register");
    data["kind"] = json!("个人");
    check(&[], step("unit/NEW", "unit.register", data), Refused("choice-unknown", &[("field", "kind")]));
    check(&[], correct("unit/D1", "kind", "个人"), Refused("choice-unknown", &[]));
    check_corrected(&[], "unit/D1", "partyOrg", "", "是");
    check(&[], correct("unit/D1", "partyOrg", "有"), Refused("correction-value", &[("value", "有")]));
    check(&[], step("unit/D1", "unit.dissolve", json!({"reason": ""})), Refused("field-empty", &[]));
}

#[test]
fn a_community_has_one_active_alliance() {
    let another = |community: &str| {
        step("alliance/A2", "alliance.establish", json!({"name": "又一联盟", "community": community}))
    };
    let exists = &[("community", "C1"), ("alliance", "A1")][..];
    check(&[], another("C1"), Refused("alliance-exists", exists));
    check(&[another("C2")], correct("alliance/A2", "community", "C1"), Refused("alliance-exists", exists));
    let dissolved = step("alliance/A1", "alliance.dissolve", json!({"reason": "重组"}));
    check(std::slice::from_ref(&dissolved), another("C1"), Accepted("alliance.established", json!({})));
    check(&[dissolved.clone(), another("C1")], dissolved, Refused("state-wrong", &[("state", "dissolved")]));
}

#[test]
fn memberships_do_not_overlap_and_lie_within_the_alliance() {
    let admit = |unit: &str, day: &str| {
        step("membership/NEW", "membership.admit", json!({"alliance": "A1", "unit": unit})).on(day)
    };
    let left = step("membership/A1-D1", "membership.end", json!({})).on("2022-06-01");
    check(&[], admit("D1", "2022-06-01"), Refused("membership-overlaps", &[("other", "A1-D1")]));
    check(std::slice::from_ref(&left), admit("D1", "2022-05-31"), Refused("membership-overlaps", &[]));
    // The day of leaving no longer counts: on it the unit may come back.
    let story = check(
        std::slice::from_ref(&left),
        admit("D1", "2022-06-01"),
        Accepted("membership.admitted", json!({"unit": "D1"})),
    );
    assert!(story.world.is_member("C1", "D1", "2022-06-01".parse().unwrap()));
    check(
        &[],
        admit("N1", "2022-01-03"),
        Refused("dates-before", &[("field", "joinedOn"), ("earliest", "2022-01-04")]),
    );
    check(&[], left.clone().on("2022-01-03"), Refused("dates-end-before-start", &[("field", "leftOn")]));
    let dissolved = step("alliance/A1", "alliance.dissolve", json!({"reason": "重组"})).on("2022-06-01");
    let gone = &[("stream", "alliance/A1"), ("state", "dissolved")][..];
    check(std::slice::from_ref(&dissolved), admit("N1", "2022-06-01"), Refused("state-wrong", gone));
    check(&[dissolved], admit("N1", "2022-05-31"), Accepted("membership.admitted", json!({})));
    check(
        &[left],
        correct("membership/A1-D1", "leftOn", "2022-01-01"),
        Refused("dates-end-before-start", &[]),
    );
    check_corrections(&[], "membership/A1-D1", "joinedOn", "2022-02-01");
}

#[test]
fn a_member_may_belong_to_several_alliances() {
    let second = step("alliance/A2", "alliance.establish", sample("alliance.establish"));
    let admit = step("membership/A2-D1", "membership.admit", json!({"alliance": "A2", "unit": "D1"}));
    check(&[second], admit, Accepted("membership.admitted", json!({"alliance": "A2"})));
}

#[test]
fn a_holiday_ends_no_earlier_than_it_starts() {
    let declare = |until: &str| {
        step("holiday/H", "holiday.declare", json!({"name": "国庆节", "from": "2022-10-01", "until": until}))
    };
    check(&[], declare("2022-10-01"), Accepted("holiday.declared", json!({})));
    check(&[], declare("2022-09-30"), Refused("dates-end-before-start", &[("field", "endsOn")]));
    check(&[], correct("holiday/2022-DW", "endsOn", "2022-06-01"), Refused("dates-end-before-start", &[]));
    check_corrections(&[], "holiday/2022-DW", "endsOn", "2022-06-06");
}

#[test]
fn a_series_is_of_a_known_type() {
    let mut data = sample("series.define");
    check(
        &[],
        step("series/DM", "series.define", data.clone()),
        Accepted("series.defined", json!({"cadence": "每周三"})),
    );
    data["participants"] = json!([""]);
    check(
        &[],
        step("series/DM", "series.define", data.clone()),
        Refused("field-empty", &[("field", "participants")]),
    );
    data["meetingType"] = json!("茶话会");
    check(
        &[],
        step("series/DM", "series.define", data),
        Refused("choice-unknown", &[("field", "meetingType")]),
    );
}
