//! The order of the steps. Each step reads the tables' state first, so that a run continues an
//! interrupted one.

use super::error::AdoptError;
use super::inspect::{WITHOUT_EXTERNAL_ID, count_rows, groups, is_orphan};
use super::plan::{Orphans, Plan, Step};
use super::report::Adoption;
use super::session::{Session, StepProgress, count, get, query};
use super::state::{ForeignKey, Needed, State};
use super::{audit, duplicates, fill, orphans, reference_indexes, schema};
use crate::task::games;

/// How often a step is repeated because GAME's programs wrote rows that it had just resolved.
const MAX_ROUNDS: u32 = 20;

/// Adopts the database.
pub(super) async fn run(session: &mut Session, plan: &mut Plan) -> Result<Adoption, AdoptError> {
    let state = State::read(session).await?;
    session.acquire_lock(&state.tasks.quoted).await?;
    // Another run may have ended meanwhile.
    let state = State::read(session).await?;
    schema::refuse_taken_names(session, &state).await?;
    refuse_what_is_undecided(session, &state, plan).await?;

    let mut run = Run { session, plan, steps: Vec::new(), tasks_filled: 0, games_filled: 0 };
    let outcome = run.all(&state).await;
    if let Err(AdoptError::Blocked { .. } | AdoptError::Undecided { .. }) = outcome {
        // The next run may be a while off, and the temporary indexes slow writers. The first error is
        // the one to report.
        let _ = run.drop_indexes().await;
    }
    outcome?;
    let Run { session, mut steps, tasks_filled, games_filled, .. } = run;
    steps.sort_unstable();
    steps.dedup();
    let resolved = audit::read(session, &state.tasks).await?;
    Ok(Adoption { steps, tasks_filled, games_filled, resolved })
}

