//! The texts of statements.
//!
//! A statement is a format string with named parts, such as
//! `"SELECT {returned} FROM {tasks} WHERE {key}{and_scope}"`, so that it reads as SQL and the
//! compiler checks the names. A part that [binds](Sql::bind) a value adds it to the statement when
//! the part is written, so each value is in the place of its placeholder. A caller's text is always
//! bound, never part of the text. Statements are not built by a query builder: that takes as long as
//! running them does on a local database.

mod columns;
mod filter;
mod indexes;
mod keys;
mod names;
mod rows;
mod scope;

pub(crate) use self::columns::{BoundColumns, Decoder, each_column, is_time};
pub(crate) use self::filter::Keys;
#[cfg(feature = "migration")]
pub(crate) use self::indexes::{creation_index, name_index, within_limit};
pub(crate) use self::keys::{KeyKind, KeyList};
pub(crate) use self::names::{ColumnNames, Names, SortKey, StoredTime};
pub(crate) use self::rows::{Encoded, Rows, Values, array_rows, json_rows};
pub(crate) use self::scope::GameOwners;

use sea_orm::{Condition, Statement, Value, sea_query::Expr};
use std::cell::RefCell;
use std::fmt::{self, Display, Formatter};

/// The values of one statement, in the order of their placeholders.
pub(crate) struct Sql<'n> {
    pub(crate) names: &'n Names,
    values: RefCell<Vec<Value>>,
    /// Whether placeholders state the types of their values.
    is_typed: bool,
}

impl<'n> Sql<'n> {
    pub(crate) fn new(names: &'n Names) -> Self {
        Self { names, values: RefCell::new(Vec::with_capacity(12)), is_typed: false }
    }

    /// For a statement whose placeholders must state the types of their values.
    pub(crate) fn typed(self) -> Self {
        Self { is_typed: true, ..self }
    }

    /// A part that binds the value and writes its placeholder.
    pub(crate) fn bind<'s>(&'s self, value: impl Into<Value> + Clone + 's) -> impl Display + 's {
        fmt::from_fn(move |f| self.write_bound(f, value.clone()))
    }

    /// Binds the value and writes its placeholder.
    pub(crate) fn write_bound(
        &self,
        f: &mut Formatter<'_>,
        value: impl Into<Value>,
    ) -> fmt::Result {
        let (value, dialect) = (value.into(), self.names.dialect());
        let mut values = self.values.borrow_mut();
        let number = values.len() + 1;
        match self.is_typed {
            true => dialect.write_typed_placeholder(f, number, &value)?,
            false => dialect.write_placeholder(f, number)?,
        }
        values.push(value);
        Ok(())
    }

    /// A part that binds the value and writes its placeholder where the statement states its type.
    pub(crate) fn bind_in_cast<'s>(
        &'s self,
        value: impl Into<Value> + Clone + 's,
    ) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let mut values = self.values.borrow_mut();
            values.push(value.clone().into());
            self.names.dialect().write_placeholder(f, values.len())
        })
    }

    /// A part that binds each of the values, separated by commas.
    pub(crate) fn bind_all<'s, V>(
        &'s self,
        values: impl IntoIterator<Item = V> + Clone + 's,
    ) -> impl Display + 's
    where
        V: Into<Value>,
    {
        fmt::from_fn(move |f| {
            for (index, value) in values.clone().into_iter().enumerate() {
                f.write_str(if index > 0 { ", " } else { "" })?;
                self.write_bound(f, value)?;
            }
            Ok(())
        })
    }

    /// The statement of this text, whose parts bind to this `Sql`.
    pub(crate) fn statement(&self, text: fmt::Arguments<'_>) -> Statement {
        let (text, values) = self.text_and_values(text);
        Statement::from_sql_and_values(self.names.dialect().backend(), text, values)
    }

    /// The same for a text that has the placeholders of these values already.
    pub(crate) fn statement_of(&self, text: String) -> Statement {
        Statement::from_sql_and_values(self.names.dialect().backend(), text, self.values.take())
    }

    /// Binds the values of placeholders that are written elsewhere, before any other.
    pub(crate) fn bind_first(&self, values: impl IntoIterator<Item = Value>) {
        self.values.borrow_mut().extend(values);
    }

    /// A text of the form ` AND … AND …` as a condition of SeaORM's.
    pub(crate) fn condition(&self, text: fmt::Arguments<'_>) -> Condition {
        let (text, values) = self.text_and_values(text);
        match text.strip_prefix(" AND ") {
            Some(text) => Condition::all().add(Expr::cust_with_values(text.to_owned(), values)),
            None => Condition::all(),
        }
    }

    fn text_and_values(&self, text: fmt::Arguments<'_>) -> (String, Vec<Value>) {
        let text = written(text);
        (text, self.values.take())
    }
}

/// The text, which longer texts need not be moved for as they grow.
#[expect(clippy::expect_used, reason = "it cannot fail for a String")]
pub(crate) fn written(text: fmt::Arguments<'_>) -> String {
    let mut written = String::with_capacity(768);
    fmt::write(&mut written, text).expect("writing to a String cannot fail");
    written
}

/// A part that is written only under a condition.
pub(crate) fn only_if(condition: bool, part: impl Display) -> impl Display {
    fmt::from_fn(move |f| if condition { part.fmt(f) } else { Ok(()) })
}
