//! A small HTTP/1.1 client for `DIR/socket`: one request a connection, the answer streamed.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::client::{Answered, Ask};
use crate::messages::Language;

/// Longest line of a head; our own server's are far shorter.
const LINE_MAX: u64 = 16 << 10;

/// Whether a server listens there.
pub(super) fn answers(path: &Path) -> bool {
    UnixStream::connect(path).is_ok()
}

/// Asks over the socket; a good answer goes to `sink` as it comes.
pub(super) fn ask(
    path: &Path,
    ask: &Ask<'_>,
    language: Language,
    sink: &mut dyn Write,
) -> io::Result<Answered> {
    let mut stream = UnixStream::connect(path)?;
    let body = ask.body.unwrap_or_default();
    let head = format!(
        "{} {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept-language: {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        ask.method,
        ask.target,
        language.tag(),
        body.len(),
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut reader = BufReader::new(stream);
    let first = line(&mut reader)?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok());
    let status = status.ok_or_else(|| bad("no status"))?;
    let (mut length, mut chunked) = (None, false);
    loop {
        let field = line(&mut reader)?;
        if field.is_empty() {
            break;
        }
        let (name, value) = field.split_once(':').ok_or_else(|| bad("no header"))?;
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok(),
            "transfer-encoding" => chunked = value.trim().eq_ignore_ascii_case("chunked"),
            _ => {}
        }
    }
    let mut problem = Vec::new();
    let is_good = (200..300).contains(&status);
    let sink: &mut dyn Write = if is_good { sink } else { &mut problem };
    let copied = if chunked { copy_chunks(&mut reader, sink) } else { copy(&mut reader, length, sink) };
    match copied {
        // Whoever read our output has gone.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        other => other?,
    }
    Ok((status, (!is_good).then_some(problem)))
}

fn copy(reader: &mut impl Read, length: Option<u64>, sink: &mut dyn Write) -> io::Result<()> {
    match length {
        None => io::copy(reader, sink).map(drop),
        Some(length) => {
            let copied = io::copy(&mut reader.take(length), sink)?;
            if copied == length { Ok(()) } else { Err(bad("the answer ends early")) }
        }
    }
}

fn copy_chunks(reader: &mut BufReader<UnixStream>, sink: &mut dyn Write) -> io::Result<()> {
    loop {
        let size = line(reader)?;
        let size = size.split(';').next().unwrap_or_default();
        let size = u64::from_str_radix(size, 16).map_err(|_| bad("the answer ends early"))?;
        copy(reader, Some(size), sink)?;
        line(reader)?;
        if size == 0 {
            return Ok(());
        }
    }
}

fn line(reader: &mut BufReader<UnixStream>) -> io::Result<String> {
    let mut bytes = Vec::new();
    reader.by_ref().take(LINE_MAX).read_until(b'\n', &mut bytes)?;
    let text = String::from_utf8(bytes).map_err(|_| bad("the head is no text"))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn bad(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