/// Fails if there are rows on which the plan does not decide.
async fn refuse_what_is_undecided(
    session: &mut Session,
    state: &State,
    plan: &mut Plan,
) -> Result<(), AdoptError> {
    let State { tasks, games, .. } = state;
    let mut undecided = (0, 0, 0);
    let mut game = r#"t."gameId""#.to_owned();
    if state.allows_orphans() {
        let without = is_orphan(state);
        match plan.orphans {
            None => undecided.1 = count_rows(session, tasks, &without).await?,
            Some(Orphans::SetAside) => {
                game = format!(r#"CASE WHEN NOT ({without}) THEN t."gameId" END"#);
            }
            Some(Orphans::MoveTo(game_id)) => {
                let text = format!("SELECT EXISTS (SELECT 1 FROM {} WHERE id = $1)", games.quoted);
                if !get::<bool>(&session.row(query(text).bind(game_id)).await?, 0)? {
                    return Err(AdoptError::GameNotFound { game_id });
                }
                // They belong to the groups of their future game.
                game = format!(r#"CASE WHEN {without} THEN '{game_id}'::uuid ELSE t."gameId" END"#);
            }
        }
    }
    if plan.duplicates.is_none() && !state.has(Needed::Unique) {
        let text = format!("SELECT count(*) FROM ({}) d", groups(tasks, &game));
        undecided.0 = count(&session.row(query(text)).await?, 0)?;
    }
    if !plan.name_games && games.is_nullable(games::Column::ExternalGameId) {
        undecided.2 = count_rows(session, games, WITHOUT_EXTERNAL_ID).await?;
    }
    match undecided {
        (0, 0, 0) => Ok(()),
        (duplicate_groups, tasks_without_game, games_without_external_id) => {
            Err(AdoptError::Undecided {
                duplicate_groups,
                tasks_without_game,
                games_without_external_id,
            })
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Target {
    Games,
    Tasks,
}

struct Run<'r> {
    session: &'r mut Session,
    plan: &'r mut Plan,
    steps: Vec<Step>,
    tasks_filled: u64,
    games_filled: u64,
}

impl Run<'_> {
    async fn all(&mut self, state: &State) -> Result<(), AdoptError> {
        self.defaults(state).await?;
        self.without_nulls(state, Target::Games).await?;
        self.without_nulls(state, Target::Tasks).await?;
        self.reference().await?;
        self.unique_index().await?;
        self.listing_index().await?;
        self.drop_indexes().await
    }

    async fn drop_indexes(&mut self) -> Result<(), AdoptError> {
        let mut progress = StepProgress::new(Step::Duplicates, &mut *self.plan.on_progress);
        reference_indexes::drop_indexes(self.session, &mut progress).await
    }

    async fn defaults(&mut self, state: &State) -> Result<(), AdoptError> {
        for table in [&state.games, &state.tasks] {
            if !table.missing_defaults().is_empty() {
                self.steps.push(Step::Defaults);
                let mut progress = StepProgress::new(Step::Defaults, &mut *self.plan.on_progress);
                progress.begin();
                schema::defaults(self.session, table, &mut progress).await?;
            }
        }
        Ok(())
    }

    /// Fills nulls, forbids new ones, fills those that were written meanwhile, and sets NOT NULL.
    async fn without_nulls(&mut self, state: &State, target: Target) -> Result<(), AdoptError> {
        let table = match target {
            Target::Games => &state.games,
            Target::Tasks => &state.tasks,
        };
        if table.nullable().is_empty() {
            return Ok(());
        }
        self.fill(state, target).await?;
        for _ in 0..MAX_ROUNDS {
            self.steps.push(Step::NotNull);
            let mut progress = StepProgress::new(Step::NotNull, &mut *self.plan.on_progress);
            progress.begin();
            schema::forbid_nulls(self.session, table, &mut progress).await?;
            self.fill(state, target).await?;
            let mut progress = StepProgress::new(Step::NotNull, &mut *self.plan.on_progress);
            progress.begin();
            if schema::not_null(self.session, table, &mut progress).await? {
                return Ok(());
            }
            self.refuse_unnamed_games(state, target).await?;
        }
        Err(AdoptError::OutpacedByWriters { step: Step::NotNull, rounds: MAX_ROUNDS })
    }

    async fn fill(&mut self, state: &State, target: Target) -> Result<(), AdoptError> {
        if target == Target::Games {
            let filled = fill::games(self.session, &state.games, self.plan).await?;
            self.games_filled += filled;
            self.record(filled > 0, Step::FillGames);
            return Ok(());
        }
        // First, because a row without a game cannot be filled once nulls are forbidden.
        self.orphans(state).await?;
        // Before filling: a task without `created_at` counts as the newest of its group, and must not
        // become the oldest.
        self.duplicates(state).await?;
        let filled = fill::tasks(self.session, &state.tasks, self.plan).await?;
        self.tasks_filled += filled;
        self.record(filled > 0, Step::FillTasks);
        Ok(())
    }

    async fn duplicates(&mut self, state: &State) -> Result<(), AdoptError> {
        if !state.has(Needed::Unique) {
            let settled = duplicates::resolve(self.session, state, self.plan).await?;
            self.record(settled, Step::Duplicates);
        }
        Ok(())
    }

    async fn orphans(&mut self, state: &State) -> Result<(), AdoptError> {
        let settled = orphans::resolve(self.session, state, self.plan).await?;
        self.record(settled, Step::Orphans);
        Ok(())
    }

    /// Fails if a game was written without an external id, and the plan does not decide on that.
    async fn refuse_unnamed_games(
        &mut self,
        state: &State,
        target: Target,
    ) -> Result<(), AdoptError> {
        if self.plan.name_games || target == Target::Tasks {
            return Ok(());
        }
        match count_rows(self.session, &state.games, WITHOUT_EXTERNAL_ID).await? {
            0 => Ok(()),
            games_without_external_id => Err(AdoptError::Undecided {
                duplicate_groups: 0,
                tasks_without_game: 0,
                games_without_external_id,
            }),
        }
    }

    async fn reference(&mut self) -> Result<(), AdoptError> {
        for _ in 0..MAX_ROUNDS {
            let state = State::read(self.session).await?;
            if state.foreign_key == ForeignKey::Valid {
                return Ok(());
            }
            self.orphans(&state).await?;
            self.steps.push(Step::Reference);
            let mut progress = StepProgress::new(Step::Reference, &mut *self.plan.on_progress);
            progress.begin();
            schema::reference(self.session, &state, &mut progress).await?;
        }
        Err(AdoptError::OutpacedByWriters { step: Step::Reference, rounds: MAX_ROUNDS })
    }

    async fn unique_index(&mut self) -> Result<(), AdoptError> {
        for _ in 0..MAX_ROUNDS {
            let state = State::read(self.session).await?;
            if state.has(Needed::Unique) {
                return Ok(());
            }
            self.duplicates(&state).await?;
            self.index(&state, Needed::Unique).await?;
        }
        Err(AdoptError::OutpacedByWriters { step: Step::UniqueIndex, rounds: MAX_ROUNDS })
    }

    async fn listing_index(&mut self) -> Result<(), AdoptError> {
        let state = State::read(self.session).await?;
        if !state.has(Needed::Listing) {
            self.index(&state, Needed::Listing).await?;
        }
        Ok(())
    }

    async fn index(&mut self, state: &State, needed: Needed) -> Result<(), AdoptError> {
        let step = needed.step();
        self.steps.push(step);
        let mut progress = StepProgress::new(step, &mut *self.plan.on_progress);
        progress.begin();
        schema::index(self.session, state, needed, &mut progress).await.map(drop)
    }

    fn record(&mut self, done: bool, step: Step) {
        if done {
            self.steps.push(step);
        }
    }
}
