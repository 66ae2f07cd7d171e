//! Lists: a page, a count, and the same as a query of SeaORM's.

use crate::database::sql::{
    KeyList, Known, Names, Shape, Sql, key_parameter, quote, read_by_driver, time_parameter,
};
use crate::database::{SeaOrmTaskRepository, TaskConnection, decode, decode_by_turns};
use crate::error::TaskError;
use crate::query::cursor::{Position, SortValue};
use crate::query::page::Plan;
use crate::query::{Page, TaskFilter, TaskOrder, TaskQuery};
use crate::task::tasks::Column;
use crate::task::{ParentGame, Task, Tasks};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DbBackend, DbErr, EntityTrait, IdenStatic, Iterable, Order, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, Select, Value,
};

/// What a query sorts by: the column, and whether ties are possible.
fn sorting<'n>(names: &'n Names, query: &TaskQuery) -> (&'n str, bool) {
    match query.order() {
        TaskOrder::Created => (&names.by_creation.0, !names.by_creation.1),
        TaskOrder::Updated => (&names.by_change.0, !names.by_change.1),
        // Unique within a game: to sort by the id as well would cost the index.
        TaskOrder::ExternalId => (&names.external_id, query.filter().game_id.is_none()),
    }
}

impl Sql<'_> {
    /// ` AND …`: what comes after a position.
    fn and_after(&mut self, query: &TaskQuery, position: &Position) -> &mut Self {
        let names = self.names;
        let (column, ties) = sorting(names, query);
        let beyond = if query.is_descending() { " < " } else { " > " };
        let by: Value = match &position.by {
            SortValue::Time(time) if ties => time_parameter(names.backend, *time),
            SortValue::Time(time) => key_parameter(names.backend, *time, position.id),
            SortValue::Text(text) => text.as_str().into(),
        };
        if !ties {
            return self.push(" AND ").push(column).push(beyond).bind(by);
        }
        if names.backend == DbBackend::MySql {
            // It finds no range for a comparison of rows.
            self.push(" AND (").push(column).push(beyond).bind(by.clone()).push(" OR (");
            self.push(column).push(" = ").bind(by).push(" AND ").push(&names.id).push(beyond);
            return self.bind(position.id).push("))");
        }
        self.push(" AND (").push(column).push(", ").push(&names.id).push(")").push(beyond);
        if names.backend == DbBackend::Postgres {
            // Of a value that it knows the planner believes that hardly a row comes after it, and
            // plans each page anew for the cheap scan. It does not look into a subquery.
            self.push("(SELECT ").bind(by).push(", ");
            return self.bind(position.id).push(")");
        }
        self.push("(").bind(by).push(", ").bind(position.id).push(")")
    }
}

fn known_of(query: &TaskQuery) -> Known {
    Known { id: None, game: query.filter().game_id }
}

/// A page as it was read.
pub(super) struct PageRows {
    backend: DbBackend,
    rows: Vec<QueryResult>,
    known: Known,
    /// Whether more follow.
    more: bool,
}

impl PageRows {
    /// Leaves its turn now and then to what it is joined with.
    pub(super) async fn decoded(self) -> Result<Vec<Task>, DbErr> {
        decode_by_turns(self.backend, self.known, self.rows).await
    }

