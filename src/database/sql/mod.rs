//! Texts of statements: names quoted once, values always bound.
//!
//! Building a statement with a query builder costs as much as running it does on a
//! local database, so the crate writes its texts from parts: the names, which come
//! from the entities and are quoted once for a connection, and the shape of the call.
//! A caller's text is never part of it. What is sent again and again is built once: the next
//! statement of the same [`Shape`] only binds its values.

mod app_columns;
mod filter;
mod hints;
mod keys;
mod names;
mod predicate;
mod rows;
mod shape;
mod times;

pub(crate) use app_columns::AppColumns;
#[cfg(feature = "migration")]
pub(crate) use hints::{creation_index, name_index, within_limit};
pub(crate) use keys::{KeyKind, KeyList};
#[cfg(feature = "migration")]
pub(crate) use names::is_time;
pub(crate) use names::{Known, Names, quote};
pub(crate) use rows::{Column, Rows};
pub(crate) use shape::Shape;
#[cfg(feature = "migration")]
pub(crate) use times::sorted_columns;
pub(crate) use times::{key_parameter, read, read_by_driver, read_time, readable, time_parameter};

use sea_orm::{DbBackend, Statement, Value};
use std::sync::Arc;

/// A statement in the making.
pub(crate) struct Sql<'n> {
    pub(crate) names: &'n Names,
    /// What a subquery ends with, where it must read the present.
    pub(crate) lock: &'static str,
    shape: Option<Shape>,
    /// The text, where it has been built before.
    known: Option<Arc<str>>,
    text: String,
    values: Vec<Value>,
}

impl<'n> Sql<'n> {
    pub(crate) fn new(names: &'n Names, text: &str) -> Self {
        Self::shaped(names, None, text)
    }

    /// A statement that is built once for its shape, if it has one. Whatever the text depends on
    /// has to be in the shape.
    pub(crate) fn shaped(names: &'n Names, shape: Option<Shape>, text: &str) -> Self {
        let known = shape.and_then(|shape| names.texts.get(shape));
        let values = Vec::with_capacity(10);
        let mut sql = Self { names, lock: "", shape, known, text: String::new(), values };
        if sql.is_built() {
            sql.text.reserve(512);
        }
        sql.push(text);
        sql
    }

    /// A known text is built all the same where assertions are checked, to be compared.
    fn is_built(&self) -> bool {
        self.known.is_none() || cfg!(debug_assertions)
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        if self.is_built() {
            self.text.push_str(text);
        }
        self
    }

    /// A text that costs something to make.
    pub(crate) fn push_with(&mut self, text: impl FnOnce() -> String) -> &mut Self {
        if self.is_built() {
            self.text.push_str(&text());
        }
        self
    }

    /// Binds a value and writes its placeholder.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        if !self.is_built() {
            return self;
        }
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
        let text = match (self.known, self.shape) {
            (Some(known), _) => {
                debug_assert_eq!(*known, *self.text, "one shape, two texts");
                known.to_string()
            }
            (None, Some(shape)) => {
                self.names.texts.keep(shape, &self.text);
                self.text
            }
            (None, None) => self.text,
        };
        Statement::from_sql_and_values(self.names.backend, text, self.values)
    }

    pub(crate) fn into_parts(self) -> (String, Vec<Value>) {
        (self.text, self.values)
    }
}
