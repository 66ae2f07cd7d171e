use super::{Inheritance, Inheritances, ResolveStrategy, ResolvedStrategy};
use crate::connection::TaskConnection;
use crate::entity::{Games, ParentGame, Task};
use crate::error::{Call, TaskError};
use crate::span::span;
use crate::sql::{KeyList, Names, Shape, Sql};
use crate::value::{StrategyId, TaskKey, TaskScope};
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
    /// that is not there. One round trip.
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
            backend: self.connection.backend(),
            in_transaction: self.connection.in_transaction(),
            writes: false,
        };
        call.failed(source)
    }

    /// What a game says, as a column of a statement.
    fn game_strategy(&self) -> &str {
        self.names.game_strategy.as_deref().unwrap_or("NULL")
    }

    /// `id, game, own strategy, game's strategy`, from the tasks that follow in the text.
    fn select(&self, shape: Option<Shape>, lead: &str) -> Sql<'_> {
        let names = &self.names;
        let mut sql = Sql::shaped(names, shape, "SELECT ");
        sql.push(lead).push(&names.id).push(" AS task_id, ");
        sql.push(&names.game_id).push(" AS game_id, ").push(&names.strategy_id);
        sql.push(" AS own, ").push(self.game_strategy()).push(" AS inherited");
        sql
    }

    /// A task whose game is gone (foreign keys can be off) still has a strategy.
    fn join_game<'s, 'n>(&self, sql: &'s mut Sql<'n>) -> &'s mut Sql<'n> {
        let names = &self.names;
        sql.push(" LEFT JOIN ").push(&names.games).push(" g ON ").push(&names.game_key);
        sql.push(" = ").push(&names.game_id)
    }

    fn decode(&self, row: &QueryResult) -> Result<ResolvedStrategy, DbErr> {
        Ok(self.resolved(
            row.try_get_by_index(0)?,
            row.try_get_by_index(1)?,
            row.try_get_by_index(2)?,
            row.try_get_by_index::<Option<StrategyId>>(3)?,
        ))
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
        let mut sql = self.select(shape, "");
        sql.push(" FROM ").push(&self.names.tasks);
        self.join_game(&mut sql).push(" WHERE ").key(key).and_in_scope(&self.scope);
        let row = self.connection.query_one(sql.statement()).await.map_err(|e| self.failed(e))?;
        match row {
            Some(row) => self.decode(&row).map_err(|e| self.failed(e)),
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
        for key in keys {
            key.validate()?;
        }
        let mut found = vec![None; keys.len()];
        if keys.is_empty() {
            return Ok(found);
        }
        let list = KeyList::new(keys);
        let mut sql = Sql::new(&self.names, "");
        for (branch, kind) in list.kinds().enumerate() {
            if branch > 0 {
                sql.push(" UNION ALL ");
            }
            let select = self.select(None, "k.n AS n, ").into_parts().0;
            sql.push(&select).push(" FROM ").keys_joined_to_tasks(&list, kind);
            self.join_game(&mut sql).push(" WHERE 1 = 1").and_in_scope(&self.scope);
        }
        let rows = self.connection.query_all(sql.statement()).await.map_err(|e| self.failed(e))?;
        for row in &rows {
            let place: i64 = row.try_get_by_index(0).map_err(|e| self.failed(e))?;
            let resolved = self.resolved(
                row.try_get_by_index::<Uuid>(1).map_err(|e| self.failed(e))?,
                row.try_get_by_index(2).map_err(|e| self.failed(e))?,
                row.try_get_by_index(3).map_err(|e| self.failed(e))?,
                row.try_get_by_index::<Option<StrategyId>>(4).map_err(|e| self.failed(e))?,
            );
            if let Some(slot) = usize::try_from(place).ok().and_then(|at| found.get_mut(at)) {
                *slot = Some(resolved);
            }
        }
        Ok(found)
    }
}

#[async_trait]
impl<C: TaskConnection, G: ParentGame> ResolveStrategy for StrategyResolver<C, G> {
    async fn resolve_key(&self, key: &TaskKey) -> Result<ResolvedStrategy, TaskError> {
        self.resolve_one(key).instrument(span!("resolve", key = key)).await
    }

    async fn resolve_task(&self, task: &Task) -> Result<ResolvedStrategy, TaskError> {
        self.resolve_in_hand(task).instrument(span!("resolve_for", task = task.id)).await
    }

    async fn resolve_keys(
        &self,
        keys: &[TaskKey],
    ) -> Result<Vec<Option<ResolvedStrategy>>, TaskError> {
        self.resolve_list(keys).instrument(span!("resolve_many", tasks = keys.len())).await
    }
}
