//! The serde representation of a scope: `{"callers": […]}` or `{"access": "unrestricted"}`.

use crate::task::{Caller, TaskScope, serde_object};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use std::fmt;

/// An object with exactly one of the two fields.
pub(super) struct ScopeObject {
    callers: Option<Callers>,
    access: Option<Access>,
}

serde_object! {
    ScopeObject {
        optional callers: "callers",
        optional access: "access",
    }
}

impl From<TaskScope> for ScopeObject {
    fn from(scope: TaskScope) -> Self {
        if scope.is_unrestricted() {
            Self { callers: None, access: Some(Access::Unrestricted) }
        } else {
            Self { callers: Some(Callers(scope.callers().to_vec())), access: None }
        }
    }
}

impl TryFrom<ScopeObject> for TaskScope {
    type Error = &'static str;

    fn try_from(scope: ScopeObject) -> Result<Self, Self::Error> {
        match (scope.callers.map(|callers| callers.0), scope.access) {
            (Some(callers), None) if callers.is_empty() => Err("callers must not be empty"),
            (Some(callers), None) => {
                Ok(callers.into_iter().map(Self::from).fold(Self::unrestricted(), Self::and))
            }
            (None, Some(Access::Unrestricted)) => Ok(Self::unrestricted()),
            (Some(_), Some(_)) => Err("`callers` and `access` are mutually exclusive"),
            (None, None) => Err("missing field `callers`"),
        }
    }
}

/// Not a boolean flag: query strings read an empty flag as true.
#[derive(serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum Access {
    Unrestricted,
}

/// Unlike serde's derive, the error does not show the text: it may be an API key.
impl<'de> Deserialize<'de> for Access {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AccessVisitor;

        impl Visitor<'_> for AccessVisitor {
            type Value = Access;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`unrestricted`")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Access, E> {
                match text {
                    "unrestricted" => Ok(Access::Unrestricted),
                    _ => Err(E::custom("unknown variant, expected `unrestricted`")),
                }
            }
        }

        deserializer.deserialize_str(AccessVisitor)
    }
}

/// A sequence of callers. Unlike serde's `Vec`, the error does not show a text in its place: it may
/// be an API key.
#[derive(serde::Serialize)]
struct Callers(Vec<Caller>);

impl<'de> Deserialize<'de> for Callers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CallersVisitor;

        impl<'de> Visitor<'de> for CallersVisitor {
            type Value = Callers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of callers")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Callers, A::Error> {
                let mut callers = Vec::new();
                while let Some(caller) = list.next_element()? {
                    callers.push(caller);
                }
                Ok(Callers(callers))
            }
            fn visit_str<E: Error>(self, _: &str) -> Result<Callers, E> {
                Err(E::custom("invalid type: string, expected a list of callers"))
            }
        }

        // With `deserialize_seq` a format would itself report the text.
        deserializer.deserialize_any(CallersVisitor)
    }
}
