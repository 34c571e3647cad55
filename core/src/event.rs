//! How a fact is named, versioned and described.
//!
//! Each file of [`crate::domain`] declares its kinds with [`events!`](crate::events): the stored name, the
//! version, and the fields of the payload. The stored name is fixed for ever; a changed payload gets a new
//! version, keeps its old struct and writes `From<Old>`, and old bytes are upcast when they are read.

use crate::codec::CodecError;
use crate::schema::Field;

/// A kind of fact: its stored name, its version and what its payload is made of.
#[derive(Clone, Copy, Debug)]
pub struct EventKind {
    /// `category.past-tense`.
    pub name: &'static str,
    /// Version of the payload.
    pub version: u16,
    /// The payload's fields, in the order of its bytes.
    pub fields: fn() -> Vec<Field>,
}

/// A stored event could not be read as one of its category.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// This program does not know the kind or the version. Its bytes are kept; a newer program reads them.
    #[error("kind {kind} version {version} is unknown to this program; a newer one reads it")]
    UnknownKind {
        /// Stored name.
        kind: String,
        /// Stored version.
        version: u16,
    },
    /// The payload is not what its kind says.
    #[error("payload of {kind} version {version} does not decode")]
    Malformed {
        /// Stored name.
        kind: String,
        /// Stored version.
        version: u16,
        /// What the codec met.
        #[source]
        source: CodecError,
    },
}

/// The facts of one category.
pub trait DomainEvent: Sized {
    /// First part of the stream's name and of every kind.
    const CATEGORY: &'static str;
    /// Every kind and version that can be read, the current one of each kind first.
    const KINDS: &'static [EventKind];

    /// Stored name and version of this fact.
    fn kind(&self) -> EventKind;

    /// The payload's bytes.
    ///
    /// # Errors
    /// [`CodecError::TooLarge`] if the payload would not fit into a record.
    fn encode(&self) -> Result<Vec<u8>, CodecError>;

    /// Reads a payload of any known version as the current one.
    ///
    /// # Errors
    /// [`DecodeError`] if the kind is unknown or the bytes do not fit.
    fn decode(kind: &str, version: u16, payload: &[u8]) -> Result<Self, DecodeError>;
}

/// Declares a struct that may stand in a payload and can describe itself.
#[macro_export]
macro_rules! record_struct {
    (
        $(#[$doc:meta])*
        $vis:vis struct $Name:ident { $($(#[$field_doc:meta])* $field:ident: $Type:ty),* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[allow(missing_docs, reason = "a field without words of its own is what its name says")]
        $vis struct $Name { $($(#[$field_doc])* pub $field: $Type),* }

        impl $Name {
            /// The fields, in the order of the bytes.
            pub fn fields() -> Vec<$crate::schema::Field> {
                vec![$({
                    let mut kind = String::new();
                    <$Type as $crate::schema::FieldType>::describe(&mut kind);
                    $crate::schema::Field { name: $crate::event::camel_case(stringify!($field)), kind }
                }),*]
            }
        }

        impl $crate::schema::FieldType for $Name {
            fn describe(out: &mut String) {
                let mut separator = '{';
                for field in Self::fields() {
                    out.push(separator);
                    out.push_str(field.name);
                    out.push(':');
                    out.push_str(&field.kind);
                    separator = ',';
                }
                out.push('}');
            }
        }
    };
}

/// The JSON name of a Rust field, as serde's `camelCase` gives it.
pub fn camel_case(field: &'static str) -> &'static str {
    let field = field.strip_prefix("r#").unwrap_or(field);
    if !field.contains('_') {
        return field;
    }
    use std::collections::BTreeMap;
    use std::sync::Mutex;
    static NAMES: Mutex<BTreeMap<&'static str, &'static str>> = Mutex::new(BTreeMap::new());
    // A poisoned lock still holds a good map: nothing is inserted half.
    let mut names = NAMES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    names.entry(field).or_insert_with(|| {
        let mut name = String::with_capacity(field.len());
        let mut upper = false;
        for letter in field.chars() {
            match letter {
                '_' => upper = true,
                _ if upper => {
                    name.extend(letter.to_uppercase());
                    upper = false;
                }
                _ => name.push(letter),
            }
        }
        // One short name per field of the source, for the life of the program.
        Box::leak(name.into_boxed_str())
    })
}

/// Declares the facts of one category: an enum, a payload struct per kind, and their [`DomainEvent`].
///
/// `Variant: "category.kind", version N, upcast [1 => OldStruct] { field: Type, … }`
#[macro_export]
macro_rules! events {
    (
        $(#[$enum_doc:meta])*
        $vis:vis enum $Enum:ident in $category:literal {$(
            $(#[$doc:meta])*
            $Variant:ident: $kind:literal, version $version:literal
                $(, upcast [$($old:literal => $Old:ty),+])?
            { $($(#[$field_doc:meta])* $field:ident: $Type:ty),* $(,)? }
        )+}
    ) => {
        $(#[$enum_doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        $vis enum $Enum {$( $(#[$doc])* $Variant($Variant), )+}

        $(
            $crate::record_struct! {
                $(#[$doc])*
                $vis struct $Variant { $($(#[$field_doc])* $field: $Type),* }
            }

            impl From<$Variant> for $Enum {
                fn from(payload: $Variant) -> Self { Self::$Variant(payload) }
            }
        )+

        impl $crate::event::DomainEvent for $Enum {
            const CATEGORY: &'static str = $category;
            const KINDS: &'static [$crate::event::EventKind] = &[$(
                $crate::event::EventKind { name: $kind, version: $version, fields: $Variant::fields },
                $($($crate::event::EventKind { name: $kind, version: $old, fields: <$Old>::fields },)+)?
            )+];

            fn kind(&self) -> $crate::event::EventKind {
                match self {$(
                    Self::$Variant(_) => $crate::event::EventKind {
                        name: $kind, version: $version, fields: $Variant::fields,
                    },
                )+}
            }

            fn encode(&self) -> Result<Vec<u8>, $crate::codec::CodecError> {
                match self {$( Self::$Variant(payload) => $crate::codec::encode(payload), )+}
            }

            fn decode(kind: &str, version: u16, payload: &[u8]) -> Result<Self, $crate::event::DecodeError> {
                let malformed = |source| $crate::event::DecodeError::Malformed {
                    kind: kind.to_owned(), version, source,
                };
                match (kind, version) {
                    $(
                        ($kind, $version) => Ok($crate::codec::decode::<$Variant>(payload).map_err(malformed)?.into()),
                        $($(
                            ($kind, $old) => Ok($Variant::from(
                                $crate::codec::decode::<$Old>(payload).map_err(malformed)?,
                            ).into()),
                        )+)?
                    )+
                    _ => Err($crate::event::DecodeError::UnknownKind { kind: kind.to_owned(), version }),
                }
            }
        }
    };
}
