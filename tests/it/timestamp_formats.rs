//! Timestamps that other programs stored on SQLite, in each format that its date functions accept:
//! rows are read, listed in order, filtered and updated as a model in Rust expects.

use crate::support::{TestDatabase, on_database, run, tests_on};
use chrono::{DateTime, Days, FixedOffset, NaiveDate, TimeDelta, Timelike, Utc};
use game_tasks::sea_orm::{EntityTrait, PaginatorTrait, QueryFilter, Value};
use game_tasks::{
    Game, Games, SeaOrmTaskRepository, Task, TaskFilter, TaskOrder, TaskPatch, TaskQuery,
    TaskRepositoryExt, Tasks,
};
use std::collections::HashMap;
use uuid::Uuid;

tests_on!(
    [sqlite_memory SqliteMemory, sqlite_file SqliteFile],
    every_format, |on| super::on_database(on, super::super::support::DEFAULT_CONNECTIONS, super::every_format)
);
tests_on!(
    [sqlite_memory SqliteMemory],
    columns_of_any_affinity,
    |on| super::on_database(on, super::super::support::DEFAULT_CONNECTIONS, super::columns_of_any_affinity)
);

const ROWS: usize = 60;

/// Pseudorandom numbers (SplitMix64), so that a failure can be reproduced by its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }

    fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[usize::try_from(self.below(values.len() as u64)).unwrap()]
    }
}

/// Often one of a few instants, so that rows are equal up to the microsecond; otherwise any.
fn instant(random: &mut Random) -> DateTime<Utc> {
    let shared = "2026-11-24T08:44:59.999999Z".parse::<DateTime<Utc>>().unwrap();
    let nanos = random.one_of(&[0, 1, 999, 500_000_000, 999_999_999, 999_600_000, 123_456_789]);
    match random.below(3) {
        0 => shared
            .with_nanosecond(999_999_000 + u32::try_from(random.below(1_000)).unwrap())
            .unwrap(),
        1 => shared.with_nanosecond(nanos).unwrap(),
        _ => {
            // Without the first and the last two days of the range, so that any time zone fits.
            let first = NaiveDate::from_ymd_opt(1, 1, 3).unwrap();
            let day = first.checked_add_days(Days::new(random.below(3_652_050))).unwrap();
            let second = random.one_of(&[0, 1, 59, 3_599, 43_200, 86_399]);
            let midnight = day.and_hms_opt(0, 0, 0).unwrap().and_utc();
            midnight + TimeDelta::seconds(second) + TimeDelta::nanoseconds(nanos.into())
        }
    }
}

/// A timestamp as another program may store it, and its value truncated to microseconds.
fn stored(random: &mut Random) -> (Value, DateTime<Utc>) {
    let time = instant(random);
    let micros =
        |time: DateTime<Utc>| DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap();
    let minutes = i32::try_from(random.below(1_680)).unwrap() - 840;
    let zone = FixedOffset::east_opt(minutes * 60).unwrap();
    let separator = random.one_of(&[" ", "T", "  "]);
    let (local, suffix) = match random.below(5) {
        0 => (time.naive_utc(), String::new()),
        1 => (time.naive_utc(), "Z".to_owned()),
        2 => (time.naive_utc(), " z".to_owned()),
        3 => (time.with_timezone(&zone).naive_local(), zone.to_string()),
        _ => (time.with_timezone(&zone).naive_local(), format!(" {zone} ")),
    };
    let date = local.format("%Y-%m-%d");
    match random.below(10) {
        // The formats that drivers write.
        0 => (time.to_rfc3339().into(), micros(time)),
        1 => (time.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string().into(), micros(time)),
        2 => {
            let midnight = time.date_naive().and_hms_opt(0, 0, 0).unwrap().and_utc();
            (time.format("%Y-%m-%d").to_string().into(), midnight)
        }
        3 => {
            let text = format!("{date}{separator}{}{suffix}", local.format("%H:%M"));
            (text.into(), time.with_second(0).unwrap().with_nanosecond(0).unwrap())
        }
        4 => {
            let text = format!("{date}{separator}{}{suffix}", local.format("%H:%M:%S"));
            (text.into(), time.with_nanosecond(0).unwrap())
        }
        5 => {
            // A Julian day number. Quarters of a day are exact in floating point.
            let quarter = TimeDelta::hours(6 * i64::try_from(random.below(4)).unwrap());
            let time = time.date_naive().and_hms_opt(0, 0, 0).unwrap().and_utc() + quarter;
            #[allow(clippy::cast_precision_loss, reason = "a whole number of quarters of days")]
            let day = 2_440_587.5 + time.timestamp() as f64 / 86_400.0;
            (day.into(), time)
        }
        9 => {
            // As long as the format of the drivers, but with spaces in the fraction.
            let digits = usize::try_from(1 + random.below(5)).unwrap();
            let fraction = &format!("{:09}", time.nanosecond())[..digits];
            let text = format!("{}.{fraction:<6}+00:00", time.format("%Y-%m-%dT%H:%M:%S"));
            let nanos: u32 = format!("{fraction:0<9}").parse().unwrap();
            (text.into(), time.with_nanosecond(nanos).unwrap())
        }
        6 if time.timestamp() > 5_400_000 || time.timestamp() < 0 => {
            (time.timestamp().into(), time.with_nanosecond(0).unwrap())
        }
        _ => {
            let digits = usize::try_from(1 + random.below(12)).unwrap();
            let fraction = format!("{:09}000", local.nanosecond());
            let text = format!(
                "{date}{separator}{}.{}{suffix}",
                local.format("%H:%M:%S"),
                &fraction[..digits]
            );
            let cut = fraction[..digits.min(6)].to_owned() + "000000";
            let nanos: u32 = cut[..6].parse::<u32>().unwrap() * 1_000;
            (text.into(), time.with_nanosecond(nanos).unwrap())
        }
    }
}

