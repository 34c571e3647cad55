//! Sentences for people, in Chinese and English, from the message files of `api/messages`.
//!
//! No sentence stands in code: a fault has a stable code and named arguments, and [`Text`] finds the words.
//! Every `.ftl` file of both languages is part of the binary; a new one is one line in `files!`.

mod causes;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use gongjian_core::day::Day;
use gongjian_core::gate::Doubt;
use gongjian_core::log::{Corruption, Saying};
use gongjian_core::rejection::Rejection;
use unic_langid::LanguageIdentifier;

pub use causes::Cause;

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// Name, Chinese and English text of every message file.
        const FILES: &[(&str, &str, &str)] = &[$((
            $name,
            include_str!(concat!("../messages/zh/", $name, ".ftl")),
            include_str!(concat!("../messages/en/", $name, ".ftl")),
        )),+];
    };
}

files![
    "accounts",
    "categories",
    "causes",
    "cli",
    "commands",
    "damage",
    "documents",
    "errors",
    "feeds",
    "fields",
    "figures",
    "findings",
    "inspect",
    "kinds",
    "monitor",
    "obligations",
    "offline",
    "package",
    "pages",
    "pages-accounts",
    "pages-inspection",
    "pages-meetings",
    "pages-registers",
    "papers",
    "periods",
    "phrases",
    "rejections",
    "reports",
    "states",
    "summary",
    "vault",
    "witness",
    "workbook",
];

/// A language that people may read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// 中文, the default.
    #[default]
    Chinese,
    /// On request.
    English,
}

impl Language {
    /// The language of a tag such as `zh`, `zh-CN` or `en-GB`.
    pub fn of_tag(tag: &str) -> Option<Language> {
        match tag.trim().split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "zh" => Some(Language::Chinese),
            "en" => Some(Language::English),
            _ => None,
        }
    }

    /// The best of an `Accept-Language` header; Chinese where it names neither.
    pub fn of_header(header: &str) -> Language {
        let mut best = (Language::default(), 0.0_f32);
        for part in header.split(',') {
            let (tag, quality) = part.split_once(';').unwrap_or((part, "q=1"));
            let quality = quality.trim().strip_prefix("q=").and_then(|q| q.parse().ok()).unwrap_or(0.0);
            if let Some(language) = Language::of_tag(tag)
                && quality > best.1
            {
                best = (language, quality);
            }
        }
        best.0
    }

    /// The tag for `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    /// The sentences of this language.
    pub fn text(self) -> Text {
        Text { language: self }
    }
}

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 2]> =
    LazyLock::new(|| [bundle(Language::Chinese), bundle(Language::English)]);

