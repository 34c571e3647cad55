//! The ledger against a model: random commands, restarts and rebuilds; flipped bits are found at their position.

use std::collections::BTreeMap;
use std::sync::Arc;

use gongjian_core::command::{Envelope, Expected, Request};
use gongjian_core::day::Day;
use gongjian_core::domain::Command;
use gongjian_core::domain::street::StreetCommand;
use gongjian_core::domain::unit::UnitCommand;
use gongjian_core::ledger::{Refused, Writer};
use gongjian_core::log::storage::MemoryStorage;
use gongjian_core::log::{Log, Storage};
use gongjian_core::record::RecordRef;
use proptest::prelude::*;

/// What the model remembers: names by stream, answers by command id.
#[derive(Default)]
struct Model {
    names: BTreeMap<String, Vec<String>>,
    answers: BTreeMap<u8, (Step, Vec<u64>)>,
}

#[derive(Clone, Debug, PartialEq)]
struct Step {
    id: u8,
    parts: Vec<(u8, bool, u8)>,
    expected: Option<u64>,
}

fn step() -> impl Strategy<Value = Step> {
    let part = (0u8..6, any::<bool>(), 0u8..12);
    (0u8..40, prop::collection::vec(part, 1..4), prop::option::of(0u64..3))
        .prop_map(|(id, parts, expected)| Step { id, parts, expected })
}

fn envelope(stream: &str, rename: bool, name: String) -> Envelope {
    let command: Command = match (stream.starts_with("street"), rename) {
        (true, false) => StreetCommand::Register { name }.into(),
        (true, true) => StreetCommand::Rename { name }.into(),
        (false, false) => UnitCommand::Register { name, kind: "社会组织".into(), party_org: None }.into(),
        (false, true) => UnitCommand::Rename { name }.into(),
    };
    Envelope::new(command, stream, Day(19_000), "测试岗")
}

fn stream(number: u8) -> String {
    if number.is_multiple_of(2) { format!("street/S{number}") } else { format!("unit/U{number}") }
}

/// Whether the model would accept the step; then its names are taken over.
fn accept(model: &mut Model, step: &Step) -> bool {
    let mut names = model.names.clone();
    for (index, (number, rename, name)) in step.parts.iter().enumerate() {
        let stream = stream(*number);
        let name = format!("名{name}");
        let category = stream.split('/').next().unwrap();
        if let Some(revision) = step.expected.filter(|_| index == 0)
            && names.get(&stream).map(|known| known.len() as u64) != Some(revision + 1)
        {
            return false;
        }
        let taken = names.iter().any(|(other, known)| {
            *other != stream && other.split('/').next() == Some(category) && known.contains(&name)
        });
        if names.contains_key(&stream) != *rename || taken {
            return false;
        }
        names.entry(stream).or_default().push(name);
    }
    model.names = names;
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn random_commands_in_random_groups_equal_a_model(
        groups in prop::collection::vec(prop::collection::vec(step(), 1..5), 1..24),
        restart in prop::collection::vec(any::<bool>(), 24),
    ) {
        let storage = Arc::new(MemoryStorage::default());
        let open = || {
            let storage: Arc<dyn Storage> = storage.clone();
            Writer::with_log(Log::with_storage(storage, None).unwrap(), &gongjian_tests::options()).unwrap()
        };
        let mut writer = open();
        let mut model = Model::default();
        for (group, restart) in groups.iter().zip(&restart) {
            let requests: Vec<Request> = group.iter().map(request).collect();
            let answers = writer.handle(requests);
            for (step, answer) in group.iter().zip(answers) {
                check(&mut model, step, answer)?;
            }
            if *restart {
                drop(writer);
                writer = open();
            }
            let report = writer.verify(|_, _| {}).unwrap();
            prop_assert!(report.faults.is_empty(), "{:?}", report.faults);
        }
        for (stream, names) in &model.names {
            prop_assert_eq!(writer.world().revision(stream), Some(names.len() as u64 - 1));
            let positions = writer.reader().stream(stream);
            prop_assert_eq!(positions.len(), names.len());
            for (revision, position) in positions.iter().enumerate() {
                let bytes = writer.reader().get(*position).unwrap().unwrap();
                let record = RecordRef::decode(&bytes).unwrap();
                prop_assert_eq!((record.stream, record.revision), (stream.as_str(), revision as u64));
            }
        }
    }
}

fn request(step: &Step) -> Request {
    let commands = step
        .parts
        .iter()
        .enumerate()
        .map(|(index, (number, rename, name))| {
            let mut envelope = envelope(&stream(*number), *rename, format!("名{name}"));
            if let Some(revision) = step.expected.filter(|_| index == 0) {
                envelope.expected = Expected::Exact(revision);
            }
            envelope
        })
        .collect();
    Request::new([step.id + 1; 16], commands)
}

fn check(
    model: &mut Model,
    step: &Step,
    answer: Result<gongjian_core::ledger::Answer, Refused>,
) -> Result<(), TestCaseError> {
    if let Some((first, positions)) = model.answers.get(&step.id) {
        let same = first.parts == step.parts && first.expected == step.expected;
        match answer {
            Ok(answer) => {
                prop_assert!(same && answer.replayed);
                let found: Vec<u64> = answer.receipts.iter().map(|receipt| receipt.position).collect();
                prop_assert_eq!(&found, positions);
            }
            Err(refused) => {
                let reused = matches!(refused, Refused::CommandReused { .. });
                prop_assert!(!same && reused);
            }
        }
        return Ok(());
    }
    let accepted = accept(model, step);
    match answer {
        Ok(answer) => {
            prop_assert!(accepted, "accepted against the model: {:?}", step);
            let positions = answer.receipts.iter().map(|receipt| receipt.position).collect();
            model.answers.insert(step.id, (step.clone(), positions));
        }
        Err(refused) => prop_assert!(!accepted, "refused against the model: {:?} {}", step, refused),
    }
    Ok(())
}
