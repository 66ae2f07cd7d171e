use crate::database::TaskConnection;
use crate::database::dialect::Dialect;
use crate::database::sql::{KeyKind, KeyList, Known, Names, Shape, Sql};
use crate::error::{Call, TaskError};
use crate::span::span;
use crate::strategy::{Inheritance, Inheritances, ResolveStrategy, ResolvedStrategy};
use crate::task::{Games, ParentGame, StrategyId, Task, TaskKey, TaskScope};
use async_trait::async_trait;
use sea_orm::{DbErr, QueryResult};
use std::marker::PhantomData;
use std::sync::Arc;
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
    connection: C,
    names: Arc<Names>,
    scope: TaskScope,
    inheritance: Inheritances,
    parent: PhantomData<fn() -> G>,
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
        StrategyResolver {
            names: Arc::new(Names::new::<G>(connection.backend())),
            connection,
            scope: TaskScope::unrestricted(),
            inheritance: Inheritances::default(),
            parent: PhantomData,
        }
    }
}

impl<C, G: ParentGame> StrategyResolver<C, G> {
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
        self.scope = self.scope.and(scope);
        self
    }

    /// The same resolver, configuration and all, on another connection: inside the
    /// application's transaction, for example.
    #[must_use]
    pub fn on<'c, D: TaskConnection>(&self, connection: &'c D) -> StrategyResolver<&'c D, G> {
        let names = if connection.backend() == self.names.backend {
            Arc::clone(&self.names)
        } else {
            Arc::new(Names::new::<G>(connection.backend()))
        };
        StrategyResolver {
            connection,
            names,
            scope: self.scope.clone(),
            inheritance: self.inheritance.clone(),
            parent: PhantomData,
        }
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

    /// The effective strategy of a task in hand. One round trip; without a scope none where
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

    fn failed(&self, source: DbErr) -> TaskError {
        let call = Call {
            dialect: Dialect::of(self.connection.backend()),
            in_transaction: self.connection.in_transaction(),
            writes: false,
        };
        call.failed(source)
    }

    /// What a game says, as a column of a statement.
    fn game_strategy(&self) -> &str {
        self.names.game_strategy.as_deref().unwrap_or("NULL")
    }

    /// The task's own strategy and its game's, as two columns.
    fn strategies<'s, 'n>(&self, sql: &'s mut Sql<'n>) -> &'s mut Sql<'n> {
        sql.push(&self.names.strategy_id).push(" AS own, ").push(self.game_strategy());
        sql.push(" AS inherited")
    }

    /// A task whose game is gone (foreign keys can be off) still has a strategy.
    fn join_game<'s, 'n>(&self, sql: &'s mut Sql<'n>) -> &'s mut Sql<'n> {
        let names = &self.names;
        sql.push(" LEFT JOIN ").push(&names.games).push(" g ON ").push(&names.game_key);
        sql.push(" = ").push(&names.game_id)
    }

    /// No key leaves out both ids.
    fn decode(&self, known: Known, row: &QueryResult) -> Result<ResolvedStrategy, DbErr> {
        let (own, game) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let id = |known: Option<Uuid>| known.map_or_else(|| row.try_get_by_index(2), Ok);
        Ok(self.resolved(id(known.id)?, id(known.game)?, own, game))
    }
}

impl<C, G: ParentGame> std::fmt::Debug for StrategyResolver<C, G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StrategyResolver")
            .field("backend", &self.names.backend)
            .field("tasks", &self.names.tasks)
            .field("scope", &self.scope)
            .field("inheritance", &self.inheritance)
            .finish_non_exhaustive()
    }
}

impl<C: Clone, G: ParentGame> Clone for StrategyResolver<C, G> {
    fn clone(&self) -> Self {
        Self {
            connection: self.connection.clone(),
            names: Arc::clone(&self.names),
            scope: self.scope.clone(),
            inheritance: self.inheritance.clone(),
            parent: PhantomData,
        }
    }
}

