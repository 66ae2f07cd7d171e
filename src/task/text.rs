//! The rules for text that the crate writes, and the shape its newtypes share.

use std::sync::Arc;

/// How many characters (`char`s, not bytes) a text that the crate writes may have.
pub const MAX_TEXT_CHARS: usize = 255;

/// What is wrong with a value that the caller gave.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValidationReason {
    /// The text has no characters.
    Empty,
    /// The text has nothing but white space.
    Blank,
    /// The text has more characters than `max`.
    TooLong {
        /// The most characters it may have.
        max: usize,
    },
    /// The text has a control character (NUL included) at this position, in `char`s.
    ControlCharacter {
        /// Where it stands, counted in `char`s from 0.
        position: usize,
    },
    /// The number is below `min`.
    TooSmall {
        /// The least it may be.
        min: u64,
    },
    /// The number, or the number of things, is above `max`.
    TooLarge {
        /// The most it may be.
        max: u64,
    },
    /// The time lies outside the years 1 to 9999, which not every database can hold.
    OutOfRange,
    /// A status that may not follow the one that the task has.
    ForbiddenTransition {
        /// The task's status.
        from: super::TaskStatus,
        /// The status that was asked for.
        to: super::TaskStatus,
    },
}

impl std::fmt::Display for ValidationReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::Blank => f.write_str("must not be blank"),
            Self::TooLong { max } => write!(f, "must not be longer than {max} characters"),
            Self::ControlCharacter { position } => {
                write!(f, "has a control character at position {position}")
            }
            Self::TooSmall { min } => write!(f, "must be at least {min}"),
            Self::TooLarge { max } => write!(f, "must be at most {max}"),
            Self::OutOfRange => f.write_str("must lie in the years 1 to 9999"),
            Self::ForbiddenTransition { from, to } => {
                write!(f, "must not go from `{from}` to `{to}`")
            }
        }
    }
}

/// A value that was refused: which one, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {reason}")]
pub struct ValidationError {
    /// The field, in its Rust name.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: ValidationReason,
}

impl ValidationError {
    pub(crate) fn new(field: &'static str, reason: ValidationReason) -> Self {
        Self { field, reason }
    }
}

/// The one place where text is judged before it is written.
pub(crate) fn check_text(field: &'static str, text: &str) -> Result<(), ValidationError> {
    let refuse = |reason| Err(ValidationError::new(field, reason));
    if text.is_empty() {
        return refuse(ValidationReason::Empty);
    }
    for (position, c) in text.chars().enumerate() {
        if position == MAX_TEXT_CHARS {
            return refuse(ValidationReason::TooLong { max: MAX_TEXT_CHARS });
        }
        if c.is_control() {
            return refuse(ValidationReason::ControlCharacter { position });
        }
    }
    if is_blank(text) { refuse(ValidationReason::Blank) } else { Ok(()) }
}

/// Whether the text has nothing but white space, as [`char::is_whitespace`] defines it (tabs
/// and line breaks included), or no characters at all.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// Text that is only compared may be anything an older writer stored, except
/// for NUL: PostgreSQL refuses it even as a parameter, and a refusal there
/// would end the caller's transaction.
pub(crate) fn check_no_nul(field: &'static str, text: &str) -> Result<(), ValidationError> {
    match text.chars().position(|c| c == '\0') {
        Some(position) => {
            Err(ValidationError::new(field, ValidationReason::ControlCharacter { position }))
        }
        None => Ok(()),
    }
}

/// Text that is cheap to clone, and free where it is one of the well-known ones.
#[derive(Clone)]
pub(crate) enum Text {
    Static(&'static str),
    Shared(Arc<str>),
}

impl Text {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Static(text) => text,
            Self::Shared(text) => text,
        }
    }
}

/// Gives a newtype over [`Text`] comparison, serde and its place in SeaORM.
///
/// What comes from outside is validated: `new`, `FromStr`, `TryFrom`, `Deserialize`. What comes
/// from a database (`TryGetable`, `ValueType`) never is: a row that an older writer stored must
/// be readable.
macro_rules! text_newtype {
    ($name:ident, $field:literal, [$($known:literal),*]) => {
        impl $name {
            /// Validates and wraps a text.
            ///
            /// # Errors
            /// [`ValidationError`](crate::task::ValidationError) if it is empty, blank, longer than
            /// [`MAX_TEXT_CHARS`](crate::task::MAX_TEXT_CHARS) or holds a control character.
            pub fn new(text: impl Into<String>) -> Result<Self, $crate::task::ValidationError> {
                let text = text.into();
                $crate::task::check_text($field, &text)?;
                Ok(Self::from_stored(text))
            }

            /// Wraps a text as it is: for what a database holds, and for text that was validated.
            pub(crate) fn from_stored(text: String) -> Self {
                match text.as_str() {
                    $($known => Self($crate::task::text::Text::Static($known)),)*
                    _ => Self($crate::task::text::Text::Shared(text.into())),
                }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }
        impl Eq for $name {}
        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }
        impl std::hash::Hash for $name {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }
        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }
        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::task::ValidationError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }
        impl TryFrom<&str> for $name {
            type Error = $crate::task::ValidationError;
            fn try_from(text: &str) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }
        impl TryFrom<String> for $name {
            type Error = $crate::task::ValidationError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }
        impl From<&$name> for String {
            fn from(value: &$name) -> Self {
                value.as_str().to_owned()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(text).map_err(serde::de::Error::custom)
            }
        }

        impl From<$name> for sea_orm::Value {
            fn from(value: $name) -> Self {
                value.as_str().into()
            }
        }
        impl sea_orm::TryGetable for $name {
            fn try_get_by<I: sea_orm::ColIdx>(
                row: &sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, sea_orm::TryGetError> {
                String::try_get_by(row, index).map(Self::from_stored)
            }
        }
        impl sea_orm::sea_query::ValueType for $name {
            fn try_from(
                value: sea_orm::Value,
            ) -> Result<Self, sea_orm::sea_query::ValueTypeErr> {
                <String as sea_orm::sea_query::ValueType>::try_from(value).map(Self::from_stored)
            }
            fn type_name() -> String {
                stringify!($name).to_owned()
            }
            fn array_type() -> sea_orm::sea_query::ArrayType {
                sea_orm::sea_query::ArrayType::String
            }
            fn column_type() -> sea_orm::ColumnType {
                sea_orm::ColumnType::String(sea_orm::sea_query::StringLen::N(255))
            }
        }
        impl sea_orm::sea_query::Nullable for $name {
            fn null() -> sea_orm::Value {
                <String as sea_orm::sea_query::Nullable>::null()
            }
        }
    };
}
pub(crate) use text_newtype;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_judged_by_the_rules_of_the_table() {
        let reason = |text: &str| check_text("f", text).map_err(|e| e.reason);
        assert_eq!(reason("x"), Ok(()));
        assert_eq!(reason(" x "), Ok(()));
        assert_eq!(reason("🎉"), Ok(()));
        assert_eq!(reason(&"é".repeat(255)), Ok(()));
        assert_eq!(reason(""), Err(ValidationReason::Empty));
        assert_eq!(reason(" \u{3000}"), Err(ValidationReason::Blank));
        assert_eq!(reason(&"é".repeat(256)), Err(ValidationReason::TooLong { max: 255 }));
        assert_eq!(reason("a\0"), Err(ValidationReason::ControlCharacter { position: 1 }));
        assert_eq!(reason("é\u{85}"), Err(ValidationReason::ControlCharacter { position: 1 }));
        assert_eq!(reason("\n"), Err(ValidationReason::ControlCharacter { position: 0 }));
    }
}
