//! The strategy resolver over a database.

use super::sql::{BoundColumns, KeyKind, KeyList, only_if};
use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::span::span;
use crate::strategy::{Inheritance, Inheritances, ResolveStrategy, ResolvedStrategy};
use crate::task::{Games, ParentGame, StrategyId, Task, TaskKey, TaskScope};
use async_trait::async_trait;
use sea_orm::{DbErr, QueryResult, Statement};
use std::fmt;
use tracing::Instrument;
use uuid::Uuid;

/// Resolves effective strategies in the database, each call in one round trip.
///
/// ```no_run
/// use game_tasks::{StrategyResolver, sea_orm::Database};
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

    /// Resolves only for tasks that the scope sees. Scoping again narrows.
    #[must_use]
    pub fn scoped(mut self, scope: TaskScope) -> Self {
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
    /// The effective strategy of the task that the key names. One round trip.
    ///
    /// # Errors
    /// See [`ResolveStrategy::resolve_key`].
    pub async fn resolve(&self, key: impl Into<TaskKey>) -> Result<ResolvedStrategy, TaskError> {
        self.resolve_key(&key.into()).await
    }

    /// The effective strategy of a given task. One round trip; without a scope none where
    /// the task has a strategy of its own.
    ///
    /// # Errors
    /// See [`ResolveStrategy::resolve_task`].
    pub async fn resolve_for(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
        self.resolve_task(task).await
    }

    /// The effective strategies of many tasks, in the order of the keys; `None` for a task
    /// that is not there; at most [`MAX_KEYS`](crate::MAX_KEYS). One round trip.
    ///
    /// # Errors
    /// See [`ResolveStrategy::resolve_keys`].
    pub async fn resolve_many<K: Into<TaskKey>>(
        &self,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError> {
        let keys: Vec<TaskKey> = keys.into_iter().map(Into::into).collect();
        self.resolve_keys(&keys).await
    }

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

    /// The outer join keeps a task whose game is gone, which is possible while foreign keys are off.
    fn resolve_statement(&self, key: &TaskKey) -> Statement {
        let (sql, names) = (self.tasks.sql(), self.tasks.names());
        let (own, inherited) = (&names.strategy_id, self.game_strategy());
        let (tasks, games, game_key) = (&names.tasks, &names.games, &names.game_key);
        let (id, game_id) = (&names.id, &names.game_id);
        let bound = BoundColumns::by(key);
        let id = fmt::from_fn(|f| write!(f, ", {id} AS task_id"));
        let id = only_if(bound.id.is_none(), id);
        let game = fmt::from_fn(|f| write!(f, ", {game_id} AS game_id"));
        let game = only_if(bound.game.is_none(), game);
        let (key, and_in_scope) = (sql.key(key), sql.and_in_scope(self.tasks.scope(), ""));
        sql.statement(format_args!(
            "SELECT {own} AS own, {inherited} AS inherited{id}{game} FROM {tasks} \
             LEFT JOIN {games} g ON {game_key} = {game_id} WHERE {key}{and_in_scope}"
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
        let row = self.tasks.connection.query_one(self.game_statement(task.game_id)).await;
        let Some(row) = row.map_err(|error| self.tasks.read_failed(error))? else {
            return Err(TaskError::GameNotFound { game_id: task.game_id });
        };
        let game = row.try_get_by_index::<Option<StrategyId>>(0);
        Ok(resolved(game.map_err(|error| self.tasks.read_failed(error))?))
    }

    fn game_statement(&self, game_id: Uuid) -> Statement {
        let (sql, names) = (self.tasks.sql(), self.tasks.names());
        let inherited = self.game_strategy();
        let (games, game_key, game_id) = (&names.games, &names.game_key, sql.bind(game_id));
        sql.statement(format_args!(
            "SELECT {inherited} AS inherited FROM {games} g WHERE {game_key} = {game_id}"
        ))
    }

    async fn resolve_list(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError> {
        TaskKey::validate_many(keys)?;
        let mut found = vec![None; keys.len()];
        if keys.is_empty() {
            return Ok(found);
        }
        let list = KeyList::new(self.tasks.dialect(), keys);
        // The rows are numbered through all kinds, one after the other.
        let indexes: Vec<usize> =
            list.kinds().iter().flat_map(|keys| keys.indexes.iter().copied()).collect();
        let rows = self.tasks.connection.query_all(self.resolve_many_statement(&list)).await;
        let failed = |error| self.tasks.read_failed(error);
        for row in &rows.map_err(failed)? {
            let number: i64 = row.try_get_by_index(0).map_err(failed)?;
            let index = usize::try_from(number).ok().and_then(|number| indexes.get(number));
            let Some((key, slot)) = index.and_then(|at| keys.get(*at).zip(found.get_mut(*at)))
            else {
                continue;
            };
            let other_id: Uuid = row.try_get_by_index(1).map_err(failed)?;
            let (task_id, game_id) = match key {
                TaskKey::Id(id) => (*id, other_id),
                TaskKey::InGame(game, _) | TaskKey::External(game, _) => (other_id, *game),
            };
            let own = row.try_get_by_index(2).map_err(failed)?;
            let game = row.try_get_by_index(3).map_err(failed)?;
            *slot = Some(self.resolved(task_id, game_id, own, game));
        }
        Ok(found)
    }

    fn resolve_many_statement(&self, keys: &KeyList) -> Statement {
        let (sql, names) = (self.tasks.sql(), self.tasks.names());
        let (own, inherited) = (&names.strategy_id, self.game_strategy());
        let (games, game_key, game_id) = (&names.games, &names.game_key, &names.game_id);
        let kinds = fmt::from_fn(|f| {
            let mut before = 0;
            for keys in keys.kinds() {
                match before {
                    0 => f.write_str("SELECT k.n AS n")?,
                    _ => {
                        let before = sql.bind(i64::try_from(before).unwrap_or(i64::MAX));
                        write!(f, " UNION ALL SELECT k.n + {before} AS n")?;
                    }
                }
                // The id that the key does not name.
                let other_id = match keys.kind {
                    KeyKind::Id => game_id,
                    KeyKind::InGame | KeyKind::External | KeyKind::Located => &names.id,
                };
                let tasks = sql.keys_joined_to_tasks(keys);
                let and_in_scope = sql.and_in_scope(self.tasks.scope(), "");
                write!(
                    f,
                    ", {other_id} AS other_id, {own} AS own, {inherited} AS inherited FROM {tasks} \
                     LEFT JOIN {games} g ON {game_key} = {game_id} WHERE 1 = 1{and_in_scope}"
                )?;
                before += keys.indexes.len();
            }
            Ok(())
        });
        sql.statement(format_args!("{kinds}"))
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
}
