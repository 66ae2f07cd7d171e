//! Deserializing what callers send. A member that is present has a value: `null`, and an empty
//! string where that is no value, are errors that name the member, never the same as leaving it
//! out. Query strings need this most, since their formats read an empty value of an [`Option`]
//! as `None`.

use crate::task::check_text;
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, Visitor};
use std::marker::PhantomData;

/// Makes a type deserialize from an object and from nothing else: what serde derives also takes
/// a list of the values, and so an empty list for an object whose members are all left out. Each
/// member is one of these:
///
/// - `required`: it must be there.
/// - `optional`: it may be left out. The format is not asked for an [`Option`], since what is
///   empty would come back as `None`.
/// - `nullable`: the same, where `null` is another way to leave it out.
macro_rules! from_object {
    ($type:ident { $($kind:ident $field:ident: $member:literal,)+ } $check:expr) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Object;

                impl<'de> serde::de::Visitor<'de> for Object {
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
                        while let Some(member) = object.next_key::<String>()? {
                            match member.as_str() {
                                $($member if $field.is_some() => {
                                    return Err(A::Error::duplicate_field($member));
                                }
                                $member => {
                                    let value = object.next_value();
                                    $field = Some($crate::task::input::named($member, value)?);
                                })+
                                unknown => {
                                    let known = &[$($member),+];
                                    return Err(A::Error::unknown_field(unknown, known));
                                }
                            }
                        }
                        let value = $type {
                            $($field: $crate::task::input::from_object!(@$kind $field $member),)+
                        };
                        let check: fn(&$type) -> Result<(), $crate::task::ValidationError> = $check;
                        check(&value).map_err(A::Error::custom)?;
                        Ok(value)
                    }
                }

                deserializer.deserialize_map(Object)
            }
        }
    };
    (@required $field:ident $member:literal) => {
        $field.ok_or_else(|| A::Error::missing_field($member))?
    };
    (@optional $field:ident $member:literal) => { $field };
    (@nullable $field:ident $member:literal) => {
        $field.and_then(|value: $crate::task::input::Nullable<_>| value.0)
    };
}
pub(crate) use from_object;

/// Makes an enum deserialize from an object with one key, as serde derives it. That would show an
/// unknown key, or a text in place of the object, in its error: where a caller was misspelled, that
/// can be an API key.
macro_rules! from_object_of_one_key {
    ($type:ident { $($key:literal => $make:ident,)+ }) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::{EnumAccess, Error, VariantAccess, Visitor};

                struct ObjectOfOneKey;

                impl<'de> Visitor<'de> for ObjectOfOneKey {
                    type Value = $type;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object with one of the keys ")?;
                        f.write_str(&[$($key),+].join(", "))
                    }
                    fn visit_enum<A: EnumAccess<'de>>(self, object: A) -> Result<$type, A::Error> {
                        let (key, value) = object.variant::<String>()?;
                        match key.as_str() {
                            $($key => value.newtype_variant().map($type::$make),)+
                            _ => Err(A::Error::custom(format_args!(
                                "unknown key, expected one of {}",
                                [$($key),+].join(", "),
                            ))),
                        }
                    }
                }

                deserializer.deserialize_enum(stringify!($type), &[$($key),+], ObjectOfOneKey)
            }
        }
    };
}
pub(crate) use from_object_of_one_key;

/// The same result, whose error names the member.
pub(crate) fn named<T, E: Error>(member: &str, read: Result<T, E>) -> Result<T, E> {
    read.map_err(|error| E::custom(format_args!("{member}: {error}")))
}

/// A value that is written as text, or `null`.
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

/// For `deserialize_with`: a text that keeps the rules for text that the crate writes.
pub(crate) fn text<'de, D: Deserializer<'de>>(
    field: &'static str,
    deserializer: D,
) -> Result<String, D::Error> {
    let text = named(field, String::deserialize(deserializer))?;
    check_text(field, &text).map_err(D::Error::custom)?;
    Ok(text)
}

/// The same, or none where it is `null`.
pub(crate) fn text_or_null<'de, D: Deserializer<'de>>(
    field: &'static str,
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text: Option<String> = named(field, Nullable::deserialize(deserializer))?.0;
    text.iter().try_for_each(|text| check_text(field, text)).map_err(D::Error::custom)?;
    Ok(text)
}
