#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

/// A report of a street, as small as one can be.
fn street() -> serde_json::Value {
    let figures = json!({
        "agreements_signed": {"value": 3, "label": "签订协议"},
        "projects_due_submitted_on_time": {"value": 1, "label": "按期提交", "of": 2},
        "property_issues_closed_by_category": {"value": {"停车难": 1, "充电贵": 4}, "label": "分类销号"},
    });
    json!({
        "quarter": "2022-Q2", "label": "2022年第二季度", "scope": "street/S01", "origin": "example.org/county",
        "template": 1, "asOf": {"position": 9, "digest": "00", "on": "2022-07-01"}, "figures": figures.clone(),
        "balances": [{"name": "projects_open", "label": "在办项目", "opening": 1, "closing": 2,
            "inflows": {"projects_claimed": 1}, "outflows": {}, "holds": true}],
        "streets": {"S01": {"name": "汶上街道", "figures": figures}}, "communities": {},
    })
}

#[test]
fn a_claim_has_identity_and_every_number() {
    let (format, found) = claimed(street().to_string().as_bytes()).unwrap();
    assert_eq!((format, found.scope.as_str(), found.position), ("json", "street/S01", Some(9)));
    let own = &found.figures["street/S01"];
    for (name, value) in [
        ("agreements_signed", "3"),
        ("projects_due_submitted_on_time", "1"),
        ("projects_due_submitted_on_time.of", "2"),
        ("property_issues_closed_by_category", "5"),
        ("property_issues_closed_by_category.充电贵", "4"),
        ("balance.projects_open.opening", "1"),
        ("balance.projects_open.inflow.projects_claimed", "1"),
    ] {
        assert_eq!(own[name], value, "{name}");
    }
    assert_eq!(found.figures.len(), 1, "the own scope among the parts says the same");
}

#[test]
fn an_edit_in_one_of_two_places_shows() {
    for place in ["/figures/agreements_signed/value", "/streets/S01/figures/agreements_signed/value"] {
        let mut whole = street();
        *whole.pointer_mut(place).unwrap() = json!(4);
        let found = claimed(whole.to_string().as_bytes()).unwrap().1;
        assert_ne!(found.figures, of_value(&street()).unwrap().figures, "{place}");
    }
    let mut wild = street();
    wild["figures"]["agreements_signed"]["value"] = json!([1, {"a": null}]);
    assert!(claimed(wild.to_string().as_bytes()).is_some(), "what is no number is compared as text");
}

#[test]
fn what_is_no_report_is_not_taken_for_one() {
    for other in [
        &b""[..],
        b"{",
        b"{}",
        b"[1]",
        b"{\"scope\":\"county\",\"asOf\":{},\"figures\":3}",
        b"{\"scope\":\"county\",\"asOf\":{},\"figures\":{},\"quarter\":1}",
        b"PK\x03\x04",
        b"a,b,c,d,e,f,g,h,i",
        b"\xef\xbb\xbfa,b,c,d,e,f,g,h,i\r\n1,2,3\r\n",
        b"\xff\xfe,,,,,,,,\n",
        b"example.org/log\n12\nAAAA\n\n\xe2\x80\x94 example.org/log AAAA\n",
    ] {
        assert_eq!(claimed(other), None, "{other:?}");
    }
}

#[test]
fn a_csv_file_that_says_two_things_says_one_too_many() {
    let line = |quarter: &str, name: &str, value: &str| {
        format!("{quarter},street,S01,汶上街道,{name},,,{value},\r\n")
    };
    let of = |figures: &[String]| {
        let head = "\u{feff}季度,范围,编码,名称,指标代码,指标,口径,数值,其中总数\r\n";
        let own =
            [("origin", "example.org/county"), ("position", "9"), ("digest", "00"), ("on", "2022-07-01")];
        let own = own.map(|(name, value)| line("2022-Q2", &format!("report.{name}"), value)).concat();
        claimed(format!("{head}{}{own}", figures.concat()).as_bytes()).unwrap().1.figures
    };
    let right = line("2022-Q2", "agreements_signed", "3");
    let honest = of(std::slice::from_ref(&right));
    assert_eq!(honest["street/S01"]["agreements_signed"], "3");
    for forged in [line("2022-Q2", "agreements_signed", "4"), line("2022-Q1", "agreements_signed", "3")] {
        assert_ne!(of(&[forged.clone(), right.clone()]), honest, "{forged}");
    }
}
