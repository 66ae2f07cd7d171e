//! The command line options.

use crate::implementation::Failure;
use crate::scale::Scale;
use lexopt::prelude::*;
use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
usage: cargo bench -- [--quick | --full] [--json] [--on DATABASE] [--only TEXT] [--out FOLDER]
       cargo bench -- --instructions [--on DATABASE] [--only TEXT]

  --quick       small tables and few rounds: under two minutes on all databases
  --full        also ten million tasks, on SQLite and PostgreSQL: an hour and 20 GB
  --json        print a JSON object for each row instead of the table
  --on DATABASE only this database: sqlite, postgresql, mariadb or mysql
  --only TEXT   only operations whose name contains the text
  --out FOLDER  write results.md and results.svg there (default: target/ratios)
  --instructions  count the client's instructions of each call instead, with valgrind";

pub(crate) struct Options {
    pub(crate) scale: Scale,
    pub(crate) json: bool,
    pub(crate) on: Option<String>,
    pub(crate) only: Option<String>,
    pub(crate) out: PathBuf,
    /// Whether to count instructions instead of measuring time.
    pub(crate) instructions: bool,
}

impl Options {
    /// Returns `None` for `--help`.
    pub(crate) fn from_environment() -> Result<Option<Self>, Failure> {
        let mut options = Self {
            // `cargo bench` passes `--bench`, `cargo test` does not.
            scale: Scale::SMOKE,
            json: false,
            on: None,
            only: None,
            out: PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ratios"),
            instructions: false,
        };
        let mut requested = None;
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("bench") => options.scale = Scale::DEFAULT,
                Long("quick") => requested = Some(Scale::QUICK),
                Long("full") => requested = Some(Scale::FULL),
                Long("json") => options.json = true,
                Long("instructions") => options.instructions = true,
                Long("on") => options.on = Some(parser.value()?.string()?),
                Long("only") => options.only = Some(parser.value()?.string()?),
                Long("out") => options.out = parser.value()?.into(),
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        options.scale = requested.unwrap_or(options.scale);
        Ok(Some(options))
    }

    pub(crate) fn wants_database(&self, name: &str) -> bool {
        self.on.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(name))
    }

    pub(crate) fn wants(&self, operation: &str) -> bool {
        self.only.as_deref().is_none_or(|text| operation.contains(text))
    }
}