    /// The task that the next page comes after, if there is one.
    pub(super) fn last(&self) -> Result<Option<Task>, DbErr> {
        let last = self.rows.last().filter(|_| self.more);
        last.map(|row| decode(self.backend, self.known, row)).transpose()
    }
}

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn list_page(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        let read = self.read_page(query, &query.plan(self.scope())?).await?;
        let more = read.more;
        let tasks = read.decoded().await.map_err(|error| self.failed(false, error))?;
        let total = match query.wants_total() {
            true => Some(self.count_matching(query.filter()).await?),
            false => None,
        };
        Ok(query.page_of_size(self.scope(), tasks, more, |task| task, total))
    }

    pub(super) async fn read_page(
        &self,
        query: &TaskQuery,
        plan: &Plan,
    ) -> Result<PageRows, TaskError> {
        let hints = &self.settings.names.hints;
        let mut rows = loop {
            let hinted = hints.are_given();
            let page = self.page(query, plan, hinted);
            match self.connection.query_all(page.statement()).await {
                Err(error) if hints.are_refused(hinted, &error) => {}
                rows => break rows.map_err(|error| self.failed(false, error))?,
            }
        };
        let size = usize::try_from(query.page_size()).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        Ok(PageRows { backend: self.backend(), rows, known: known_of(query), more })
    }

    fn page(&self, query: &TaskQuery, plan: &Plan, hinted: bool) -> Sql<'_> {
        let names = &self.settings.names;
        let shape = self.shape_of_list(query, plan, hinted);
        let mut sql = self.shaped(shape, "SELECT ");
        let filter = query.filter();
        sql.push_with(|| names.unknown_of_many(known_of(query)));
        sql.push_from_tasks(self.keys_of(filter).as_ref());
        if plan.after.is_some() && filter.game_id.is_some() && filter.keys.is_none() {
            match query.order() {
                TaskOrder::Created => sql.push(names.hints.by_creation(hinted)),
                TaskOrder::ExternalId => sql.push(names.hints.by_name(hinted)),
                TaskOrder::Updated => &mut sql,
            };
        }
        sql.push(" WHERE 1 = 1").and_filter_of_named(filter).and_in_scope(self.scope());
        if let Some(position) = &plan.after {
            sql.and_after(query, position);
        }
        let direction = if query.is_descending() { " DESC" } else { " ASC" };
        let (column, ties) = sorting(names, query);
        sql.push(" ORDER BY ").push(column).push(direction);
        if ties {
            sql.push(", ").push(&names.id).push(direction);
        }
        sql.push(" LIMIT ");
        match written_out(query) {
            Some(_) => sql.push_with(|| query.lookahead().to_string()),
            None => sql.bind(as_i64(query.lookahead())),
        };
        if plan.offset > 0 {
            sql.push(" OFFSET ").bind(as_i64(plan.offset));
        }
        sql
    }

    /// The fast shapes have one.
    fn shape_of_list(&self, query: &TaskQuery, plan: &Plan, hinted: bool) -> Option<Shape> {
        let TaskFilter {
            game_id,
            statuses,
            strategies,
            keys: None,
            external_id_prefix: None,
            created_from: None,
            created_until: None,
        } = query.filter()
        else {
            return None;
        };
        Shape::of("list", self.scope())?.with([
            match query.order() {
                TaskOrder::Created => 0,
                TaskOrder::ExternalId => 1,
                TaskOrder::Updated => 2,
            },
            query.is_descending().into(),
            usize::from(plan.after.is_some()) + 2 * usize::from(hinted),
            (plan.offset > 0).into(),
            game_id.is_some().into(),
            // An empty list is not the same as none.
            statuses.as_ref().map_or(0, |statuses| statuses.len() + 1),
            strategies.as_ref().map_or(0, |strategies| strategies.len() + 1),
            written_out(query).unwrap_or(0),
        ])
    }

    fn keys_of(&self, filter: &TaskFilter) -> Option<KeyList> {
        filter.keys.as_ref().map(|keys| KeyList::new(self.backend(), keys))
    }

    pub(super) async fn count_matching(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        filter.validate()?;
        let mut sql = self.sql("SELECT COUNT(*)");
        sql.push_from_tasks(self.keys_of(filter).as_ref()).push(" WHERE 1 = 1");
        sql.and_filter_of_named(filter).and_in_scope(self.scope());
        let read = async {
            let row = self.connection.query_one(sql.statement()).await?;
            row.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0))
        };
        let count = read.await.map_err(|error| self.failed(false, error))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// A query, and the repository's scope, as a `Select` of SeaORM's, for an application
    /// that joins tables of its own and keeps the crate's filter, order and cursor. It asks
    /// for one row more than a page has; [`page_of`](Self::page_of) makes the page. A row counts as
    /// a task, so what is joined must have one row for each at most, and
    /// [`with_total`](TaskQuery::with_total) has no effect.
    ///
    /// A tasks table of another name is called `tasks` in it, as [`Tasks`] calls it.
    ///
    /// ```no_run
    /// use game_tasks::sea_orm::DatabaseConnection;
    /// use game_tasks::{Games, SeaOrmTaskRepository, TaskQuery};
    ///
    /// # async fn example(
    /// #     db: DatabaseConnection,
    /// #     game_id: uuid::Uuid,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// let tasks = SeaOrmTaskRepository::new(db.clone());
    /// let query = TaskQuery::in_game(game_id).limit(20);
    /// let rows = tasks.select(&query)?.find_also_related(Games).all(&db).await?;
    /// let page = tasks.page_of(&query, rows, |(task, _game)| task);
    /// let next = page.next.map(|cursor| query.after(cursor));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`TaskError::Invalid`], [`TaskError::InvalidCursor`].
    pub fn select(&self, query: &TaskQuery) -> Result<Select<Tasks>, TaskError> {
        self.select_as(query)
    }

    /// The same as a `Select` of an entity that the application has for the tasks table, as
    /// [`tasks_entity`](crate::tasks_entity) makes one. It is called in the query what the
    /// entity calls it.
    ///
    /// ```no_run
    /// # mod campaigns {
    /// #     use game_tasks::sea_orm;
    /// #     use sea_orm::entity::prelude::*;
    /// #     #[sea_orm::model]
    /// #     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    /// #     #[sea_orm(table_name = "campaigns")]
    /// #     pub struct Model {
    /// #         #[sea_orm(primary_key, auto_increment = false)]
    /// #         pub id: Uuid,
    /// #     }
    /// #     impl ActiveModelBehavior for ActiveModel {}
    /// #     impl game_tasks::ParentGame for Entity {
    /// #         fn id_column() -> Column { Column::Id }
    /// #         fn strategy_column() -> Option<Column> { None }
    /// #         fn tasks_table() -> &'static str { "quest_tasks" }
    /// #     }
    /// # }
    /// # mod quest_tasks { game_tasks::tasks_entity!(super::campaigns::Entity); }
    /// use game_tasks::sea_orm::DatabaseConnection;
    /// use game_tasks::{SeaOrmTaskRepository, Task, TaskFilter, TaskQuery};
    ///
    /// # async fn example(db: DatabaseConnection) -> Result<(), Box<dyn std::error::Error>> {
    /// let tasks = SeaOrmTaskRepository::with_parent::<campaigns::Entity>(db.clone());
    /// let query = TaskQuery::new(TaskFilter::all()).limit(20);
    /// let select = tasks.select_as::<quest_tasks::Entity>(&query)?;
    /// let rows = select.find_also_related(campaigns::Entity).all(&db).await?;
    /// let rows = rows.into_iter().map(|(task, campaign)| (Task::from(task), campaign)).collect();
    /// let page = tasks.page_of(&query, rows, |(task, _)| task);
    /// # let _ = page;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// As [`select`](Self::select).
    pub fn select_as<E>(&self, query: &TaskQuery) -> Result<Select<E>, TaskError>
    where
        E: EntityTrait<Model: Into<Task>>,
    {
        let plan = query.plan(self.scope())?;
        let entity = E::default();
        let names = &Names::called::<G>(self.backend(), entity.table_name());
        let mut sql = Sql::new(names, "");
        sql.and_filter(query.filter()).and_in_scope(self.scope());
        if let Some(position) = &plan.after {
            sql.and_after(query, position);
        }
        let direction = if query.is_descending() { Order::Desc } else { Order::Asc };
        let (column, ties) = sorting(names, query);
        let columns = E::Column::iter().map(|column| match column.as_str() {
            name if [Column::CreatedAt, Column::UpdatedAt]
                .iter()
                .any(|one| one.as_str() == name) =>
            {
                let backend = self.backend();
                let [table, quoted] = [entity.table_name(), name].map(|one| quote(backend, one));
                let read = read_by_driver(backend, &format!("{table}.{quoted}"));
                (Expr::cust(read), name)
            }
            name => (column.select_as(column.into_expr()), name),
        });
        let mut select = columns
            .fold(E::find().select_only(), |select, (read, name)| select.expr_as(read, name))
            .filter(sql.into_condition())
            .order_by(Expr::cust(column.to_owned()), direction.clone());
        if ties {
            select = select.order_by(Expr::cust(names.id.clone()), direction);
        }
        if (entity.schema_name(), entity.table_name()) != (G::tasks_schema(), G::tasks_table()) {
            let from = QuerySelect::query(&mut select).from_clear();
            let alias = entity.table_name();
            match G::tasks_schema() {
                Some(schema) => from.from_as((schema, G::tasks_table()), alias),
                None => from.from_as(G::tasks_table(), alias),
            };
        }
        Ok(select.limit(query.lookahead()).offset(Some(plan.offset).filter(|rows| *rows > 0)))
    }

    /// Makes a page of the rows that [`select`](Self::select) gave, with the cursor to the
    /// next.
    #[must_use]
    pub fn page_of<T>(
        &self,
        query: &TaskQuery,
        rows: Vec<T>,
        task: impl Fn(&T) -> &Task,
    ) -> Page<T> {
        query.page_of(self.scope(), rows, task, None)
    }
}

/// The page size, in tens, where it is part of the text: PostgreSQL plans a statement anew each
/// time if its limit is bound. Of other sizes there are too many.
fn written_out(query: &TaskQuery) -> Option<usize> {
    let size = usize::try_from(query.page_size()).ok()?;
    size.is_multiple_of(10).then_some(size / 10)
}

fn as_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
