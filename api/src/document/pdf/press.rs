//! The typesetter. The only file that names it.
//!
//! It is given one template, which is part of the program, and one file of data; it may ask for nothing else:
//! no folder, no package, no network and no clock. Fonts are ours, parsed once; where a character is in none of
//! them, a font of the machine may be lent, which the document then says.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use gongjian_core::day::Day;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, is_default_ignorable};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::plan::{self, Lent};
use super::{Document, WriteError};

const TEMPLATE: &str = include_str!("template.typ");
/// The text, and headings; both cut to the characters of GB 2312 and a few more.
const FONTS: [&[u8]; 2] = [
    include_bytes!("../../../assets/fonts/NotoSerifCJKsc-Regular.otf"),
    include_bytes!("../../../assets/fonts/NotoSansCJKsc-Bold.otf"),
];
/// Where systems keep the fonts that hold every Chinese character, and what their files are called.
const FOLDERS: [&str; 5] = [
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/truetype/noto",
    "/usr/local/share/fonts",
];
const FILES: [&str; 2] = ["NotoSerifCJK-Regular.ttc", "NotoSansCJK-Regular.ttc"];
/// Of a collection's fonts, those that write characters as mainland China does.
const MAINLAND: &str = " CJK SC";
/// What the template calls a font of the machine, so that it never stands for ours.
const LENT: &str = "Gongjian Lent";
/// Minutes between UTC and the county's clocks.
const COUNTY_MINUTES: i32 = 480;

/// What every run shares.
struct Shop {
    library: LazyHash<Library>,
    fonts: Vec<Font>,
    /// Whether any of them has the character of this number.
    has: Vec<bool>,
    main: FileId,
    data: FileId,
    template: Source,
}

static SHOP: LazyLock<Result<Shop, String>> = LazyLock::new(Shop::open);

impl Shop {
    fn open() -> Result<Shop, String> {
        let file = |name: &str| {
            let path = VirtualPath::new(name).map_err(|error| format!("{name}: {error:?}"))?;
            Ok::<_, String>(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
        };
        let (main, data) = (file("template.typ")?, file("document.json")?);
        let fonts: Vec<Font> = FONTS.iter().filter_map(|font| Font::new(Bytes::new(*font), 0)).collect();
        if fonts.len() < FONTS.len() {
            return Err("a font of the program cannot be read".to_owned());
        }
        let mut has = Vec::new();
        for number in fonts.iter().flat_map(|font| font.info().coverage.iter()) {
            let at = usize::try_from(number).unwrap_or_default();
            has.resize(has.len().max(at + 1), false);
            has[at] = true;
        }
        let template = Source::new(main, TEMPLATE.to_owned());
        Ok(Shop { has, library: LazyHash::new(Library::default()), fonts, main, data, template })
    }
}

/// All that one run may see.
struct Press<'a> {
    shop: &'a Shop,
    fonts: Vec<Font>,
    book: LazyHash<FontBook>,
    data: Bytes,
}

