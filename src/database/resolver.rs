//! The strategy resolver over a database.

use super::sql::{BoundColumns, Decoder, KeyKind, KeyList, only_if};
use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::span::span;
use crate::strategy::{
    Inheritance, Inheritances, ResolveStrategy, ResolvedGame, ResolvedStrategy, ResolvedTask,
};
use crate::task::{Games, ParentGame, StrategyId, Task, TaskKey, TaskScope};
use async_trait::async_trait;
use sea_orm::{DbErr, QueryResult, Statement};
use std::fmt::{self, Display};
use std::marker::PhantomData;
use tracing::Instrument;
use uuid::Uuid;

/// Resolves effective strategies in the database, each call in one round trip.
///
/// ```no_run
/// use game_tasks::{ResolveStrategyExt, StrategyResolver, sea_orm::Database};
///
/// # async fn example(task_id: uuid::Uuid) -> Result<(), Box<dyn std::error::Error>> {
/// let db = Database::connect("sqlite://tasks.db").await?;
/// let resolved = StrategyResolver::new(db).resolve(task_id).await?;
/// println!("{resolved}");
/// # Ok(())
/// # }
/// ```
pub struct StrategyResolver<C, G: ParentGame = Games> {
    /// Where the tasks are: its connection, names and scope.
    tasks: SeaOrmTaskRepository<C, G>,
    inheritance: Inheritances,
}

impl<C: TaskConnection> StrategyResolver<C, Games> {
    /// A resolver over the crate's own games table.
    #[must_use]
    pub fn new(connection: C) -> Self {
        Self::with_parent::<Games>(connection)
    }

    /// A resolver over an application's own games table.
    #[must_use]
    pub fn with_parent<G: ParentGame>(connection: C) -> StrategyResolver<C, G> {
        let tasks = SeaOrmTaskRepository::with_parent(connection);
        StrategyResolver { tasks, inheritance: Inheritances::default() }
    }
}

impl<C: TaskConnection, G: ParentGame> StrategyResolver<C, G> {
    /// Whether tasks inherit their game's strategy, but for those of games that
    /// [`inheritance_in`](Self::inheritance_in) names.
    #[must_use]
    pub fn inheritance(mut self, inheritance: Inheritance) -> Self {
        self.inheritance.everywhere(inheritance);
        self
    }

    /// Whether the tasks of these games inherit their strategy, whatever is said for all
    /// others: for moving from the one behaviour to the other game by game. A game that is
    /// named again has the last answer.
    ///
    /// ```no_run
    /// use game_tasks::{Inheritance, StrategyResolver};
    ///
    /// # fn example(db: game_tasks::sea_orm::DatabaseConnection, moved: Vec<uuid::Uuid>) {
    /// let resolver = StrategyResolver::new(db)
    ///     .inheritance(Inheritance::Never)
    ///     .inheritance_in(moved, Inheritance::FromGame);
    /// # }
    /// ```
    #[must_use]
    pub fn inheritance_in(
        mut self,
        games: impl IntoIterator<Item = Uuid>,
        inheritance: Inheritance,
    ) -> Self {
        self.inheritance.in_games(games, inheritance);
        self
    }

    /// The rule, for a task of this game.
    fn resolved(
        &self,
        task_id: Uuid,
        game_id: Uuid,
        own: StrategyId,
        game: Option<StrategyId>,
    ) -> ResolvedStrategy {
        ResolvedStrategy::of(task_id, game_id, own, game, self.inheritance.of(game_id))
    }

    /// The same resolver, restricted to the tasks that the scope can see. A second scope narrows the
    /// first. [`ResolveStrategy::scoped_resolver`] does the same behind `dyn`; this keeps the type, and so
    /// [`on`](Self::on).
    #[must_use]
    pub fn with_scope(mut self, scope: TaskScope) -> Self {
        self.tasks = self.tasks.with_scope(scope);
        self
    }

    /// The same resolver, configuration and all, on another connection: inside the
    /// application's transaction, for example.
    #[must_use]
    pub fn on<'c, D: TaskConnection>(&self, connection: &'c D) -> StrategyResolver<&'c D, G> {
        let tasks = self.tasks.on(connection);
        StrategyResolver { tasks, inheritance: self.inheritance.clone() }
    }
}

impl<C: TaskConnection, G: ParentGame> StrategyResolver<C, G> {
    /// The column of the games' strategies where a statement selects it.
    fn game_strategy(&self) -> &str {
        self.tasks.names().game_strategy.as_deref().unwrap_or("NULL")
    }

    /// No key leaves out both ids.
    fn decode(&self, bound: BoundColumns, row: &QueryResult) -> Result<ResolvedStrategy, DbErr> {
        let (own, game) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let id = |bound: Option<Uuid>| bound.map_or_else(|| row.try_get_by_index(2), Ok);
        Ok(self.resolved(id(bound.id)?, id(bound.game)?, own, game))
    }
}

