//! Schemas of the serialized types, for the features `schemars` and `utoipa`.
//!
//! Types whose serde implementations are derived derive both traits. The others are described here,
//! once for both, so that the two cannot disagree. A description states what a valid value is: what
//! serde reads, and for requests also what every repository validates before it uses them.
//!
//! `tests/schemas` compares every schema with what serde reads and writes.

#[cfg(any(feature = "schemars", feature = "utoipa"))]
mod entities;
#[cfg(any(feature = "schemars", feature = "utoipa"))]
mod parts;
#[cfg(any(feature = "schemars", feature = "utoipa"))]
mod queries;
#[cfg(any(feature = "schemars", feature = "utoipa"))]
mod requests;
#[cfg(any(feature = "schemars", feature = "utoipa"))]
mod scopes;

/// Which direction of serde a schema describes.
///
/// They differ, since text is validated when it is deserialized, but not when it is read from a
/// database. utoipa has one schema for both, which is that of `Deserialize`.
#[cfg(any(feature = "schemars", feature = "utoipa"))]
#[derive(Clone, Copy, PartialEq, Eq)]
enum Contract {
    Deserialize,
    /// Only schemars distinguishes it.
    #[cfg_attr(not(feature = "schemars"), allow(dead_code))]
    Serialize,
}

/// Implements `JsonSchema` and `ToSchema` for a type by one function, which returns a
/// [`serde_json::Value`]. Its arguments are the contract and references to the schemas of other
/// types.
///
/// utoipa has a field for each keyword that it knows, and drops others: `const`, `not` and
/// `dependentRequired` among them. A test compares both outputs.
#[cfg(any(feature = "schemars", feature = "utoipa"))]
macro_rules! schema {
    ($type:ty: $name:literal, |$contract:pat_param $(, $argument:ident: $other:ty)*| $schema:expr) => {
        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            fn schema_id() -> std::borrow::Cow<'static, str> {
                concat!("game_tasks::", $name).into()
            }
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $(let $argument = generator.subschema_for::<$other>().to_value();)*
                let $contract = $crate::schema::Contract::of(generator);
                $crate::schema::to_schemars($schema)
            }
        }

        #[cfg(feature = "utoipa")]
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $(let $argument = $crate::schema::reference::<$other>();)*
                let $contract = $crate::schema::Contract::Deserialize;
                $crate::schema::to_utoipa($schema)
            }
        }
        #[cfg(feature = "utoipa")]
        impl utoipa::ToSchema for $type {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            #[allow(unused_variables, reason = "some types refer to no other")]
            fn schemas(
                schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>,
            ) {
                $(
                    let name = <$other as utoipa::ToSchema>::name().into_owned();
                    schemas.push((name, <$other as utoipa::PartialSchema>::schema()));
                    <$other as utoipa::ToSchema>::schemas(schemas);
                )*
            }
        }
    };
}
#[cfg(any(feature = "schemars", feature = "utoipa"))]
use schema;

#[cfg(feature = "schemars")]
impl Contract {
    fn of(generator: &schemars::SchemaGenerator) -> Self {
        if generator.contract().is_serialize() { Self::Serialize } else { Self::Deserialize }
    }
}

#[cfg(feature = "schemars")]
fn to_schemars(schema: serde_json::Value) -> schemars::Schema {
    // Fails only for a value that is neither an object nor a boolean.
    schema.try_into().unwrap_or_default()
}

#[cfg(feature = "utoipa")]
fn to_utoipa(schema: serde_json::Value) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    // Fails only for what is no schema of OpenAPI, which a test would notice.
    serde_json::from_value(schema).unwrap_or_default()
}

#[cfg(feature = "utoipa")]
fn reference<T: utoipa::ToSchema>() -> serde_json::Value {
    serde_json::json!({"$ref": format!("#/components/schemas/{}", T::name())})
}

/// Implements `JsonSchema` and `ToSchema`, if their features are enabled, for a type that serializes as
/// another one does. Public for `tasks_entity!`.
#[doc(hidden)]
#[macro_export]
macro_rules! __same_schema {
    ($type:ty, $as:ty) => {
        $crate::__same_json_schema!($type, $as);
        $crate::__same_to_schema!($type, $as);
    };
}

#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! __same_json_schema {
    ($type:ty, $as:ty) => {
        impl $crate::__private::schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                <$as as $crate::__private::schemars::JsonSchema>::inline_schema()
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                <$as as $crate::__private::schemars::JsonSchema>::schema_name()
            }
            fn schema_id() -> std::borrow::Cow<'static, str> {
                <$as as $crate::__private::schemars::JsonSchema>::schema_id()
            }
            fn json_schema(
                generator: &mut $crate::__private::schemars::SchemaGenerator,
            ) -> $crate::__private::schemars::Schema {
                <$as as $crate::__private::schemars::JsonSchema>::json_schema(generator)
            }
        }
    };
}

#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __same_json_schema {
    ($type:ty, $as:ty) => {};
}

#[cfg(feature = "utoipa")]
#[doc(hidden)]
#[macro_export]
macro_rules! __same_to_schema {
    ($type:ty, $as:ty) => {
        impl $crate::__private::utoipa::PartialSchema for $type {
            fn schema() -> $crate::__private::utoipa::openapi::RefOr<
                $crate::__private::utoipa::openapi::schema::Schema,
            > {
                <$as as $crate::__private::utoipa::PartialSchema>::schema()
            }
        }
        impl $crate::__private::utoipa::ToSchema for $type {
            fn name() -> std::borrow::Cow<'static, str> {
                <$as as $crate::__private::utoipa::ToSchema>::name()
            }
            fn schemas(
                schemas: &mut Vec<(
                    String,
                    $crate::__private::utoipa::openapi::RefOr<
                        $crate::__private::utoipa::openapi::schema::Schema,
                    >,
                )>,
            ) {
                <$as as $crate::__private::utoipa::ToSchema>::schemas(schemas);
            }
        }
    };
}

#[cfg(not(feature = "utoipa"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __same_to_schema {
    ($type:ty, $as:ty) => {};
}

__same_schema!(crate::task::games::ModelEx, crate::Game);
__same_schema!(crate::task::tasks::ModelEx, crate::Task);
__same_schema!(crate::TaskError, crate::ProblemDetails);