impl<'a> Press<'a> {
    fn new(shop: &'a Shop, lent: Option<&Font>, data: &Json) -> Press<'a> {
        let mut book = FontBook::from_fonts(&shop.fonts);
        let mut fonts = shop.fonts.clone();
        if let Some(font) = lent {
            let mut info = font.info().clone();
            LENT.clone_into(&mut info.family);
            book.push(info);
            fonts.push(font.clone());
        }
        Press { shop, fonts, book: LazyHash::new(book), data: Bytes::new(data.to_string().into_bytes()) }
    }
}

impl World for Press<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.shop.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.shop.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.shop.main { Ok(self.shop.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.shop.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Sets and prints a document; `keywords` is its identity for programs.
pub(super) fn print(document: &Document, keywords: &str) -> Result<Vec<u8>, WriteError> {
    let shop = SHOP.as_ref().map_err(|cause| failed(cause.clone()))?;
    let data = plan::plan(document, keywords, None);
    let missing = missing(&data, &shop.has);
    let Some(first) = missing.first().copied() else { return run(shop, None, &data, document) };
    let (font, file) = lend(&missing).ok_or(WriteError::Glyph(first))?;
    let characters: Vec<String> = missing.iter().map(char::to_string).collect();
    let digest = hex::encode(Sha256::digest(font.data()));
    let told = format!("{} ({file}, SHA-256 {digest}): {}", font.info().family, characters.join(" "));
    let data = plan::plan(document, keywords, Some(&Lent { family: LENT.to_owned(), told }));
    run(shop, Some(&font), &data, document)
}

fn run(shop: &Shop, lent: Option<&Font>, data: &Json, document: &Document) -> Result<Vec<u8>, WriteError> {
    let press = Press::new(shop, lent, data);
    let printed = typst::compile::<PagedDocument>(&press).output.and_then(|pages| {
        let options = options(document)?;
        typst_pdf::pdf(&pages, &options)
    });
    // Nothing of one document is of use for the next, and it would stay for ever.
    typst::comemo::evict(0);
    printed.map_err(|faults| failed(told(&faults)))
}

fn options(document: &Document) -> Result<PdfOptions, typst::ecow::EcoVec<SourceDiagnostic>> {
    let identity = &document.identity;
    let position = identity.position.map_or_else(|| "-".to_owned(), |position| position.to_string());
    let standards = PdfStandards::new(&[PdfStandard::A_2a]).map_err(|error| {
        typst::ecow::eco_vec![SourceDiagnostic::error(
            typst::syntax::Span::detached(),
            error.message().clone()
        )]
    })?;
    Ok(PdfOptions {
        ident: Smart::Custom(format!("{}/{}/{position}", identity.origin, identity.subject)),
        creator: Smart::Custom(Some("gongjian".to_owned())),
        timestamp: moment(identity.recorded_at),
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    })
}

/// When the last event came in, as the county's clocks show it.
fn moment(micros: i64) -> Option<Timestamp> {
    let (year, month, day) = Day::of_micros(micros).ymd();
    let second = (micros.div_euclid(1_000_000) + i64::from(COUNTY_MINUTES) * 60).rem_euclid(86_400);
    let part = |number: i64| u8::try_from(number).ok();
    let datetime = Datetime::from_ymd_hms(
        year,
        u8::try_from(month).ok()?,
        u8::try_from(day).ok()?,
        part(second / 3_600)?,
        part(second / 60 % 60)?,
        part(second % 60)?,
    )?;
    Timestamp::new_local(datetime, COUNTY_MINUTES)
}

/// Characters of the document that no font has, each once, in the order of their numbers.
fn missing(data: &Json, has: &[bool]) -> Vec<char> {
    let mut found = BTreeSet::new();
    each_text(data, &mut |text| {
        found.extend(text.chars().filter(|it| {
            let at = usize::try_from(u32::from(*it)).unwrap_or(usize::MAX);
            !has.get(at).copied().unwrap_or(false) && !it.is_whitespace() && !it.is_control()
        }));
    });
    found.into_iter().filter(|it| !is_default_ignorable(*it)).collect()
}

fn each_text(data: &Json, see: &mut impl FnMut(&str)) {
    match data {
        Json::String(text) => see(text),
        Json::Array(parts) => parts.iter().for_each(|part| each_text(part, see)),
        Json::Object(parts) => parts.values().for_each(|part| each_text(part, see)),
        _ => {}
    }
}

/// A font of the machine that has all these characters, with the name of its file.
fn lend(missing: &[char]) -> Option<(Font, &'static str)> {
    let places = FILES.iter().flat_map(|file| FOLDERS.iter().map(move |folder| (folder, file)));
    places
        .filter_map(|(folder, file)| Some((std::fs::read(Path::new(folder).join(file)).ok()?, *file)))
        .find_map(|(bytes, file)| {
            let mut fonts = Font::iter(Bytes::new(bytes));
            let font = fonts.find(|font| font.info().family.ends_with(MAINLAND))?;
            let has = |it: &char| font.info().coverage.contains(u32::from(*it));
            missing.iter().all(has).then_some((font, file))
        })
}

fn failed(cause: String) -> WriteError {
    WriteError::Failed { format: "pdf", cause }
}

/// What the typesetter found wrong, in one line.
fn told(faults: &[SourceDiagnostic]) -> String {
    faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; ")
}
