//! The writing process is killed, while another writes to the same database.

use crate::ledger::{Ledger, Reported};
use crate::rounds;
use game_tasks::sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use game_tasks::{Game, NewTask, OnExisting, SeaOrmTaskRepository, TaskRepositoryExt, migrate};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;
use uuid::Uuid;

const CHILD_URL: &str = "GAME_TASKS_CHILD_URL";
const CHILD_GAME: &str = "GAME_TASKS_CHILD_GAME";
const CHILD_NAME: &str = "GAME_TASKS_CHILD_NAME";

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(4).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

/// Not a test: the child process that is killed. Prints each write when it begins and when it is done.
#[tokio::test(flavor = "multi_thread")]
async fn a_child_writes() {
    let Ok(url) = std::env::var(CHILD_URL) else { return };
    let game: Uuid = crate::url(CHILD_GAME).parse().unwrap();
    let child = crate::url(CHILD_NAME);
    let tasks = SeaOrmTaskRepository::new(connect(&url).await);
    for n in 0.. {
        let names: Vec<String> = match n % 3 {
            0 => (0..20).map(|part| format!("{child}-{n}-{part}")).collect(),
            _ => vec![format!("{child}-{n}")],
        };
        print_line("begun", &names);
        let batch = names.iter().map(|name| NewTask::new(game, name));
        tasks.create_all(batch, OnExisting::Fail).await.unwrap();
        print_line("done", &names);
    }
}

fn print_line(what: &str, names: &[String]) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n@{what} {}", names.join(" ")).unwrap();
    out.flush().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writing_process_is_killed() {
    let Some(rounds) = rounds() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite://{}?mode=rwc", folder.path().join("tasks.db").display());
    kill_writers(&file, rounds * 3).await;
}

pub(crate) async fn kill_writers(url: &str, rounds: u32) {
    let db = connect(url).await;
    if url.starts_with("sqlite") {
        db.execute_unprepared("PRAGMA journal_mode = WAL").await.unwrap();
    }
    migrate(&db).await.unwrap();
    let game = Game::new(Uuid::now_v7().to_string()).insert(&db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db);
    let ledger = Ledger::default();
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "process::a_child_writes", "--nocapture"])
            .env(CHILD_URL, url)
            .env(CHILD_GAME, game.to_string())
            .env(CHILD_NAME, format!("child-{round}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let heard = std::thread::spawn(move || read_reports(BufReader::new(out)));
        // This process writes as well, and waits while the database is busy.
        let until =
            tokio::time::Instant::now() + Duration::from_millis(250 + 70 * u64::from(round % 4));
        let mut n = 0;
        while tokio::time::Instant::now() < until {
            let name = format!("parent-{round}-{n}");
            tasks.create(NewTask::new(game, &name)).await.unwrap();
            ledger.add(vec![name], Reported::Done);
            n += 1;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for (names, reported) in heard.join().unwrap() {
            ledger.add(names, reported);
        }
        // A server may still be executing the statement of the killed client.
        tokio::time::sleep(Duration::from_millis(200)).await;
        ledger.audit(&tasks, game).await;
    }
    assert!(ledger.count(Reported::Done) > 0);
    println!(
        "{}: {rounds} writers killed, {} writes acknowledged, {} unknown, 0 lost",
        url.split(':').next().unwrap_or_default(),
        ledger.count(Reported::Done),
        ledger.count(Reported::Unknown),
    );
}

/// The outcomes that the child reported. A write that was begun and not done is unknown.
fn read_reports(out: impl BufRead) -> Vec<(Vec<String>, Reported)> {
    let (mut reported, mut begun) = (Vec::new(), None);
    for line in out.lines().map_while(Result::ok) {
        let names = |rest: &str| rest.split(' ').map(str::to_owned).collect::<Vec<_>>();
        if let Some(rest) = line.strip_prefix("@begun ") {
            begun = Some(names(rest));
        } else if let Some(rest) = line.strip_prefix("@done ") {
            reported.push((names(rest), Reported::Done));
            begun = None;
        }
    }
    reported.extend(begun.map(|names| (names, Reported::Unknown)));
    reported
}
