//! What several papers say in the same way.

use crate::document::{Block, Cell, Span};
use crate::messages::Text;

/// Room in a table that somebody writes into by hand.
pub(super) fn room() -> Cell {
    Cell::from("　")
}

/// A heading of the first level, with its number: 一、….
pub(super) fn heading(text: Text, number: usize, words: &str) -> Block {
    Block::Heading(1, text.numbered(number, words))
}

/// A numbered point with its name and what it says, in one paragraph.
pub(super) fn point(text: Text, number: usize, name: &str, words: &str) -> Block {
    let label = text.labelled(&text.numbered(number, &text.plain(name)), "");
    Block::Paragraph(vec![Span::strong(label), Span::plain(words)])
}

/// A line of a word and what it stands for.
pub(super) fn entry(text: Text, name: &str, words: impl Into<String>) -> (String, Vec<Span>) {
    (text.plain(name), vec![Span::plain(words)])
}

/// Letters of a digest that a reader compares.
const DIGEST_SHOWN: usize = 12;

/// The beginning of a digest.
pub(super) fn short(digest: &str) -> String {
    digest.chars().take(DIGEST_SHOWN).collect()
}
