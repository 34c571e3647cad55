use super::*;
use crate::codec;

#[test]
fn scalars_are_shown_with_their_fields_and_nothing_deeper() {
    let fields: Vec<(String, String)> = [
        ("text", "string"),
        ("dueOn", "option<day>"),
        ("none", "option<u16>"),
        ("units", "list<string>"),
        ("parts", "list<{name:string,count:u16}>"),
        ("done", "bool"),
    ]
    .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
    .to_vec();
    let payload = codec::encode(&(
        "疏\"通",
        Some(Day(19_149)),
        None::<u16>,
        vec!["U066", "U001"],
        vec![("a", 3u16)],
        true,
    ))
    .unwrap();
    let layout = Layout::of(&fields).unwrap();
    let mut shown = Vec::new();
    layout.scalars(&payload, |name, value| shown.push((name, value))).unwrap();
    assert_eq!(
        shown,
        [
            ("text", Scalar::Text("疏\"通")),
            ("dueOn", Scalar::Day(Day(19_149))),
            ("units", Scalar::Text("U066")),
            ("units", Scalar::Text("U001")),
            ("done", Scalar::Bool(true)),
        ]
    );
    let mut out = b"x".to_vec();
    layout.write_json(&payload, &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        r#"x{"text":"疏\"通","dueOn":"2022-06-06","none":null,"units":["U066","U001"],"parts":[{"name":"a","count":3}],"done":true}"#
    );
    let mut out = b"x".to_vec();
    assert!(layout.write_json(&payload[..9], &mut out).is_err());
    assert_eq!(out, b"x", "what failed leaves nothing");
}

#[test]
fn what_is_no_type_is_no_layout() {
    for wrong in ["", "strin", "option<string", "list<>", "{}", "{a:u8", "string>", "u8,u8"] {
        assert!(Layout::of(&[("f".to_owned(), wrong.to_owned())]).is_err(), "{wrong}");
    }
    let deep = format!("{}u8{}", "option<".repeat(40), ">".repeat(40));
    assert!(Layout::of(&[("f".to_owned(), deep)]).is_err());
}
