//! Filters and queries as SeaORM's `Condition` and `Select`, for the application's own statements.

use super::sql::{Keys, Names, Sql, is_time};
use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::query::{Page, TaskFilter, TaskQuery};
use crate::task::tasks::Column;
use crate::task::{ParentGame, Task, Tasks};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IdenStatic, Iterable, Order, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

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
        let sql = self.sql();
        let and_filter = sql.and_filter(filter, Keys::AsCondition);
        let and_in_scope = sql.and_in_scope(self.scope(), "");
        Ok(sql.condition(format_args!("{and_filter}{and_in_scope}")))
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
        let start = query.page_start(self.scope())?;
        let (entity, dialect) = (E::default(), self.dialect());
        let names = &Names::with_alias::<G>(dialect, entity.table_name());
        let sql = Sql::new(names);
        let sorting = sql.sorting(query);
        let condition = {
            let and_filter = sql.and_filter(query.filter(), Keys::AsCondition);
            let and_in_scope = sql.and_in_scope(self.scope(), "");
            let and_after = sql.and_after(sorting, start.after.as_ref());
            sql.condition(format_args!("{and_filter}{and_in_scope}{and_after}"))
        };
        let is_time = |name: &str| Column::iter().any(|own| own.as_str() == name && is_time(own));
        let columns = E::Column::iter().map(|column| match column.as_str() {
            name if is_time(name) => {
                (Expr::cust(dialect.readable_time_of_driver(&names.qualified(name))), name)
            }
            name => (column.select_as(column.into_expr()), name),
        });
        let direction = if sorting.is_descending { Order::Desc } else { Order::Asc };
        let mut select = columns
            .fold(E::find().select_only(), |select, (read, name)| select.expr_as(read, name))
            .filter(condition)
            .order_by(Expr::cust(sorting.column.to_owned()), direction.clone());
        if sorting.has_ties {
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
        Ok(select.limit(query.fetch_limit()).offset(Some(start.offset).filter(|rows| *rows > 0)))
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
        query.page_from_rows(self.scope(), rows, task, None)
    }
}
