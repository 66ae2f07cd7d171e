//! A filter as conditions.

use super::Sql;
use crate::query::TaskFilter;
use crate::query::filter::prefix_upper_bound;
use crate::task::time;
use std::fmt::{self, Display};

/// How a statement finds the tasks of a filter's keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// By a condition.
    AsCondition,
    /// The keys are [joined](Sql::tasks_of_keys) to the tasks, which needs no condition.
    Joined,
}

impl Sql<'_> {
    /// ` AND …`: the filter matches the task.
    pub(crate) fn and_filter<'s>(&'s self, filter: &'s TaskFilter, how: Keys) -> impl Display + 's {
        // A new field must be used below.
        let TaskFilter {
            game_id,
            statuses,
            strategies,
            keys,
            external_id_prefix,
            created_from,
            created_until,
        } = filter;
        fmt::from_fn(move |f| {
            let names = self.names;
            if let Some(game) = game_id {
                write!(f, " AND {} = {}", names.game_id, self.bind(*game))?;
            }
            for (column, texts) in [(&names.status, statuses), (&names.strategy_id, strategies)] {
                match texts {
                    Some(texts) if texts.is_empty() => f.write_str(" AND 1 = 0")?,
                    Some(texts) => {
                        let texts = self.bind_all(texts.iter().map(String::as_str));
                        write!(f, " AND {column} IN ({texts})")?;
                    }
                    None => {}
                }
            }
            if keys.as_ref().is_some_and(|keys| keys.is_empty()) {
                f.write_str(" AND 1 = 0")?;
            }
            if let Some(prefix) = external_id_prefix.as_deref().filter(|prefix| !prefix.is_empty())
            {
                let external_id = &names.external_id;
                write!(f, " AND {external_id} >= {}", self.bind(prefix))?;
                if let Some(end) = prefix_upper_bound(prefix) {
                    write!(f, " AND {external_id} < {}", self.bind(end))?;
                }
            }
            let created_at = &names.by_creation.expression;
            for (moment, compare) in [(created_from, ">="), (created_until, "<")] {
                if let Some(moment) = moment {
                    let moment = self.bind_time(time::ceil(*moment));
                    write!(f, " AND {created_at} {compare} {moment}")?;
                }
            }
            match keys {
                Some(keys) if how == Keys::AsCondition && !keys.is_empty() => {
                    write!(f, " AND {}", self.any_key(keys))
                }
                _ => Ok(()),
            }
        })
    }
}