impl<C: TaskConnection, G: ParentGame> StrategyResolver<C, G> {
    async fn resolve_one(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError> {
        key.validate()?;
        let shape = Shape::of("resolve", &self.scope).map(|shape| shape.by(key));
        let mut sql = Sql::shaped(&self.names, shape, "SELECT ");
        self.strategies(&mut sql);
        // What the key does not say.
        let known = Known::by(key);
        if known.id.is_none() {
            sql.push(", ").push(&self.names.id).push(" AS task_id");
        }
        if known.game.is_none() {
            sql.push(", ").push(&self.names.game_id).push(" AS game_id");
        }
        sql.push(" FROM ").push(&self.names.tasks);
        self.join_game(&mut sql).push(" WHERE ").key(key).and_in_scope(&self.scope);
        let row = self.connection.query_one(sql.statement()).await.map_err(|e| self.failed(e))?;
        match row {
            Some(row) => self.decode(known, &row).map_err(|e| self.failed(e)),
            None => Err(TaskError::NotFound { key: key.clone() }),
        }
    }

    async fn resolve_in_hand(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
        if !self.scope.is_unrestricted() {
            // A task in hand may be anything: only the database knows who sees it.
            return self.resolve_one(&TaskKey::InGame(task.game_id, task.id)).await;
        }
        let resolved = |game| self.resolved(task.id, task.game_id, task.strategy_id.clone(), game);
        let inheritance = self.inheritance.of(task.game_id);
        if !task.strategy_id.is_default() || inheritance == Inheritance::Never {
            return Ok(resolved(None));
        }
        let shape = Shape::of("resolve_for", &self.scope);
        let mut sql = Sql::shaped(&self.names, shape, "SELECT ");
        sql.push(self.game_strategy()).push(" AS inherited FROM ").push(&self.names.games);
        sql.push(" g WHERE ").push(&self.names.game_key).push(" = ").bind(task.game_id);
        let row = self.connection.query_one(sql.statement()).await.map_err(|e| self.failed(e))?;
        let Some(row) = row else {
            return Err(TaskError::GameNotFound { game_id: task.game_id });
        };
        let game = row.try_get_by_index::<Option<StrategyId>>(0).map_err(|e| self.failed(e))?;
        Ok(resolved(game))
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
        let list = KeyList::new(self.names.backend, keys);
        let mut sql = Sql::new(&self.names, "");
        // Rows are numbered through all kinds, one after the other.
        let mut places: Vec<usize> = Vec::with_capacity(keys.len());
        for of_kind in list.kinds() {
            if places.is_empty() {
                sql.push("SELECT k.n");
            } else {
                sql.push(" UNION ALL SELECT k.n + ");
                sql.bind(i64::try_from(places.len()).unwrap_or(i64::MAX));
            }
            // What the key does not say.
            let other_id = match of_kind.kind {
                KeyKind::Id => &self.names.game_id,
                KeyKind::InGame | KeyKind::External | KeyKind::Located => &self.names.id,
            };
            sql.push(" AS n, ").push(other_id).push(" AS other_id, ");
            self.strategies(&mut sql).push(" FROM ").keys_joined_to_tasks(of_kind);
            self.join_game(&mut sql).push(" WHERE 1 = 1").and_in_scope(&self.scope);
            places.extend(&of_kind.places);
        }
        let rows = self.connection.query_all(sql.statement()).await.map_err(|e| self.failed(e))?;
        for row in &rows {
            let number: i64 = row.try_get_by_index(0).map_err(|e| self.failed(e))?;
            let place = usize::try_from(number).ok().and_then(|number| places.get(number));
            let Some((key, slot)) = place.and_then(|at| keys.get(*at).zip(found.get_mut(*at)))
            else {
                continue;
            };
            let other_id: Uuid = row.try_get_by_index(1).map_err(|e| self.failed(e))?;
            let (task_id, game_id) = match key {
                TaskKey::Id(id) => (*id, other_id),
                TaskKey::InGame(game, _) | TaskKey::External(game, _) => (other_id, *game),
            };
            let own = row.try_get_by_index(2).map_err(|e| self.failed(e))?;
            let game = row.try_get_by_index(3).map_err(|e| self.failed(e))?;
            *slot = Some(self.resolved(task_id, game_id, own, game));
        }
        Ok(found)
    }
}

#[async_trait]
impl<C: TaskConnection, G: ParentGame> ResolveStrategy for StrategyResolver<C, G> {
    async fn resolve_key(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError> {
        self.scope.validate()?;
        self.resolve_one(key).instrument(span!("resolve", key = key)).await
    }

    async fn resolve_task(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
        self.scope.validate()?;
        self.resolve_in_hand(task).instrument(span!("resolve_for", task = task.id)).await
    }

    async fn resolve_keys(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError> {
        self.scope.validate()?;
        self.resolve_list(keys).instrument(span!("resolve_many", tasks = keys.len())).await
    }
}
