//! Content lines of iCalendar (RFC 5545): escaped, folded, and checked after they were written.
//!
//! Written here and not by a library: parsers show broken characters where a line is folded inside one, and say
//! nothing about a missing or doubled UID, so both must be certain.

/// Most octets of a line, without its end.
const OCTETS_MAX: usize = 75;

/// Content lines.
#[derive(Default)]
pub(super) struct Lines {
    bytes: Vec<u8>,
}

impl Lines {
    /// A line as it is: a name with its parameters, and a value that needs no escaping.
    pub(super) fn put(&mut self, line: &str) {
        let mut rest = line;
        let mut room = OCTETS_MAX;
        while rest.len() > room {
            let mut end = room;
            while !rest.is_char_boundary(end) {
                end -= 1;
            }
            let (piece, after) = rest.split_at(end);
            self.bytes.extend_from_slice(piece.as_bytes());
            self.bytes.extend_from_slice(b"\r\n ");
            rest = after;
            // The space that continues a line counts.
            room = OCTETS_MAX - 1;
        }
        self.bytes.extend_from_slice(rest.as_bytes());
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// A property whose value is TEXT.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        let mut line = String::with_capacity(name.len() + value.len() + 8);
        line.push_str(name);
        line.push(':');
        for symbol in value.chars() {
            match symbol {
                '\\' | ';' | ',' => line.extend(['\\', symbol]),
                '\n' => line.push_str("\\n"),
                symbol if symbol.is_control() => {}
                symbol => line.push(symbol),
            }
        }
        self.put(&line);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// What our own check found wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsound {
    #[error("line {0} has more than {OCTETS_MAX} octets, or another end than CR LF")]
    Line(usize),
    #[error("line {0} is broken inside a character")]
    Character(usize),
    #[error("component {0} has no {1}, or more than one")]
    Property(usize, &'static str),
    #[error("the UID {0} stands twice")]
    Uid(String),
}

/// Properties that a component must have once.
const REQUIRED: &[(&str, &[&str])] = &[
    ("VEVENT", &["UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "STATUS"]),
    ("VTODO", &["UID", "DTSTAMP", "DUE", "SUMMARY", "SEQUENCE", "STATUS"]),
];

/// Checks what parsers do not: the length of lines, the properties that each component must have, and that no UID
/// stands twice.
pub(super) fn check(bytes: &[u8]) -> Result<(), Unsound> {
    let mut unfolded: Vec<Vec<u8>> = Vec::new();
    let body = bytes.strip_suffix(b"\r\n").ok_or(Unsound::Line(0))?;
    let pieces = body.split(|byte| *byte == b'\n').collect::<Vec<_>>();
    for (index, piece) in pieces.iter().enumerate() {
        // The last one's end was taken off.
        let line = if index + 1 == pieces.len() { Some(*piece) } else { piece.strip_suffix(b"\r") };
        let line = line.filter(|line| line.len() <= OCTETS_MAX && !line.contains(&b'\r'));
        let line = line.ok_or(Unsound::Line(index + 1))?;
        if std::str::from_utf8(line).is_err() {
            return Err(Unsound::Character(index + 1));
        }
        match (line.strip_prefix(b" "), unfolded.last_mut()) {
            (Some(rest), Some(last)) => last.extend_from_slice(rest),
            _ => unfolded.push(line.to_vec()),
        }
    }
    let (mut component, mut number, mut names) = (None, 0, Vec::new());
    let mut uids = std::collections::BTreeSet::new();
    for line in &unfolded {
        let text = String::from_utf8_lossy(line);
        let name = text.split([':', ';']).next().unwrap_or_default().to_owned();
        if let Some(opened) = text.strip_prefix("BEGIN:")
            && let Some(found) = REQUIRED.iter().find(|(known, _)| *known == opened)
        {
            (component, number) = (Some(found), number + 1);
            names.clear();
        } else if text.starts_with("END:V")
            && let Some((_, required)) = component.take()
        {
            for property in *required {
                if names.iter().filter(|name: &&String| *name == property).count() != 1 {
                    return Err(Unsound::Property(number, property));
                }
            }
        } else if component.is_some() {
            if let Some(uid) = text.strip_prefix("UID:")
                && !uids.insert(uid.to_owned())
            {
                return Err(Unsound::Uid(uid.to_owned()));
            }
            names.push(name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str, value: &str) -> String {
        let mut lines = Lines::default();
        lines.text(name, value);
        String::from_utf8(lines.finish()).unwrap()
    }

    #[test]
    fn lines_are_folded_between_characters_at_75_octets() {
        assert_eq!(written("SUMMARY", "短"), "SUMMARY:短\r\n");
        // 8 octets of the name and 22 characters of three make 74; the next would be inside a character.
        let long = written("SUMMARY", &"治".repeat(60));
        for line in long.trim_end().split("\r\n") {
            assert!(line.len() <= 75, "{line}");
        }
        assert_eq!(long.replace("\r\n ", "").trim_end(), format!("SUMMARY:{}", "治".repeat(60)));
        assert_eq!(long.split("\r\n").next().unwrap().len(), 74);
        for length in 0..160 {
            let ascii = written("X", &"a".repeat(length));
            assert!(ascii.trim_end().split("\r\n").all(|line| line.len() <= 75));
            assert_eq!(ascii.replace("\r\n ", "").len(), length + 4);
        }
    }

    #[test]
    fn text_is_escaped_and_nothing_else_is() {
        let text = "甲\\乙;丙,丁\n戊：己，庚；辛:壬\r\u{7}";
        assert_eq!(written("X", text), "X:甲\\\\乙\\;丙\\,丁\\n戊：己，庚；辛:壬\r\n");
    }

    #[test]
    fn what_parsers_pass_over_is_found() {
        let event = |uid: &str| {
            format!(
                "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20220607T021500Z\r\nSEQUENCE:0\r\n\
                 DTSTART;VALUE=DATE:20220722\r\nSUMMARY:a\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\n"
            )
        };
        let of = |inner: String| format!("BEGIN:VCALENDAR\r\n{inner}END:VCALENDAR\r\n").into_bytes();
        assert_eq!(check(&of(event("1") + &event("2"))), Ok(()));
        assert_eq!(check(&of(event("1") + &event("1"))), Err(Unsound::Uid("1".to_owned())));
        assert_eq!(check(&of(event("1").replace("DTSTAMP", "X-NO"))), Err(Unsound::Property(1, "DTSTAMP")));
        let twice = event("1").replace("SEQUENCE:0\r\n", "SEQUENCE:0\r\nSEQUENCE:1\r\n");
        assert_eq!(check(&of(twice)), Err(Unsound::Property(1, "SEQUENCE")));
        assert_eq!(check(&of(event(&"1".repeat(80)))), Err(Unsound::Line(3)));
        assert_eq!(check(&of(event("1").replace("\r\n", "\n"))), Err(Unsound::Line(2)));
        let mut broken = of(event("治"));
        let at = broken.iter().position(|byte| *byte == "治".as_bytes()[0]).unwrap();
        broken.splice(at + 1..at + 1, *b"\r\n ");
        assert_eq!(check(&broken), Err(Unsound::Character(3)));
    }
}