async fn every_format(database: &TestDatabase) {
    for seed in 0..8 {
        let game = Game::new(format!("game {seed}")).insert(&database.db).await.unwrap().id;
        rows_of_every_format(database, game, seed).await;
    }
}

/// Inserts rows. Returns for each id the expected timestamps, and the stored values for messages.
async fn insert(
    database: &TestDatabase,
    game: Uuid,
    random: &mut Random,
) -> HashMap<Uuid, (DateTime<Utc>, DateTime<Utc>, String)> {
    let mut model = HashMap::new();
    for n in 0..ROWS {
        let id = Uuid::from_u64_pair(random.below(u64::MAX), random.below(u64::MAX));
        let (created, created_at) = stored(random);
        let (updated, updated_at) = stored(random);
        let stored_as = format!("{created:?} {updated:?}");
        let insert = "INSERT INTO tasks (id, created_at, updated_at, externalTaskId, gameId) \
                      VALUES (?, ?, ?, ?, ?)";
        let values = [id.into(), created, updated, format!("task {n}").into(), game.into()];
        run(&database.db, insert, values).await;
        model.insert(id, (created_at, updated_at, stored_as));
    }
    model
}

async fn rows_of_every_format(database: &TestDatabase, game: Uuid, seed: u64) {
    let db = &database.db;
    let random = &mut Random(seed);
    let model = insert(database, game, random).await;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    for (id, (created_at, updated_at, stored_as)) in &model {
        let task = tasks.get(*id).await.unwrap();
        assert_eq!((task.created_at, task.updated_at), (*created_at, *updated_at), "{stored_as}");
    }
    for order in [TaskOrder::Created, TaskOrder::Updated] {
        let mut sorted: Vec<_> = model
            .iter()
            .map(|(id, row)| (if order == TaskOrder::Created { row.0 } else { row.1 }, *id))
            .collect();
        sorted.sort_unstable();
        for descending in [false, true] {
            if descending {
                sorted.reverse();
            }
            let query = TaskQuery::in_game(game).order_by(order);
            let query = if descending { query.descending() } else { query };
            let expected: Vec<Uuid> = sorted.iter().map(|(_, id)| *id).collect();
            for limit in [1, 2, 7, 59, 60, 100] {
                let walked = walk(&tasks, query.clone().limit(limit)).await;
                assert_eq!(walked, expected, "seed {seed}, {order:?}, pages of {limit}");
            }
            let selected = tasks.select(&query.limit(100)).unwrap();
            let rows = selected.find_also_related(Games).all(db).await.unwrap();
            let rows: Vec<Task> = rows.into_iter().map(|(task, _)| task).collect();
            assert_eq!(rows.iter().map(|task| task.id).collect::<Vec<_>>(), expected);
            for task in rows {
                let (created_at, updated_at, stored_as) = &model[&task.id];
                assert_eq!(
                    (task.created_at, task.updated_at),
                    (*created_at, *updated_at),
                    "{stored_as}"
                );
            }
        }
    }
    for _ in 0..20 {
        let [from, until] = [instant(random), instant(random)];
        let filter = TaskFilter::in_game(game).created_from(from).created_until(until);
        let ceil = |time: DateTime<Utc>| time + TimeDelta::nanoseconds(999);
        let matching = model.values().filter(|row| {
            row.0 >= from && row.0.timestamp_micros() < ceil(until).timestamp_micros()
        });
        let expected = matching.count() as u64;
        assert_eq!(tasks.count(filter.clone()).await.unwrap(), expected, "{from} {until}");
        let condition = tasks.condition(&filter).unwrap();
        assert_eq!(Tasks::find().filter(condition).count(db).await.unwrap(), expected);
    }
    for (id, (created_at, updated_at, stored_as)) in &model {
        let patch = TaskPatch::new().status("one");
        let early = patch.clone().if_unmodified_since(*updated_at - TimeDelta::microseconds(1));
        tasks.update(*id, early).await.expect_err(stored_as);
        let updated =
            tasks.update(*id, patch.if_unmodified_since(*updated_at)).await.expect(stored_as);
        assert!(updated.updated_at > *updated_at, "{stored_as}: {updated:?}");
        assert_eq!(updated.created_at, *created_at, "{stored_as}");
        assert_eq!(tasks.get(*id).await.unwrap(), updated);
        let later = updated.updated_at;
        let two = TaskPatch::new().status("two").if_unmodified_since(later);
        assert!(tasks.update(*id, two).await.expect(stored_as).updated_at > later, "{stored_as}");
    }
    let before = by_id(&tasks, game).await;
    let three = TaskPatch::new().status("three");
    assert_eq!(tasks.update_many(TaskFilter::in_game(game), three).await.unwrap(), ROWS as u64);
    for (id, task) in by_id(&tasks, game).await {
        assert!(task.updated_at > before[&id].updated_at);
        assert_eq!(tasks.delete(id).await.unwrap(), task);
    }
}

