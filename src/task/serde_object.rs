//! Serde for what callers send, stricter than what serde derives.
//!
//! A field that is present must have a value: `null`, and an empty string where that is no value,
//! are errors that name the field, and never the same as leaving it out. Query strings need this
//! most, since their formats read an empty value of an [`Option`] as `None`.

use crate::task::{check_text, json_name};
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, Visitor};
use std::marker::PhantomData;

/// Implements `Serialize` and `Deserialize` for a struct, from one list of its fields. A field
/// that is missing from the list does not compile.
///
/// Deserializes only from an object. Serde's derive also accepts a sequence of the values, and thus
/// `[]` as an object without fields. The kinds of fields:
///
/// - `required`: must be present.
/// - `optional`: may be left out. The format is not asked for an [`Option`], since it would return
///   `None` for an empty value.
/// - `nullable`: may be left out or `null`.
/// - `clearable`: may be left out, or be `null` with a meaning of its own: `None` and `Some(None)`.
///
/// A closure after the fields validates the deserialized value.
macro_rules! serde_object {
    ($type:ident { $($kind:ident $field:ident: $name:literal,)+ } $($validate:expr)?) => {
        #[cfg(test)]
        #[allow(dead_code, reason = "only some types have fields of other names")]
        impl $type {
            /// The names of the fields in Rust and in JSON.
            pub(crate) const JSON_NAMES: &'static [(&'static str, &'static str)] =
                &[$((stringify!($field), $name)),+];
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct;
                let Self { $($field),+ } = self;
                let len = 0 $(+ usize::from($crate::task::serde_object!(@is_present $kind $field)))+;
                let mut object = serializer.serialize_struct(stringify!($type), len)?;
                $(if $crate::task::serde_object!(@is_present $kind $field) {
                    object.serialize_field($name, $field)?;
                } else {
                    object.skip_field($name)?;
                })+
                object.end()
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct ObjectVisitor;

                impl<'de> serde::de::Visitor<'de> for ObjectVisitor {
                    type Value = $type;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        mut object: A,
                    ) -> Result<$type, A::Error> {
                        use serde::de::Error;
                        $(let mut $field = None;)+
                        while let Some(name) = object.next_key::<String>()? {
                            match name.as_str() {
                                $($name if $field.is_some() => {
                                    return Err(A::Error::duplicate_field($name));
                                }
                                $name => {
                                    let value = object.next_value();
                                    let value =
                                        $crate::task::serde_object::with_field_name($name, value);
                                    $field = Some(value?);
                                })+
                                unknown => {
                                    let known = &[$($name),+];
                                    return Err(A::Error::unknown_field(unknown, known));
                                }
                            }
                        }
                        let value = $type {
                            $($field: $crate::task::serde_object!(@value $kind $field $name),)+
                        };
                        $(let validate: fn(&$type) -> Result<(), $crate::task::ValidationError> =
                            $validate;
                        validate(&value).map_err(A::Error::custom)?;)?
                        Ok(value)
                    }
                }

                deserializer.deserialize_map(ObjectVisitor)
            }
        }
    };
    (@is_present required $field:ident) => { true };
    (@is_present optional $field:ident) => { $field.is_some() };
    (@is_present nullable $field:ident) => { $field.is_some() };
    (@is_present clearable $field:ident) => { $field.is_some() };
    (@value required $field:ident $name:literal) => {
        $field.ok_or_else(|| A::Error::missing_field($name))?
    };
    (@value optional $field:ident $name:literal) => { $field };
    (@value nullable $field:ident $name:literal) => {
        $field.and_then(|value: $crate::task::serde_object::Nullable<_>| value.0)
    };
    (@value clearable $field:ident $name:literal) => {
        $field.map(|value: $crate::task::serde_object::Nullable<_>| value.0)
    };
}
pub(crate) use serde_object;

/// Implements `Deserialize` for an enum in serde's externally tagged representation: an object with
/// one key. Unlike serde's derive, its errors show neither an unknown key nor a text in place of
/// the object: in a malformed caller either can be an API key.
macro_rules! deserialize_externally_tagged {
    ($type:ident { $($key:literal => $make:expr,)+ }) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::{EnumAccess, Error, VariantAccess, Visitor};

                struct EnumVisitor;

                impl<'de> Visitor<'de> for EnumVisitor {
                    type Value = $type;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object with one of the keys ")?;
                        f.write_str(&[$($key),+].join(", "))
                    }
                    fn visit_enum<A: EnumAccess<'de>>(self, object: A) -> Result<$type, A::Error> {
                        let (key, value) = object.variant::<String>()?;
                        match key.as_str() {
                            $($key => value.newtype_variant().map($make),)+
                            _ => Err(A::Error::custom(format_args!(
                                "unknown key, expected one of {}",
                                [$($key),+].join(", "),
                            ))),
                        }
                    }
                }

                deserializer.deserialize_enum(stringify!($type), &[$($key),+], EnumVisitor)
            }
        }
    };
}
pub(crate) use deserialize_externally_tagged;

/// Prefixes the error with the name of the field.
pub(crate) fn with_field_name<T, E: Error>(field: &str, result: Result<T, E>) -> Result<T, E> {
    result.map_err(|error| E::custom(format_args!("{field}: {error}")))
}

/// A value that serializes as text, or `null`.
pub(crate) struct Nullable<T>(pub(crate) Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrNull<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for TextOrNull<T> {
            type Value = Nullable<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string or null")
            }
            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Nullable(None))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(text.into_deserializer()).map(|value| Nullable(Some(value)))
            }
        }

        deserializer.deserialize_any(TextOrNull(PhantomData))
    }
}

/// Deserializes text that must follow the rules of [`check_text`].
pub(crate) fn valid_text<'de, D: Deserializer<'de>>(
    field: &'static str,
    deserializer: D,
) -> Result<String, D::Error> {
    let text = with_field_name(json_name(field), String::deserialize(deserializer))?;
    check_text(field, &text).map_err(D::Error::custom)?;
    Ok(text)
}

/// Like [`valid_text`], or `null`.
pub(crate) fn valid_text_or_null<'de, D: Deserializer<'de>>(
    field: &'static str,
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text: Option<String> =
        with_field_name(json_name(field), Nullable::deserialize(deserializer))?.0;
    text.iter().try_for_each(|text| check_text(field, text)).map_err(D::Error::custom)?;
    Ok(text)
}
