//! Texts of statements: names quoted once, values always bound.
//!
//! Building a statement with a query builder costs as much as running it does on a
//! local database, so the crate writes its texts from parts: the names, which come
//! from the entities and are quoted once for a connection, and the shape of the call.
//! A caller's text is never part of it.

mod keys;
mod names;
mod predicate;
mod rows;

pub(crate) use names::Names;
#[cfg(any(feature = "migration", feature = "adopt"))]
pub(crate) use names::quote;
pub(crate) use rows::{KeyList, RowType, json, json_uuid};

use sea_orm::{DbBackend, Statement, Value};

/// A statement in the making.
pub(crate) struct Sql<'n> {
    pub(crate) names: &'n Names,
    /// What a subquery ends with, where it must read the present.
    pub(crate) lock: &'static str,
    text: String,
    values: Vec<Value>,
}

impl<'n> Sql<'n> {
    pub(crate) fn new(names: &'n Names, text: &str) -> Self {
        let mut start = String::with_capacity(512);
        start.push_str(text);
        Self { names, lock: "", text: start, values: Vec::with_capacity(8) }
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Binds a value and writes its placeholder.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        if self.names.backend == DbBackend::Postgres {
            self.text.push('$');
            self.text.push_str(&self.values.len().to_string());
        } else {
            self.text.push('?');
        }
        self
    }

    /// Binds each value, separated by commas.
    pub(crate) fn bind_list<V: Into<Value>>(
        &mut self,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        for (place, value) in values.into_iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
        self
    }

    pub(crate) fn statement(self) -> Statement {
        Statement::from_sql_and_values(self.names.backend, self.text, self.values)
    }

    pub(crate) fn into_parts(self) -> (String, Vec<Value>) {
        (self.text, self.values)
    }
}
