//! A type with its schemas, values of it, and serde's verdict on a JSON value.

use game_tasks::{CreateOutcome, Page, Task, TaskView};
use jsonschema::Validator;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_value, json, to_value};
use utoipa::openapi::{ComponentsBuilder, OpenApiBuilder};
use utoipa::{OpenApi, ToSchema};

/// Whether serde reads the value, and the crate's validation of the type, if any, accepts it. The
/// error is its message.
pub(crate) type Read = Box<dyn Fn(Value) -> Result<(), String>>;

pub(crate) struct SerializedType {
    pub(crate) name: &'static str,
    /// The schemas: of schemars for both directions, and of utoipa as a document whose root refers to the
    /// component.
    pub(crate) deserialize: Value,
    pub(crate) serialize: Value,
    pub(crate) openapi: Value,
    /// What serde writes: every variant, and every optional member with and without a value.
    pub(crate) samples: Vec<Value>,
    /// `None` for a type that is only written.
    pub(crate) read: Option<Read>,
}

impl SerializedType {
    pub(crate) fn written<T: JsonSchema + ToSchema + Serialize>(
        name: &'static str,
        samples: impl IntoIterator<Item = T>,
    ) -> Self {
        let settings = SchemaSettings::draft2020_12();
        let schema_of = |settings: SchemaSettings| {
            settings.into_generator().into_root_schema_for::<T>().to_value()
        };
        Self {
            name,
            deserialize: schema_of(settings.clone().for_deserialize()),
            serialize: schema_of(settings.for_serialize()),
            openapi: openapi::<T>(name),
            samples: samples.into_iter().map(|sample| to_value(sample).unwrap()).collect(),
            read: None,
        }
    }

    pub(crate) fn read<T: JsonSchema + ToSchema + Serialize + DeserializeOwned + 'static>(
        name: &'static str,
        samples: impl IntoIterator<Item = T>,
    ) -> Self {
        Self::validated(name, samples, |_: &T| Ok(()))
    }

    /// A request, which every repository validates before it uses it.
    pub(crate) fn validated<T: JsonSchema + ToSchema + Serialize + DeserializeOwned + 'static>(
        name: &'static str,
        samples: impl IntoIterator<Item = T>,
        validate: fn(&T) -> Result<(), game_tasks::ValidationError>,
    ) -> Self {
        let read = move |value| {
            let read: T = from_value(value).map_err(|error| error.to_string())?;
            validate(&read).map_err(|error| error.to_string())
        };
        Self { read: Some(Box::new(read)), ..Self::written(name, samples) }
    }

    /// The schema that utoipa returns for the type itself.
    pub(crate) fn component(&self) -> &Value {
        let pointer = self.openapi["$ref"].as_str().unwrap().trim_start_matches('#');
        self.openapi.pointer(pointer).unwrap()
    }
}

/// utoipa names and composes generic types only where its macros see their arguments.
#[derive(OpenApi)]
#[openapi(components(schemas(
    CreateOutcome<Task>,
    CreateOutcome<TaskView>,
    Page<Task>,
    Page<TaskView>,
)))]
struct GenericTypes;

/// A document with all components of the type.
fn openapi<T: ToSchema>(name: &str) -> Value {
    let (document, component) = match name.strip_suffix('>') {
        Some(name) => (GenericTypes::openapi(), name.replace('<', "_")),
        None => {
            let mut schemas = vec![(T::name().into_owned(), T::schema())];
            T::schemas(&mut schemas);
            let components = ComponentsBuilder::new().schemas_from_iter(schemas).build();
            let document = OpenApiBuilder::new().components(Some(components)).build();
            (document, T::name().into_owned())
        }
    };
    let mut document = to_value(document).unwrap();
    document["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    document["$ref"] = json!(format!("#/components/schemas/{component}"));
    document
}

pub(crate) fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).unwrap()
}
