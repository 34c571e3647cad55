//! Every code, kind, command, field, state and category has words in Chinese and in English.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::json;

use super::codes::sources;
use crate::domain::facts::Fields;
use crate::domain::{CATEGORIES, Command, CommandError, command_names, kinds};
use crate::rejection::CODES;

const LANGUAGES: [&str; 2] = ["zh", "en"];
/// The files that this crate's words need; others belong to the programs that show them.
const FILES: [&str; 6] = ["rejections", "states", "commands", "kinds", "fields", "categories"];

/// The messages of a file: key → text. Only the part of Fluent that these files use.
fn messages(language: &str, file: &str) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../api/messages/{language}/{file}.ftl"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut found = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (key, value) =
            line.split_once(" = ").unwrap_or_else(|| panic!("{file}.ftl ({language}): {line}"));
        assert!(!value.trim().is_empty(), "{language}/{file}: {key} says nothing");
        let first = found.insert(key.to_owned(), value.to_owned());
        assert_eq!(first, None, "{language}/{file}: {key} stands twice");
    }
    found
}

fn keys(language: &str, file: &str) -> BTreeSet<String> {
    messages(language, file).into_keys().collect()
}

/// Demands exactly these keys in both languages.
fn demand(file: &str, wanted: &BTreeSet<String>) {
    for language in LANGUAGES {
        let found = keys(language, file);
        let missing: Vec<_> = wanted.difference(&found).collect();
        let surplus: Vec<_> = found.difference(wanted).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "{language}/{file}: missing {missing:?}, surplus {surplus:?}"
        );
    }
}

fn prefixed<'a>(prefix: &str, names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(|name| format!("{prefix}{}", name.replace('.', "-"))).collect()
}

#[test]
fn every_code_has_a_message() {
    demand("rejections", &CODES.iter().map(|code| (*code).to_owned()).collect());
}

#[test]
fn every_command_has_a_name() {
    demand("commands", &prefixed("", command_names()));
}

#[test]
fn every_kind_has_a_name() {
    demand("kinds", &prefixed("kind-", kinds().iter().map(|kind| kind.name)));
}

/// A refusal may also speak of a source, which is a stream of one of several categories.
#[test]
fn every_category_has_a_name() {
    demand("categories", &prefixed("category-", CATEGORIES.iter().copied().chain(["source"])));
}

/// The states are those of the tables in `matrix/`, and some that are derived as of a day.
#[test]
fn every_state_has_a_name() {
    let mut wanted: BTreeSet<String> = [
        "state-agreement-expired",
        "state-occurrence-missed",
        "state-obligation-open",
        "state-obligation-met",
        "state-obligation-missed",
    ]
    .map(str::to_owned)
    .into();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain/tests/matrix");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let category = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let table = std::fs::read_to_string(&path).unwrap();
        let states = table.lines().filter(|line| !line.is_empty() && !line.starts_with([' ', '#']));
        wanted.extend(
            states.filter(|state| *state != "absent").map(|state| format!("state-{category}-{state}")),
        );
    }
    demand("states", &wanted);
}

/// The names of a command's fields, as its own refusal of an unknown one lists them.
fn fields_of(command: &str) -> Vec<String> {
    match Command::from_json(command, json!({"\u{1}": 0})) {
        Err(CommandError::Malformed(text)) => text
            .split("expected")
            .nth(1)
            .unwrap_or_default()
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect(),
        other => panic!("{command} takes anything: {other:?}"),
    }
}

fn wanted_fields() -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for kind in kinds() {
        for field in (kind.fields)() {
            wanted.insert(field.name.to_owned());
            // Records inside records: `{name:type,…}`.
            let inner = field.kind.split(['{', ',']).skip(1).filter_map(|part| part.split_once(':'));
            wanted.extend(inner.map(|(name, _)| name.to_owned()));
        }
    }
    wanted.extend(command_names().into_iter().flat_map(fields_of));
    use crate::domain as d;
    for names in [
        d::street::Street::NAMES,
        d::community::Community::NAMES,
        d::compound::Compound::NAMES,
        d::branch::Branch::NAMES,
        d::grid::Grid::NAMES,
        d::unit::Unit::NAMES,
        d::alliance::Alliance::NAMES,
        d::membership::Membership::NAMES,
        d::holiday::Holiday::NAMES,
        d::agreement::Agreement::NAMES,
        d::commitment::Commitment::NAMES,
        d::project::Project::NAMES,
        d::meeting::Meeting::NAMES,
        d::topic::Topic::NAMES,
        d::decision::Decision::NAMES,
        d::occurrence::Occurrence::NAMES,
        d::issue::Issue::NAMES,
        d::duty::Duty::NAMES,
    ] {
        wanted.extend(names.iter().map(|name| (*name).to_owned()));
    }
    // Fields that refusals name; those of the envelope are the writer's.
    let mut texts = vec![include_str!("../../ledger/decide.rs").to_owned()];
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain"), &mut texts);
    for text in &texts {
        for opening in [
            "required(",
            "optional(",
            "::empty(",
            "choice(",
            "before(",
            "ends_before_start(",
            "check(",
            "on(",
        ] {
            for part in text.split(opening).skip(1) {
                if let Some(name) =
                    part.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next())
                {
                    wanted.insert(name.to_owned());
                }
            }
        }
    }
    wanted.remove("");
    wanted
}

#[test]
fn every_field_has_a_label() {
    demand("fields", &prefixed("field-", wanted_fields().iter().map(String::as_str)));
}

/// `{ $name }` in a text.
fn arguments(text: &str) -> BTreeSet<String> {
    text.split("{ $").skip(1).map(|part| part.split(' ').next().unwrap().to_owned()).collect()
}

#[test]
fn both_languages_use_the_same_arguments_and_no_key_means_two_things() {
    let mut all = BTreeSet::new();
    for file in FILES {
        let (zh, en) = (messages("zh", file), messages("en", file));
        for (key, text) in &zh {
            assert_eq!(arguments(text), arguments(&en[key]), "{file}: {key}");
            assert!(all.insert(key.clone()), "{key} stands in two files");
        }
    }
}

/// A refusal's arguments, as its code is used in the sources; the gate and the shared refusals by hand.
#[test]
fn messages_use_only_arguments_that_refusals_have() {
    let shared: &[(&str, &[&str])] = &[
        ("choice-unknown", &["field", "given", "allowed"]),
        ("dates-before", &["field", "day", "earliest"]),
        ("dates-end-before-start", &["field", "start", "end"]),
        ("field-empty", &["field"]),
        ("reference-unknown", &["what", "given"]),
        ("same-unit", &["unit"]),
        ("state-wrong", &["stream", "state", "command", "allowed"]),
        ("stream-absent", &["id"]),
        ("stream-exists", &["id"]),
        ("text-bank-card", &["field"]),
        ("text-dwelling", &["field"]),
        ("text-identity-number", &["field"]),
        ("text-mobile-number", &["field"]),
    ];
    let mut texts = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
    let has = |code: &str, name: &str| {
        shared.iter().any(|(known, names)| *known == code && names.contains(&name))
            || texts.iter().any(|text| {
                text.split(&format!("Rejection::new(\"{code}\")")).skip(1).any(|rest| {
                    rest.chars().take(300).collect::<String>().contains(&format!(".with(\"{name}\""))
                })
            })
    };
    for language in LANGUAGES {
        for (code, text) in messages(language, "rejections") {
            for name in arguments(&text) {
                assert!(has(&code, &name), "{language}: {code} has no argument {name}");
            }
        }
    }
}