impl<C, G: ParentGame> std::fmt::Debug for StrategyResolver<C, G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StrategyResolver")
            .field("tasks", &self.tasks)
            .field("inheritance", &self.inheritance)
            .finish()
    }
}

impl<C: Clone, G: ParentGame> Clone for StrategyResolver<C, G> {
    fn clone(&self) -> Self {
        Self { tasks: self.tasks.clone(), inheritance: self.inheritance.clone() }
    }
}

impl<C: TaskConnection, G: ParentGame> StrategyResolver<C, G> {
    async fn resolve_one(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError> {
        key.validate()?;
        let row = self.tasks.connection.query_one(self.resolve_statement(key)).await;
        match row.map_err(|error| self.tasks.read_failed(error))? {
            Some(row) => self
                .decode(BoundColumns::by(key), &row)
                .map_err(|error| self.tasks.read_failed(error)),
            None => Err(TaskError::NotFound { key: key.clone() }),
        }
    }

    fn resolve_statement(&self, key: &TaskKey) -> Statement {
        let (sql, names) = (self.tasks.sql(), self.tasks.names());
        let (own, inherited) = (&names.strategy_id, self.game_strategy());
        let (tasks, join) = (&names.tasks, self.join_games());
        let (id, game_id) = (&names.id, &names.game_id);
        let bound = BoundColumns::by(key);
        let id = fmt::from_fn(|f| write!(f, ", {id} AS task_id"));
        let id = only_if(bound.id.is_none(), id);
        let game = fmt::from_fn(|f| write!(f, ", {game_id} AS game_id"));
        let game = only_if(bound.game.is_none(), game);
        let (key, and_in_scope) = (sql.key(key), sql.and_in_scope(self.tasks.scope(), ""));
        sql.statement(format_args!(
            "SELECT {own} AS own, {inherited} AS inherited{id}{game} FROM {tasks}{join} \
             WHERE {key}{and_in_scope}"
        ))
    }

    async fn resolve_given(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
        if !self.tasks.scope().is_unrestricted() {
            // The given task may have been made up: only the database knows who can see it.
            return self.resolve_one(&TaskKey::InGame(task.game_id, task.id)).await;
        }
        let resolved = |game| self.resolved(task.id, task.game_id, task.strategy_id.clone(), game);
        let inheritance = self.inheritance.of(task.game_id);
        if !task.strategy_id.is_default() || inheritance == Inheritance::Never {
            return Ok(resolved(None));
        }
        let row = self.tasks.connection.query_one(self.game_statement(task.game_id, false)).await;
        let Some(row) = row.map_err(|error| self.tasks.read_failed(error))? else {
            return Err(TaskError::GameNotFound { game_id: task.game_id });
        };
        let game = row.try_get_by_index::<Option<StrategyId>>(0);
        Ok(resolved(game.map_err(|error| self.tasks.read_failed(error))?))
    }

    /// The strategy of a game, or only of one in which the scope may create tasks.
    fn game_statement(&self, game_id: Uuid, in_scope: bool) -> Statement {
        let (sql, names) = (self.tasks.sql(), self.tasks.names());
        let inherited = self.game_strategy();
        let (games, game_key, game_id) = (&names.games, &names.game_key, sql.bind(game_id));
        let and_may_create = only_if(in_scope, sql.and_may_create(self.tasks.scope()));
        sql.statement(format_args!(
            "SELECT {inherited} AS inherited FROM {games} g \
             WHERE {game_key} = {game_id}{and_may_create}"
        ))
    }

    async fn resolve_list(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError> {
        let decode = |key: &TaskKey, row: &QueryResult| {
            let (other_id, own) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let (task_id, game_id) = match key {
                TaskKey::Id(id) => (*id, other_id),
                TaskKey::InGame(game, _) | TaskKey::External(game, _) => (other_id, *game),
            };
            Ok(self.resolved(task_id, game_id, own, row.try_get_by_index(2)?))
        };
        let statement = |list: &KeyList| self.resolve_many_statement(list);
        self.tasks.query_by_keys(keys, statement, decode).await
    }

    fn resolve_many_statement(&self, keys: &KeyList) -> Statement {
        let (sql, names) = (self.tasks.sql(), self.tasks.names());
        let (own, inherited) = (&names.strategy_id, self.game_strategy());
        let columns = |f: &mut fmt::Formatter<'_>, kind| {
            // The id that the key does not name.
            let other_id = match kind {
                KeyKind::Id => &names.game_id,
                KeyKind::InGame | KeyKind::External | KeyKind::Located => &names.id,
            };
            write!(f, "{other_id} AS other_id, {own} AS own, {inherited} AS inherited")
        };
        let select = self.tasks.select_by_keys(&sql, keys, columns, self.join_games());
        sql.statement(format_args!("{select}"))
    }

    /// The outer join keeps a task whose game is gone, which is possible while foreign keys are off.
    fn join_games(&self) -> impl Display + '_ {
        let names = self.tasks.names();
        let (games, game_key, game_id) = (&names.games, &names.game_key, &names.game_id);
        fmt::from_fn(move |f| write!(f, " LEFT JOIN {games} g ON {game_key} = {game_id}"))
    }

