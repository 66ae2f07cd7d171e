//! Reports the contents of the tables: counts and ids, but no API keys.

use super::GAME_STRATEGIES;
use super::error::AdoptError;
use super::plan::Step;
use super::report::{
    AffectedRows, DuplicateGroup, DuplicateGroups, InheritanceChange, Inspection, InvalidTexts,
    References, Rule, StrategyUse,
};
use super::session::{Session, count, get, query};
use super::state::{ForeignKey, Needed, Reference, State, Table, quoted, references};
use crate::database::dialect::Dialect;
use crate::error::DatabaseError;
use crate::task::{StrategyId, StrategyKind};
use sea_orm::sqlx::postgres::PgRow;

/// In a session with a single snapshot for all counts, which blocks no other session.
pub(super) async fn inspect(session: &mut Session) -> Result<Inspection, AdoptError> {
    let state = State::read(session).await?;
    let (tasks, games) = (&state.tasks, &state.games);
    let mut invalid_texts = Vec::new();
    for table in [tasks, games] {
        invalid_texts.extend(texts(session, table).await?);
    }
    let readable =
        ["t.created_at", "t.updated_at"].map(|time| Dialect::Postgres.time_is_readable(time));
    let [created_at, updated_at] = readable;
    let unreadable = format!("(NOT ({created_at}) OR NOT ({updated_at}))");
    let mut inspection = Inspection {
        tasks: rows_of(session, tasks).await?,
        games: rows_of(session, games).await?,
        tasks_without_timestamps: affected_rows(session, tasks, WITHOUT_TIMESTAMPS).await?,
        games_without_timestamps: affected_rows(session, games, WITHOUT_TIMESTAMPS).await?,
        tasks_with_unreadable_timestamps: affected_rows(session, tasks, &unreadable).await?,
        games_with_unreadable_timestamps: affected_rows(session, games, &unreadable).await?,
        games_without_strategy: affected_rows(session, games, r#"t."strategyId" IS NULL"#).await?,
        games_without_external_id: affected_rows(session, games, WITHOUT_EXTERNAL_ID).await?,
        tasks_without_game: affected_rows(session, tasks, &is_orphan(&state)).await?,
        duplicates: duplicates(session, tasks).await?,
        invalid_texts,
        strategies: strategies(session, &state).await?,
        references: referring(session, tasks).await?,
        inheritance_changes: inheritance_changes(session, &state).await?,
        steps: Vec::new(),
    };
    session.run("COMMIT").await?;
    inspection.steps = steps(&state, &inspection);
    Ok(inspection)
}

/// The steps that would change something.
fn steps(state: &State, found: &Inspection) -> Vec<Step> {
    let State { tasks, games, .. } = state;
    let null = |condition: bool, table: &Table| condition && !table.nullable().is_empty();
    let is_to_do = |step: &Step| match step {
        Step::Defaults => [tasks, games].iter().any(|table| !table.missing_defaults().is_empty()),
        Step::FillGames => null(
            found.games_without_timestamps.count > 0
                || found.games_without_strategy.count > 0
                || found.games_without_external_id.count > 0,
            games,
        ),
        Step::FillTasks => null(found.tasks_without_timestamps.count > 0, tasks),
        Step::Orphans => found.tasks_without_game.count > 0,
        Step::NotNull => [tasks, games].iter().any(|table| !table.nullable().is_empty()),
        Step::Reference => state.foreign_key != ForeignKey::Valid,
        Step::Duplicates => found.duplicates.count > 0,
        Step::UniqueIndex => !state.has(Needed::Unique),
        Step::ListingIndex => !state.has(Needed::Listing),
    };
    Step::ALL.into_iter().filter(is_to_do).collect()
}

pub(super) const WITHOUT_TIMESTAMPS: &str = "(t.created_at IS NULL OR t.updated_at IS NULL)";
pub(super) const WITHOUT_EXTERNAL_ID: &str = r#"t."externalGameId" IS NULL"#;

/// The condition that the game of task `t` is null or, without a valid foreign key, does not exist.
pub(super) fn is_orphan(state: &State) -> String {
    match state.foreign_key {
        ForeignKey::Valid => r#"t."gameId" IS NULL"#.to_owned(),
        _ => format!(
            r#"NOT EXISTS (SELECT 1 FROM {} g WHERE g.id = t."gameId")"#,
            state.games.quoted
        ),
    }
}

async fn rows_of(session: &mut Session, table: &Table) -> Result<u64, DatabaseError> {
    let text = format!("SELECT count(*) FROM {}", table.quoted);
    count(&session.row(query(text)).await?, 0)
}

/// The number of rows `t` that satisfy the condition.
pub(super) async fn count_rows(
    session: &mut Session,
    table: &Table,
    condition: &str,
) -> Result<u64, DatabaseError> {
    let text = format!("SELECT count(*) FROM {} t WHERE {condition}", table.quoted);
    count(&session.row(query(text)).await?, 0)
}

async fn affected_rows(
    session: &mut Session,
    table: &Table,
    condition: &str,
) -> Result<AffectedRows, DatabaseError> {
    let count = count_rows(session, table, condition).await?;
    let mut ids = Vec::new();
    if count > 0 {
        let text = format!(
            "SELECT t.id FROM {} t WHERE {condition} ORDER BY t.id LIMIT {}",
            table.quoted,
            AffectedRows::MAX_IDS
        );
        ids = list(&session.rows(query(text)).await?, |row| get(row, 0))?;
    }
    Ok(AffectedRows { count, ids })
}

fn list<T>(
    rows: &[PgRow],
    one: impl Fn(&PgRow) -> Result<T, DatabaseError>,
) -> Result<Vec<T>, DatabaseError> {
    rows.iter().map(one).collect()
}

/// The groups of duplicates by game `g` and external id `e`, as a subquery. `game` is the expression
/// of the game to which task `t` belongs.
pub(super) fn groups(tasks: &Table, game: &str) -> String {
    format!(
        r#"SELECT {game} AS g, t."externalTaskId" COLLATE "C" AS e, count(*) AS n
           FROM {} t WHERE {game} IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1"#,
        tasks.quoted
    )
}

pub(super) const OLDEST_FIRST: &str = "t.created_at ASC NULLS LAST, t.id";

async fn duplicates(
    session: &mut Session,
    tasks: &Table,
) -> Result<DuplicateGroups, DatabaseError> {
    let groups = groups(tasks, r#"t."gameId""#);
    let text = format!("SELECT count(*), coalesce(sum(n), 0)::int8 FROM ({groups}) d");
    let row = session.row(query(text)).await?;
    let (number, in_groups) = (count(&row, 0)?, count(&row, 1)?);
    let mut listed = Vec::new();
    if number > 0 {
        let text = format!(
            r#"SELECT d.g, d.e::text, (array_agg(t.id ORDER BY {OLDEST_FIRST}))[1:{ids}]
               FROM ({groups} ORDER BY 1, 2 LIMIT {most}) d JOIN {tasks} t
               ON t."gameId" = d.g AND t."externalTaskId" COLLATE "C" = d.e
               GROUP BY d.g, d.e ORDER BY d.g, d.e"#,
            ids = AffectedRows::MAX_IDS,
            most = DuplicateGroups::MAX_GROUPS,
            tasks = tasks.quoted,
        );
        listed = list(&session.rows(query(text)).await?, |row| {
            let (game_id, external_task_id) = (get(row, 0)?, get(row, 1)?);
            Ok(DuplicateGroup { game_id, external_task_id, ids: get(row, 2)? })
        })?;
    }
    Ok(DuplicateGroups { count: number, tasks: in_groups, groups: listed })
}

/// Control characters and white space as Rust's `char` defines them. White space that is a control
/// character is only in the former.
const CONTROL: &str = r"[\u0001-\u001f\u007f-\u009f]";
const BLANKS: &str = " \u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\
                      \u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// The number of the first rule that a text breaks, in the order of the crate's own validation.
fn broken_rule(column: &str) -> String {
    let text = format!("(t.{} COLLATE \"C\")", quoted(column));
    format!(
        "CASE WHEN {text} = '' THEN {} WHEN left({text}, 255) ~ '{CONTROL}' THEN {} \
         WHEN char_length({text}) > 255 THEN {} WHEN btrim({text}, '{BLANKS}') = '' THEN {} END",
        Rule::NotEmpty as i32,
        Rule::NoControlCharacter as i32,
        Rule::NotTooLong as i32,
        Rule::NotBlank as i32,
    )
}

async fn texts(session: &mut Session, table: &Table) -> Result<Vec<InvalidTexts>, DatabaseError> {
    let rules = [Rule::NotEmpty, Rule::NotBlank, Rule::NotTooLong, Rule::NoControlCharacter];
    // One scan for all columns. OFFSET keeps the planner from evaluating the rules again for each
    // count.
    let (mut rules_broken, mut counts, mut cases) = (Vec::new(), Vec::new(), Vec::new());
    for (place, column) in table.texts().enumerate() {
        rules_broken.push(format!("{} AS r{place}", broken_rule(column)));
        for rule in rules {
            counts.push(format!("count(*) FILTER (WHERE r{place} = {})", rule as i32));
            cases.push((column, rule));
        }
    }
    let (rules_broken, counts) = (rules_broken.join(", "), counts.join(", "));
    let text =
        format!("SELECT {counts} FROM (SELECT {rules_broken} FROM {} t OFFSET 0) j", table.quoted);
    let row = session.row(query(text)).await?;
    let mut broken = Vec::new();
    for (place, (column, rule)) in cases.into_iter().enumerate() {
        if count(&row, place)? > 0 {
            let condition = format!("{} = {}", broken_rule(column), rule as i32);
            let rows = affected_rows(session, table, &condition).await?;
            broken.push(InvalidTexts { table: table.name(), column, rule, rows });
        }
    }
    Ok(broken)
}

async fn strategies(
    session: &mut Session,
    state: &State,
) -> Result<Vec<StrategyUse>, DatabaseError> {
    let text = format!(
        r#"SELECT s::text, sum(tasks)::int8, sum(games)::int8 FROM (
             SELECT "strategyId" COLLATE "C" AS s, count(*) AS tasks, 0 AS games
             FROM {} GROUP BY 1
             UNION ALL SELECT "strategyId" COLLATE "C", 0, count(*) FROM {} GROUP BY 1) u
           WHERE s IS NOT NULL GROUP BY s ORDER BY 2 DESC, 3 DESC, s"#,
        state.tasks.quoted, state.games.quoted
    );
    list(&session.rows(query(text)).await?, |row| {
        let strategy_id = StrategyId::from_stored(get(row, 0)?);
        let known = GAME_STRATEGIES.contains(&strategy_id.as_str())
            || matches!(strategy_id.kind(), StrategyKind::Custom(_));
        Ok(StrategyUse { strategy_id, tasks: count(row, 1)?, games: count(row, 2)?, known })
    })
}

async fn referring(session: &mut Session, tasks: &Table) -> Result<Vec<References>, DatabaseError> {
    let mut all = Vec::new();
    for reference in references(session, tasks).await? {
        let text = format!(
            r#"WITH d AS ({groups}), younger AS (
                 SELECT x.id FROM (SELECT t.id, row_number() OVER
                     (PARTITION BY d.g, d.e ORDER BY {OLDEST_FIRST}) AS place
                   FROM d JOIN {tasks} t
                   ON t."gameId" = d.g AND t."externalTaskId" COLLATE "C" = d.e) x
                 WHERE place > 1)
               SELECT (SELECT count(*) FROM {table} c WHERE {all_set}),
                      (SELECT count(*) FROM {table} c JOIN {tasks} t ON {refers}
                       WHERE t.id IN (SELECT id FROM younger))"#,
            groups = groups(tasks, r#"t."gameId""#),
            tasks = tasks.quoted,
            table = reference.quoted(),
            all_set = is_set(&reference),
            refers = reference.refers("c", "t"),
        );
        let row = session.row(query(text)).await?;
        all.push(References {
            table: format!("{}.{}", reference.schema, reference.table),
            rows: count(&row, 0)?,
            to_duplicates: count(&row, 1)?,
            constraint: reference.name,
            columns: reference.columns,
            referenced: reference.referenced,
        });
    }
    Ok(all)
}

/// The condition that the row `c` refers to a task.
fn is_set(reference: &Reference) -> String {
    let set = reference.columns.iter().map(|column| format!("c.{} IS NOT NULL", quoted(column)));
    set.collect::<Vec<_>>().join(" AND ")
}

async fn inheritance_changes(
    session: &mut Session,
    state: &State,
) -> Result<Vec<InheritanceChange>, DatabaseError> {
    let text = format!(
        r#"SELECT g.id, g."externalGameId", g."strategyId", n FROM (
             SELECT t."gameId" AS game, count(*) AS n FROM {} t
             WHERE t."strategyId" COLLATE "C" = 'default' GROUP BY 1) c
           JOIN {} g ON g.id = c.game WHERE g."strategyId" COLLATE "C" <> 'default'
           ORDER BY n DESC, g.id"#,
        state.tasks.quoted, state.games.quoted
    );
    let mut changes = list(&session.rows(query(text)).await?, |row| {
        Ok(InheritanceChange {
            game_id: get(row, 0)?,
            external_game_id: get(row, 1)?,
            strategy_id: StrategyId::from_stored(get(row, 2)?),
            tasks: count(row, 3)?,
        })
    })?;
    // A blank strategy means none.
    changes.retain(|change| !change.strategy_id.is_default());
    Ok(changes)
}
