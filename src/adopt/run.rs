//! The order of the steps: what there is to do is asked of the catalog each time, so that a run
//! takes up where another one was cut off.

use super::catalog::Catalog;
use super::catalog::Needed;
use super::catalog::ToGames;
use super::duplicates;
use super::error::AdoptError;
use super::fill;
use super::homeless;
use super::inspect::WITHOUT_EXTERNAL_ID;
use super::inspect::groups;
use super::inspect::number;
use super::inspect::without_game;
use super::plan::Plan;
use super::plan::Step;
use super::plan::WithoutGame;
use super::record;
use super::referring;
use super::report::Adoption;
use super::schema;
use super::session::Session;
use super::session::Watch;
use super::session::count;
use super::session::get;
use super::session::query;
use crate::task::games;

/// How often a step is begun anew because old programs wrote what it had just settled.
const ROUNDS: u32 = 20;

/// Adopts the database.
pub(super) async fn run(session: &mut Session, plan: &mut Plan) -> Result<Adoption, AdoptError> {
    let catalog = Catalog::read(session).await?;
    session.alone(&catalog.tasks.quoted).await?;
    // Another run may have ended in between.
    let catalog = Catalog::read(session).await?;
    schema::refuse_taken_names(session, &catalog).await?;
    refuse_what_is_undecided(session, &catalog, plan).await?;

    let mut run = Run { session, plan, steps: Vec::new(), tasks_filled: 0, games_filled: 0 };
    let outcome = run.all(&catalog).await;
    if let Err(AdoptError::Stuck { .. } | AdoptError::Undecided { .. }) = outcome {
        // The owner may take a while to decide, and writers need not pay for it meanwhile. What
        // went wrong before is what there is to tell.
        let _ = run.drop_indexes().await;
    }
    outcome?;
    let Run { session, mut steps, tasks_filled, games_filled, .. } = run;
    steps.sort_unstable();
    steps.dedup();
    let settled = record::read(session, &catalog.tasks).await?;
    Ok(Adoption { steps, tasks_filled, games_filled, settled })
}