    async fn resolve_one_with_task(&self, key: &TaskKey) -> Result<ResolvedTask, TaskError> {
        key.validate()?;
        let row = self.tasks.connection.query_one(self.with_task_statement(key)).await;
        let failed = |error| self.tasks.read_failed(error);
        match row.map_err(failed)? {
            Some(row) => self.decode_with_task(&row).map_err(failed),
            None => Err(TaskError::NotFound { key: key.clone() }),
        }
    }

    fn with_task_statement(&self, key: &TaskKey) -> Statement {
        let (sql, names) = (self.tasks.sql(), self.tasks.names());
        let (tasks, task) = (&names.tasks, &names.named_columns);
        let (inherited, join) = (self.game_strategy(), self.join_games());
        let (key, and_in_scope) = (sql.key(key), sql.and_in_scope(self.tasks.scope(), ""));
        sql.statement(format_args!(
            "SELECT {task}, {inherited} AS inherited FROM {tasks}{join} WHERE {key}{and_in_scope}"
        ))
    }

    async fn resolve_list_with_tasks(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedTask>>, TaskError> {
        let statement = |list: &KeyList| self.many_with_tasks_statement(list);
        let decode = |_: &TaskKey, row: &QueryResult| self.decode_with_task(row);
        self.tasks.query_by_keys(keys, statement, decode).await
    }

    fn many_with_tasks_statement(&self, keys: &KeyList) -> Statement {
        let (sql, task) = (self.tasks.sql(), &self.tasks.names().named_columns);
        let inherited = self.game_strategy();
        let columns = |f: &mut fmt::Formatter<'_>, _| write!(f, "{task}, {inherited} AS inherited");
        let select = self.tasks.select_by_keys(&sql, keys, columns, self.join_games());
        sql.statement(format_args!("{select}"))
    }

    fn decode_with_task(&self, row: &QueryResult) -> Result<ResolvedTask, DbErr> {
        let task = Decoder::new(self.tasks.names(), BoundColumns::default()).decode(row)?;
        let game = row.try_get("", "inherited")?;
        let own = task.strategy_id.clone();
        let resolved = self.resolved(task.id, task.game_id, own, game);
        Ok(ResolvedTask::new(task, resolved))
    }

    async fn resolve_game_alone(&self, game_id: Uuid) -> Result<ResolvedGame, TaskError> {
        let row = self.tasks.connection.query_one(self.game_statement(game_id, true)).await;
        let failed = |error| self.tasks.read_failed(error);
        let row = row.map_err(failed)?.ok_or(TaskError::GameNotFound { game_id })?;
        let game = row.try_get_by_index(0).map_err(failed)?;
        Ok(ResolvedGame::of(game_id, game, self.inheritance.of(game_id)))
    }
}

#[async_trait]
impl<C: TaskConnection, G: ParentGame> ResolveStrategy for StrategyResolver<C, G> {
    async fn resolve_key(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError> {
        self.tasks.scope().validate()?;
        self.resolve_one(key).instrument(span!("resolve", key = key)).await
    }

    async fn resolve_task(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
        self.tasks.scope().validate()?;
        self.resolve_given(task).instrument(span!("resolve_for", task = task.id)).await
    }

    async fn resolve_keys(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError> {
        self.tasks.scope().validate()?;
        self.resolve_list(keys).instrument(span!("resolve_many", tasks = keys.len())).await
    }

    async fn resolve_for_game(&self, game_id: Uuid) -> Result<ResolvedGame, TaskError> {
        self.tasks.scope().validate()?;
        self.resolve_game_alone(game_id).instrument(span!("resolve_game", game = game_id)).await
    }

    async fn resolve_key_with_task(&self, key: &TaskKey) -> Result<ResolvedTask, TaskError> {
        self.tasks.scope().validate()?;
        self.resolve_one_with_task(key).instrument(span!("resolve", key = key)).await
    }

    async fn resolve_keys_with_tasks(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedTask>>, TaskError> {
        self.tasks.scope().validate()?;
        let resolved = self.resolve_list_with_tasks(keys);
        resolved.instrument(span!("resolve_many", tasks = keys.len())).await
    }

    fn scoped_resolver(&self, scope: TaskScope) -> Box<dyn ResolveStrategy + '_> {
        let mut settings = self.tasks.settings.clone();
        settings.scope = settings.scope.and(scope);
        // Always the same type, as for the repository.
        let connection: &dyn TaskConnection = &self.tasks.connection;
        let tasks = SeaOrmTaskRepository::<_, G> { connection, settings, parent: PhantomData };
        Box::new(StrategyResolver { tasks, inheritance: self.inheritance.clone() })
    }

    fn in_transaction(&self) -> bool {
        self.tasks.connection.in_transaction()
    }
}

#[cfg(feature = "retry")]
impl<C: super::Autocommit, G: ParentGame> crate::Retryable for StrategyResolver<C, G> {}