fn bundle(language: Language) -> Bundle {
    // Without a known language numbers look plain, which is how they are given anyway.
    let id: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Isolation marks are for mixed writing directions and would end up in files and comparisons.
    bundle.set_use_isolating(false);
    for (_, chinese, english) in FILES {
        let source = match language {
            Language::Chinese => *chinese,
            Language::English => *english,
        };
        // A message that does not parse is missing, which a test notices; the others are still there.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The sentences of one language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text {
    language: Language,
}

impl Text {
    /// Which language.
    pub fn language(self) -> Language {
        self.language
    }

    /// A sentence. A key that is missing shows itself, which is better than nothing.
    pub fn get(self, key: &str, args: &[(&str, &str)]) -> String {
        self.find(key, args).unwrap_or_else(|| {
            let mut shown = key.to_owned();
            for (name, value) in args {
                shown.push_str(&format!(" {name}={value}"));
            }
            shown
        })
    }

    /// A sentence without arguments.
    pub fn plain(self, key: &str) -> String {
        self.get(key, &[])
    }

    /// A sentence, if the key is known.
    pub fn find(self, key: &str, args: &[(&str, &str)]) -> Option<String> {
        let bundle = &BUNDLES[usize::from(self.language == Language::English)];
        let (id, attribute) = key.split_once('.').map_or((key, None), |(id, name)| (id, Some(name)));
        let message = bundle.get_message(id)?;
        let pattern = match attribute {
            Some(name) => message.get_attribute(name)?.value(),
            None => message.value()?,
        };
        let mut values = FluentArgs::new();
        for (name, value) in args {
            values.set(*name, *value);
        }
        Some(bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned())
    }

    /// The word for something that has a stable English name in the ledger: `word("state", "in-force")`.
    /// A name without a word is shown as it is.
    pub fn word(self, what: &str, name: &str) -> String {
        let key: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
        self.find(&format!("{what}-{key}"), &[]).unwrap_or_else(|| name.to_owned())
    }

    /// The word for a state of a category.
    pub fn state(self, category: &str, state: &str) -> String {
        let own = self.find(&format!("state-{category}-{state}"), &[]);
        // What several categories share has one word.
        own.unwrap_or_else(|| self.word("state", state))
    }

    /// The name of a command such as `agreement.sign`.
    pub fn command(self, command: &str) -> String {
        self.find(&command.replace('.', "-"), &[]).unwrap_or_else(|| command.to_owned())
    }

    /// What a rule's no says, with the states, commands and fields in it translated.
    pub fn rejection(self, rejection: &Rejection) -> String {
        self.refusal(rejection.code, rejection.args.iter().map(|(name, value)| (*name, value.as_str())))
    }

    /// The same, from a code and arguments.
    pub fn refusal<'a>(self, code: &str, args: impl Iterator<Item = (&'a str, &'a str)>) -> String {
        let given: Vec<(&str, &str)> = args.collect();
        // Whose state it is, shows in the command that was refused.
        let arg = |wanted: &str| given.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
        let category = arg("command").unwrap_or_default().split('.').next().unwrap_or_default();
        let args: Vec<(&str, String)> = given
            .iter()
            .map(|(name, value)| match arg(&format!("{name}Name")) {
                Some(called) => (*name, self.named(called, value)),
                None => (*name, self.argument(code, category, name, value)),
            })
            .collect();
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.get(code, &args)
    }

    fn argument(self, code: &str, category: &str, name: &str, value: &str) -> String {
        match name {
            "state" => self.state(category, value),
            "command" | "earlier" => self.command(value),
            "role" => self.word("role", value),
            "held" if code == "account-roles-apart" => self.word("role", value),
            "kind" => self.word("kind", value),
            "field" => self.word("field", value),
            "what" | "category" => self.word("category", value),
            "allowed" if code == "state-wrong" => self.words(value, |name| self.command(name)),
            "allowed" if code == "correction-field" => self.words(value, |name| self.word("field", name)),
            _ => value.to_owned(),
        }
    }

    /// Several roles in one line.
    pub fn roles(self, names: &str) -> String {
        self.words(names, |name| self.word("role", name))
    }

    fn words(self, names: &str, word: impl Fn(&str) -> String) -> String {
        let words: Vec<String> = names.split_whitespace().map(word).collect();
        self.listed(&words)
    }

    /// Several words in one line.
    pub fn listed(self, words: &[String]) -> String {
        self.joined(words, "、", ", ")
    }

    /// Several remarks in one line.
    pub fn remarks(self, remarks: &[String]) -> String {
        self.joined(remarks, "，", ", ")
    }

    /// Several statements in one line.
    pub fn statements(self, statements: &[String]) -> String {
        self.joined(statements, "；", "; ")
    }

    fn joined(self, parts: &[String], chinese: &str, english: &str) -> String {
        parts.join(match self.language {
            Language::Chinese => chinese,
            Language::English => english,
        })
    }

    /// A label and what stands behind it.
    pub fn labelled(self, label: &str, value: &str) -> String {
        self.get("labelled", &[("label", label), ("value", value)])
    }

    /// A day as offices write it.
    pub fn day(self, day: Day) -> String {
        let (year, month, date) = day.ymd();
        let parts = [year.to_string(), month.to_string(), date.to_string()];
        self.get(
            "day",
            &[("year", &parts[0]), ("month", &parts[1]), ("day", &parts[2]), ("iso", &day.to_string())],
        )
    }

    /// A day of a year that is clear already.
    pub fn short_day(self, day: Day) -> String {
        let (_, month, date) = day.ymd();
        let parts = [month.to_string(), date.to_string()];
        self.get("short-day", &[("month", &parts[0]), ("day", &parts[1])])
    }

    /// A heading with its number.
    pub fn numbered(self, number: usize, words: &str) -> String {
        const NUMERALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
        let number = match self.language {
            Language::English => number.to_string(),
            Language::Chinese => match number.checked_sub(1) {
                Some(at @ 0..10) => NUMERALS[at].to_owned(),
                Some(at @ 10..19) => format!("十{}", NUMERALS[at - 10]),
                _ => number.to_string(),
            },
        };
        self.get("numbered", &[("number", &number), ("words", words)])
    }

    /// A name with its code in brackets; one of them where they are the same or one is empty.
    pub fn named(self, name: &str, code: &str) -> String {
        match (name, code) {
            (same, code) if same == code || same.is_empty() => code.to_owned(),
            (name, "") => name.to_owned(),
            _ => self.get("named", &[("name", name), ("code", code)]),
        }
    }

    /// What looks personal in a field of a command.
    pub fn doubt(self, field: &str, doubt: &Doubt) -> String {
        let last = field.rsplit('.').next().unwrap_or(field);
        let label = self.word("field", last.split('[').next().unwrap_or(last));
        let args =
            [("field", label.as_str()), ("words", &doubt.words), ("what", &self.word("doubt", doubt.code))];
        self.get("text-doubtful", &args)
    }

    /// A part of a fault in the log.
    pub fn saying(self, saying: &Saying) -> String {
        match (saying, saying.key()) {
            (Saying::Phrase(_, about), Some(key)) => self.get(&key, &[("about", about)]),
            _ => saying.to_string(),
        }
    }

    /// What is wrong in the log, as a sentence.
    pub fn corruption(self, corruption: &Corruption) -> String {
        let (position, what) = (corruption.position.to_string(), self.saying(&corruption.what));
        let (expected, found) = (self.saying(&corruption.expected), self.saying(&corruption.found));
        let args =
            [("position", position.as_str()), ("what", &what), ("expected", &expected), ("found", &found)];
        self.get("cli-fault-at", &args)
    }

    /// The words of a filter of a list, each with what people call it.
    pub fn filter_words(self, list: &str, filter: &str, words: &[String]) -> String {
        let called = |word: &String| match (list, filter) {
            ("findings", _) => self.word("finding-title", word),
            (_, "state") => self.state(list.trim_end_matches('s'), word),
            // An id of the rule book is its own word.
            ("obligations", "category" | "rule") => word.clone(),
            _ => self.word(filter, word),
        };
        self.listed(&words.iter().map(|word| self.named(word, &called(word))).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(source: &str) -> BTreeSet<String> {
        let resource = FluentResource::try_new(source.to_owned()).expect("the file parses");
        let mut keys = BTreeSet::new();
        for line in source.lines() {
            if let Some((key, _)) = line.split_once(" =")
                && line.starts_with(|c: char| c.is_ascii_alphabetic())
            {
                assert!(keys.insert(key.to_owned()), "{key} stands there twice");
            }
        }
        assert!(resource.entries().count() >= keys.len());
        keys
    }

    #[test]
    fn both_languages_have_the_same_keys() {
        let mut all = BTreeSet::new();
        for (name, chinese, english) in FILES {
            let (chinese, english) = (keys(chinese), keys(english));
            assert_eq!(chinese, english, "{name}.ftl");
            for key in chinese {
                assert!(all.insert(key.clone()), "{key} stands in two files");
            }
        }
    }

    /// Every text literal of the program.
    fn literals() -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("the sources are there").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let source = std::fs::read_to_string(path).expect("a source is text");
                    found.extend(source.split('"').skip(1).map(str::to_owned));
                }
            }
        }
        found
    }

    #[test]
    fn no_key_is_missing_that_code_uses() {
        let text = Language::Chinese.text();
        let prefixes = [
            "cli-",
            "trail-",
            "report-",
            "package-",
            "docs-",
            "api-",
            "answer-",
            "envelope-",
            "finding-",
            "step-",
            "paper-",
            "document-",
        ];
        let is_key = |literal: &String| {
            prefixes.iter().any(|prefix| literal.starts_with(prefix) && literal.len() > prefix.len())
                && literal.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        // Names of operations, codes of problems and ends of keys look like keys.
        let operations = [
            "docs-script",
            "docs-style",
            "document-list",
            "document-mismatch",
            "document-present",
            "document-too-large",
            "document-unread",
            "step-of",
        ];
        for key in literals().iter().filter(|it| is_key(it) && !operations.contains(&it.as_str())) {
            // A word such as `report-kind` may be the beginning of keys.
            let begins = FILES.iter().any(|(_, chinese, _)| chinese.contains(&format!("\n{key}-")));
            assert!(text.find(key, &[]).is_some() || begins, "{key}");
        }
        for code in gongjian_core::rejection::CODES {
            assert!(text.find(code, &[]).is_some(), "{code}");
        }
        for code in gongjian_core::gate::DOUBTS {
            assert!(text.find(&format!("doubt-{code}"), &[]).is_some(), "{code}");
        }
        for phrase in gongjian_core::log::PHRASES {
            assert!(text.find(&gongjian_core::log::key_of(phrase), &[]).is_some(), "{phrase}");
        }
        for kind in gongjian_core::domain::kinds() {
            assert_ne!(text.word("kind", kind.name), kind.name);
        }
        for command in gongjian_core::domain::command_names() {
            assert_ne!(text.command(command), command);
        }
        for figure in gongjian_projections::figures::Figure::ALL {
            assert_ne!(text.word("figure", figure.name()), figure.name(), "a definition is missing");
        }
        for code in gongjian_projections::findings::Code::ALL {
            let word = code.word();
            assert_ne!(text.word("finding-title", word), word);
            assert!(text.find(&format!("finding-{word}"), &[]).is_some(), "{word}");
        }
    }

    #[test]
    fn the_best_language_of_a_header_is_taken() {
        assert_eq!(Language::of_header("en-GB,en;q=0.9,zh;q=0.1"), Language::English);
        assert_eq!(Language::of_header("en;q=0.2, zh-CN"), Language::Chinese);
        assert_eq!(Language::of_header("fr"), Language::Chinese);
    }

    #[test]
    fn a_missing_key_shows_itself() {
        assert_eq!(Language::English.text().get("no-such-key", &[("a", "1")]), "no-such-key a=1");
    }
}
