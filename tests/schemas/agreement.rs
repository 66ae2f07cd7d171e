//! What serde writes is valid, and a value is valid if and only if serde reads it.

use crate::changes::changes;
use crate::types;
use crate::validators::validator;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn what_serde_writes_is_valid() {
    for of in types::all() {
        for schema in [&of.deserialize, &of.serialize, &of.openapi] {
            let validator = validator(schema);
            for sample in &of.samples {
                if let Err(error) = validator.validate(sample) {
                    panic!("{}: {sample}: {error}\n{schema:#}", of.name);
                }
            }
        }
    }
}

#[test]
fn a_value_is_valid_if_serde_reads_it() {
    for of in types::all() {
        let Some(read) = &of.read else { continue };
        let validators = [("schemars", &of.deserialize), ("utoipa", &of.openapi)]
            .map(|(name, schema)| (name, validator(schema)));
        let mut refused = 0;
        for sample in &of.samples {
            read(sample.clone()).expect(of.name);
            for changed in changes(sample, &of.samples) {
                let verdict = read(changed.clone());
                refused += usize::from(verdict.is_err());
                for (generator, validator) in &validators {
                    let is_valid = validator.is_valid(&changed);
                    assert_eq!(
                        is_valid,
                        verdict.is_ok(),
                        "{} of {generator}: {changed}: {verdict:?}",
                        of.name
                    );
                }
            }
        }
        assert!(refused > 0, "{}", of.name);
    }
}

#[test]
fn a_text_is_valid_if_serde_reads_it() {
    for name in ["TaskStatus", "OwnerId", "TaskPatch"] {
        let of = types::named(name);
        let read = of.read.as_ref().unwrap();
        let (schemars, utoipa) = (validator(&of.deserialize), validator(&of.openapi));
        // All white space and control characters are among the first.
        let others = ('\u{4000}'..=char::MAX).step_by(251);
        for c in ('\0'..'\u{4000}').chain(others).chain(['\u{feff}']) {
            // Alone, and beside another character.
            for text in [c.to_string(), format!("{c}x"), format!("x{c}")] {
                let value = match name {
                    "OwnerId" => json!({"Text": text}),
                    "TaskPatch" => json!({"ifStatus": text}),
                    _ => json!(text),
                };
                let expected = read(value.clone()).is_ok();
                assert_eq!(schemars.is_valid(&value), expected, "{name}: {value}");
                assert_eq!(utoipa.is_valid(&value), expected, "{name}: {value}");
            }
        }
    }
}

#[test]
fn every_variant_and_member_has_samples() {
    // Errors that are only written consist of types that are read, too.
    for of in types::all().into_iter().filter(|of| of.read.is_some()) {
        let component = of.component();
        if let Some(values) = component["enum"].as_array() {
            let of_schema: BTreeSet<_> = values.iter().map(Value::to_string).collect();
            let of_samples: BTreeSet<_> = of.samples.iter().map(Value::to_string).collect();
            assert_eq!(of_schema, of_samples, "{}", of.name);
        }
        for branch in branches(component) {
            let mut schema = of.openapi.clone();
            schema["components"]["schemas"]["Branch"] = branch.clone();
            schema["$ref"] = json!("#/components/schemas/Branch");
            let validator = validator(&schema);
            let samples: Vec<_> =
                of.samples.iter().filter(|sample| validator.is_valid(sample)).collect();
            // Keys are also read from text, which is never written.
            let is_only_read = of.name == "TaskKey" && branch["type"] == "string";
            assert!(is_only_read || !samples.is_empty(), "{}: {branch}", of.name);
            let required: Vec<_> =
                branch["required"].as_array().into_iter().flatten().cloned().collect();
            for (name, member) in branch["properties"].as_object().into_iter().flatten() {
                if member["type"] == "null" {
                    continue;
                }
                let has_value = |sample: &&&Value| sample.get(name).is_some_and(|v| !v.is_null());
                let with = samples.iter().filter(has_value).count();
                assert!(with > 0, "{}: no sample has {name}", of.name);
                // A problem without a type is read, but none is written.
                let may_be_absent = !required.contains(&json!(name)) && name != "type";
                assert!(!may_be_absent || with < samples.len(), "{}: {name}", of.name);
            }
        }
    }
}

#[test]
fn members_are_those_that_serde_knows() {
    for of in types::all() {
        let mut of_schema = BTreeSet::new();
        for branch in branches(of.component()) {
            let names = branch["properties"].as_object().into_iter().flatten();
            of_schema.extend(names.map(|(name, _)| name.clone()));
        }
        let written: BTreeSet<_> =
            of.samples.iter().filter_map(Value::as_object).flatten().map(|(n, _)| n).collect();
        // utoipa describes a flattened member by `allOf`.
        if of.name != "ValidationError" {
            assert!(written.iter().all(|name| of_schema.contains(*name)), "{}", of.name);
        }
        // The error of a type that refuses unknown members lists the known ones.
        let Some(read) = &of.read else { continue };
        let Err(error) = read(json!({"no such member": 1})) else { continue };
        if let Some((_, known)) = error.split_once("unknown field `no such member`, expected ") {
            let known: BTreeSet<_> =
                known.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            assert_eq!(of_schema, known, "{}", of.name);
        }
    }
}

/// The schema itself, or what it is one of.
fn branches(schema: &Value) -> Vec<&Value> {
    match schema["oneOf"].as_array() {
        Some(branches) => branches.iter().collect(),
        None => vec![schema],
    }
}

/// utoipa drops keywords that it does not know.
#[test]
fn schemas_written_by_hand_are_the_same_in_both() {
    let sources = ["entities", "requests", "queries", "scopes"].map(|file| {
        let path = format!("{}/src/schema/{file}.rs", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    });
    let mut compared = 0;
    for of in types::all() {
        let invocation = format!("schema!({}: ", of.name);
        if !sources.iter().any(|source| source.contains(&invocation)) {
            continue;
        }
        let mut schemars = of.deserialize.clone();
        for keyword in ["$schema", "$defs", "title"] {
            schemars.as_object_mut().unwrap().remove(keyword);
        }
        let schemars = schemars.to_string().replace("#/$defs/", "#/components/schemas/");
        assert_eq!(schemars, of.component().to_string(), "{}", of.name);
        compared += 1;
    }
    let written: usize = sources.iter().map(|source| source.matches("\nschema!(").count()).sum();
    assert_eq!(compared, written);
}