/// Looks, before anything is changed, for rows that only the owner can decide on.
async fn refuse_what_is_undecided(
    session: &mut Session,
    catalog: &Catalog,
    plan: &mut Plan,
) -> Result<(), AdoptError> {
    let Catalog { tasks, games, .. } = catalog;
    let mut undecided = (0, 0, 0);
    let mut game = r#"t."gameId""#.to_owned();
    if catalog.lets_tasks_be_without_game() {
        let without = without_game(catalog);
        match plan.without_game {
            None => undecided.1 = number(session, tasks, &without).await?,
            Some(WithoutGame::SetAside) => {
                game = format!(r#"CASE WHEN NOT ({without}) THEN t."gameId" END"#);
            }
            Some(WithoutGame::MoveTo(game_id)) => {
                let text = format!("SELECT EXISTS (SELECT 1 FROM {} WHERE id = $1)", games.quoted);
                if !get::<bool>(&session.row(query(text).bind(game_id)).await?, 0)? {
                    return Err(AdoptError::GameNotFound { game_id });
                }
                // They count with the game that they will have.
                game = format!(r#"CASE WHEN {without} THEN '{game_id}'::uuid ELSE t."gameId" END"#);
            }
        }
    }
    if plan.duplicates.is_none() && !catalog.has(Needed::Unique) {
        let text = format!("SELECT count(*) FROM ({}) d", groups(tasks, &game));
        undecided.0 = count(&session.row(query(text)).await?, 0)?;
    }
    if !plan.name_games && games.is_nullable(games::Column::ExternalGameId) {
        undecided.2 = number(session, games, WITHOUT_EXTERNAL_ID).await?;
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

/// Which of the two tables a step is about.
#[derive(Clone, Copy, PartialEq)]
enum Of {
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
    async fn all(&mut self, catalog: &Catalog) -> Result<(), AdoptError> {
        self.defaults(catalog).await?;
        self.without_nulls(catalog, Of::Games).await?;
        self.without_nulls(catalog, Of::Tasks).await?;
        self.reference().await?;
        self.unique_index().await?;
        self.listing_index().await?;
        self.drop_indexes().await
    }

    async fn drop_indexes(&mut self) -> Result<(), AdoptError> {
        let mut watch = Watch::new(Step::Duplicates, &mut *self.plan.on_progress);
        referring::drop_indexes(self.session, &mut watch).await
    }

    async fn defaults(&mut self, catalog: &Catalog) -> Result<(), AdoptError> {
        for table in [&catalog.games, &catalog.tasks] {
            if !table.without_default().is_empty() {
                self.steps.push(Step::Defaults);
                let mut watch = Watch::new(Step::Defaults, &mut *self.plan.on_progress);
                watch.begin();
                schema::defaults(self.session, table, &mut watch).await?;
            }
        }
        Ok(())
    }

    /// Fills what is null, first at leisure, then, once no null can come in, what came in
    /// between, until the proof succeeds that nothing is left.
    async fn without_nulls(&mut self, catalog: &Catalog, of: Of) -> Result<(), AdoptError> {
        let table = match of {
            Of::Games => &catalog.games,
            Of::Tasks => &catalog.tasks,
        };
        if table.nullable().is_empty() {
            return Ok(());
        }
        self.fill(catalog, of).await?;
        for _ in 0..ROUNDS {
            self.steps.push(Step::NotNull);
            let mut watch = Watch::new(Step::NotNull, &mut *self.plan.on_progress);
            watch.begin();
            schema::forbid_nulls(self.session, table, &mut watch).await?;
            self.fill(catalog, of).await?;
            let mut watch = Watch::new(Step::NotNull, &mut *self.plan.on_progress);
            watch.begin();
            if schema::not_null(self.session, table, &mut watch).await? {
                return Ok(());
            }
            self.refuse_nameless_games(catalog, of).await?;
        }
        Err(AdoptError::Overtaken { step: Step::NotNull, rounds: ROUNDS })
    }

    async fn fill(&mut self, catalog: &Catalog, of: Of) -> Result<(), AdoptError> {
        if of == Of::Games {
            let filled = fill::games(self.session, &catalog.games, self.plan).await?;
            self.games_filled += filled;
            self.note(filled > 0, Step::FillGames);
            return Ok(());
        }
        // In this order: where nulls are forbidden, a row that has no game cannot be filled.
        self.without_game(catalog).await?;
        // While nulls are still there: a task without `created_at` counts as the newest, and must
        // not become the oldest of its group by what it is filled with.
        self.duplicates(catalog).await?;
        let filled = fill::tasks(self.session, &catalog.tasks, self.plan).await?;
        self.tasks_filled += filled;
        self.note(filled > 0, Step::FillTasks);
        Ok(())
    }

    async fn duplicates(&mut self, catalog: &Catalog) -> Result<(), AdoptError> {
        if !catalog.has(Needed::Unique) {
            let settled = duplicates::settle(self.session, catalog, self.plan).await?;
            self.note(settled, Step::Duplicates);
        }
        Ok(())
    }

    async fn without_game(&mut self, catalog: &Catalog) -> Result<(), AdoptError> {
        let settled = homeless::settle(self.session, catalog, self.plan).await?;
        self.note(settled, Step::WithoutGame);
        Ok(())
    }

    /// A game that came in without an external id, where the plan does not decide on that.
    async fn refuse_nameless_games(&mut self, catalog: &Catalog, of: Of) -> Result<(), AdoptError> {
        if self.plan.name_games || of == Of::Tasks {
            return Ok(());
        }
        match number(self.session, &catalog.games, WITHOUT_EXTERNAL_ID).await? {
            0 => Ok(()),
            games_without_external_id => Err(AdoptError::Undecided {
                duplicate_groups: 0,
                tasks_without_game: 0,
                games_without_external_id,
            }),
        }
    }

    async fn reference(&mut self) -> Result<(), AdoptError> {
        for _ in 0..ROUNDS {
            let catalog = Catalog::read(self.session).await?;
            if catalog.to_games == ToGames::Valid {
                return Ok(());
            }
            self.without_game(&catalog).await?;
            self.steps.push(Step::Reference);
            let mut watch = Watch::new(Step::Reference, &mut *self.plan.on_progress);
            watch.begin();
            schema::reference(self.session, &catalog, &mut watch).await?;
        }
        Err(AdoptError::Overtaken { step: Step::Reference, rounds: ROUNDS })
    }

    async fn unique_index(&mut self) -> Result<(), AdoptError> {
        for _ in 0..ROUNDS {
            let catalog = Catalog::read(self.session).await?;
            if catalog.has(Needed::Unique) {
                return Ok(());
            }
            self.duplicates(&catalog).await?;
            self.index(&catalog, Needed::Unique).await?;
        }
        Err(AdoptError::Overtaken { step: Step::UniqueIndex, rounds: ROUNDS })
    }

    async fn listing_index(&mut self) -> Result<(), AdoptError> {
        let catalog = Catalog::read(self.session).await?;
        if !catalog.has(Needed::Listing) {
            self.index(&catalog, Needed::Listing).await?;
        }
        Ok(())
    }

    async fn index(&mut self, catalog: &Catalog, needed: Needed) -> Result<(), AdoptError> {
        let step = schema::step_of(needed);
        self.steps.push(step);
        let mut watch = Watch::new(step, &mut *self.plan.on_progress);
        watch.begin();
        schema::index(self.session, catalog, needed, &mut watch).await.map(drop)
    }

    fn note(&mut self, done: bool, step: Step) {
        if done {
            self.steps.push(step);
        }
    }
}
