//! What differs between the databases: one file for each, and here the list of what each has to
//! say.
//!
//! [`Dialect::of`] is the only place where SeaORM's `DbBackend` is matched. A new database is a
//! variant, a file with these functions, and what the compiler then asks for.

mod mariadb;
mod postgres;
mod sqlite;

use sea_orm::DbBackend;

/// A database that the crate works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
    MariaDb,
}

impl Dialect {
    pub(crate) fn of(backend: DbBackend) -> Self {
        match backend {
            DbBackend::Postgres => Self::Postgres,
            DbBackend::MySql => Self::MariaDb,
            // SeaORM has no other backend.
            _ => Self::Sqlite,
        }
    }

    #[allow(dead_code, reason = "used by the next commits")]
    pub(crate) fn backend(self) -> DbBackend {
        match self {
            Self::Sqlite => DbBackend::Sqlite,
            Self::Postgres => DbBackend::Postgres,
            Self::MariaDb => DbBackend::MySql,
        }
    }
}

/// Declares methods of [`Dialect`], each of which calls the function of the same name in the file
/// of its database.
macro_rules! per_dialect {
    ($($(#[$attribute:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)?;)*) => {
        impl Dialect {
            $($(#[$attribute])*
            pub(crate) fn $name(self $(, $argument: $type)*) $(-> $result)? {
                match self {
                    Self::Sqlite => sqlite::$name($($argument),*),
                    Self::Postgres => postgres::$name($($argument),*),
                    Self::MariaDb => mariadb::$name($($argument),*),
                }
            })*
        }
    };
}

// Statements.
per_dialect! {
    /// Quotes an identifier; a quote in it is doubled.
    fn quote(name: &str) -> String;
}

/// Quotes an identifier with this mark, which is doubled where the name has it.
fn quoted_with(mark: char, name: &str) -> String {
    let mut quoted = String::with_capacity(name.len() + 2);
    quoted.push(mark);
    for c in name.chars() {
        if c == mark {
            quoted.push(mark);
        }
        quoted.push(c);
    }
    quoted.push(mark);
    quoted
}
