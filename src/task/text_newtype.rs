//! Newtypes over validated text.

use std::sync::Arc;

/// Immutable text that is cheap to clone. Well-known texts need no allocation.
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

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Implements a newtype over [`Text`]: constructors, comparison, conversions, serde and SeaORM's
/// traits. `$known` are the texts that are stored without an allocation. `Display` is implemented
/// only where it is listed: a text that is a secret has none.
///
/// Input (`new`, `FromStr`, `TryFrom`, `Deserialize`) is validated. Text from a database
/// (`TryGetable`, `ValueType`) is not: rows that another program wrote must be readable.
macro_rules! text_newtype {
    ($name:ident, $field:literal, [$($known:literal),*] $(, $display:ident)?) => {
        impl $name {
            /// Validates the text.
            ///
            /// # Errors
            /// [`ValidationError`](crate::task::ValidationError) if the text is empty, blank, longer than
            /// [`MAX_TEXT_CHARS`](crate::task::MAX_TEXT_CHARS) or contains a control character.
            pub fn new(text: impl Into<String>) -> Result<Self, $crate::task::ValidationError> {
                let text = text.into();
                $crate::task::check_text($field, &text)?;
                Ok(Self::from_stored(text))
            }

            /// Wraps text from a database, and text that has been validated already.
            pub(crate) fn from_stored(text: String) -> Self {
                match text.as_str() {
                    $($known => Self($crate::task::text_newtype::Text::Static($known)),)*
                    _ => Self($crate::task::text_newtype::Text::Shared(text.into())),
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
        $(impl std::fmt::$display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        })?
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
                let chars = $crate::task::MAX_TEXT_CHARS as u32;
                sea_orm::ColumnType::String(sea_orm::sea_query::StringLen::N(chars))
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