async fn by_id(
    tasks: &SeaOrmTaskRepository<game_tasks::sea_orm::DatabaseConnection>,
    game: Uuid,
) -> HashMap<Uuid, Task> {
    let page = tasks.list(TaskQuery::in_game(game).limit(100)).await.unwrap();
    page.items.into_iter().map(|task| (task.id, task)).collect()
}

async fn walk(
    tasks: &SeaOrmTaskRepository<game_tasks::sea_orm::DatabaseConnection>,
    first: TaskQuery,
) -> Vec<Uuid> {
    let mut walked = Vec::new();
    let mut next = Some(first.clone());
    // Limited to one more than the number of rows, in case cursors never end.
    while let Some(query) = next.filter(|_| walked.len() <= ROWS) {
        let page = tasks.list(query).await.unwrap();
        walked.extend(page.items.into_iter().map(|task| task.id));
        next = page.next.map(|cursor| first.clone().after(cursor));
    }
    walked
}

/// A table of the application, whose column types convert numbers differently, with the index of
/// earlier versions.
async fn columns_of_any_affinity(database: &TestDatabase) {
    for (number, declared) in ["datetime_text", "datetime", "blob", "real"].into_iter().enumerate()
    {
        let create = format!(
            "DROP TABLE tasks; CREATE TABLE tasks (id blob NOT NULL PRIMARY KEY, \
             created_at {declared} NOT NULL, updated_at {declared} NOT NULL, \
             apiKey_used text, oauth_user_id text, externalTaskId text NOT NULL, \
             gameId blob NOT NULL REFERENCES games (id), \
             strategyId text NOT NULL DEFAULT 'default', status text NOT NULL DEFAULT 'open', \
             UNIQUE (gameId, externalTaskId)); \
             CREATE INDEX plain ON tasks (gameId, created_at, id)"
        );
        run(&database.db, &create, []).await;
        let game = Game::new(format!("game {declared}")).insert(&database.db).await.unwrap().id;
        rows_of_every_format(database, game, 100 + number as u64).await;
    }
}
