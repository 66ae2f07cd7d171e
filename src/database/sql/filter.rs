//! A filter as a condition: of the crate's statements, and of the application's queries.

use crate::database::sql::Sql;
use crate::database::{SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::query::TaskFilter;
use crate::query::filter::after_prefix;
use crate::task::{ParentGame, time};
use sea_orm::Condition;
use sea_orm::sea_query::Expr;
use std::collections::BTreeSet;

impl Sql<'_> {
    /// ` AND …`: what the filter asks for.
    pub(crate) fn and_filter(&mut self, filter: &TaskFilter) -> &mut Self {
        self.and_filter_of_named(filter);
        match &filter.keys {
            Some(keys) if !keys.is_empty() => self.push(" AND ").any_key(keys),
            _ => self,
        }
    }

    /// The same where the tasks are [looked up](Self::push_from_tasks) from the filter's keys.
    pub(crate) fn and_filter_of_named(&mut self, filter: &TaskFilter) -> &mut Self {
        let names = self.names;
        if let Some(game) = filter.game_id {
            self.push(" AND ").push(&names.game_id).push(" = ").bind(game);
        }
        for (column, texts) in
            [(&names.status, &filter.statuses), (&names.strategy_id, &filter.strategies)]
        {
            match texts {
                Some(texts) if texts.is_empty() => {
                    self.push(" AND 1 = 0");
                }
                Some(texts) => {
                    self.push(" AND ").push(column).push(" IN (");
                    self.bind_list(texts.iter().map(String::as_str)).push(")");
                }
                None => {}
            }
        }
        if filter.keys.as_ref().is_some_and(BTreeSet::is_empty) {
            self.push(" AND 1 = 0");
        }
        if let Some(prefix) = filter.external_id_prefix.as_deref().filter(|p| !p.is_empty()) {
            self.push(" AND ").push(&names.external_id).push(" >= ").bind(prefix);
            if let Some(end) = after_prefix(prefix) {
                self.push(" AND ").push(&names.external_id).push(" < ").bind(end);
            }
        }
        if let Some(moment) = filter.created_from {
            self.push(" AND ")
                .push(&names.by_creation.0)
                .push(" >= ")
                .bind_time(time::ceil(moment));
        }
        if let Some(moment) = filter.created_until {
            self.push(" AND ").push(&names.by_creation.0).push(" < ").bind_time(time::ceil(moment));
        }
        self
    }

    /// The ` AND …`s so far as a condition of SeaORM's.
    pub(crate) fn into_condition(self) -> Condition {
        let (text, values) = self.into_parts();
        match text.strip_prefix(" AND ") {
            Some(text) => Condition::all().add(Expr::cust_with_values(text.to_owned(), values)),
            None => Condition::all(),
        }
    }
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    /// A filter, and the repository's scope, as a condition for the application's own
    /// queries. It names the columns with their table, so that other tables may be joined.
    ///
    /// ```no_run
    /// use game_tasks::sea_orm::{DatabaseConnection, EntityTrait, QueryFilter};
    /// use game_tasks::{SeaOrmTaskRepository, TaskFilter, Tasks};
    ///
    /// # async fn example(
    /// #     db: DatabaseConnection,
    /// #     game_id: uuid::Uuid,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// let tasks = SeaOrmTaskRepository::new(db.clone());
    /// let open = tasks.condition(&TaskFilter::in_game(game_id).statuses(["open"]))?;
    /// let rows = Tasks::find().filter(open).all(&db).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`TaskError::Invalid`] for a filter that not every database can be asked.
    pub fn condition(&self, filter: &TaskFilter) -> Result<Condition, TaskError> {
        self.scope().validate()?;
        filter.validate()?;
        let mut sql = self.sql("");
        sql.and_filter(filter).and_in_scope(self.scope());
        Ok(sql.into_condition())
    }
}
