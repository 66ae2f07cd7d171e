//! Every public type of the crate that serde reads or writes is in `types`.

use crate::types;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The name that a text begins with, without type parameters.
fn leading_name(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.trim_start().split(|c| !is_part(c)).next().unwrap()
}

/// The types for which a source file implements a trait of serde: by a derive, an `impl`, or a macro of
/// the crate.
fn serialized(source: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for marker in [
        "Serialize for ",
        "Deserialize<'de> for ",
        "text_newtype!(",
        "serde_object! {",
        "deserialize_externally_tagged! {",
    ] {
        names.extend(source.split(marker).skip(1).map(leading_name));
    }
    for (at, _) in source.match_indices("derive(") {
        let Some((traits, rest)) = source[at..].split_once(")]") else { continue };
        if !traits.contains("Serialize") && !traits.contains("Deserialize") {
            continue;
        }
        // The item follows its attributes. A model's is in the macro that has the columns.
        let item = rest.lines().find_map(|line| {
            let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
            match words.next() {
                Some("struct" | "enum") => words.next().map(leading_name),
                Some("}") => Some("Model"),
                _ => None,
            }
        });
        names.insert(item.expect(source));
    }
    names.retain(|name| !name.is_empty() && !name.starts_with('$'));
    names
}

#[test]
fn all_public_serialized_types_are_listed() {
    let source_folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![];
    rust_files(&source_folder, &mut files);
    let sources: Vec<_> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let public: BTreeSet<_> = sources
        .iter()
        .flat_map(|source| source.lines())
        .filter_map(|line| {
            let item = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
            item.map(leading_name)
        })
        .collect();
    let mut found = BTreeSet::new();
    for (file, source) in files.iter().zip(&sources) {
        for name in serialized(source) {
            let names = match (file.file_name().unwrap().to_str().unwrap(), name) {
                // Each has a `ModelEx` with the same derives.
                ("games.rs", "Model") => vec!["Game", "games::ModelEx"],
                ("tasks.rs", "Model") => vec!["Task", "tasks::ModelEx"],
                ("columns.rs", "Model") => vec!["tasks_entity!"],
                _ => vec![name],
            };
            if name == "Model" || public.contains(name) {
                found.extend(names.into_iter().map(str::to_owned));
            }
        }
    }
    let listed: BTreeSet<String> =
        types::all().into_iter().map(|of| of.name.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(found, listed);
}

#[test]
fn types_are_found_in_sources() {
    let source = "
#[derive(Debug, Clone,
    serde::Serialize)]
#[serde(rename_all = \"snake_case\")]
/// Text.
pub enum Derived<T> {}
#[derive(Debug)]
pub struct Other;
impl<'de> Deserialize<'de> for Written {}
text_newtype!(Text, \"text\", []);
serde_object! {
    Object { required a: \"a\", }
}
impl serde::Serialize for $name {}
";
    let expected = BTreeSet::from(["Derived", "Object", "Text", "Written"]);
    assert_eq!(serialized(source), expected);
}
