//! Processes that migrate one empty database at once, each with a pool of one connection: all succeed,
//! and every migration runs once, even if the process that holds the lock is killed.

use crate::rounds;
use game_tasks::migration::{self, with_migration_lock};
use game_tasks::sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement,
};
use game_tasks::sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};
use game_tasks::{Migrator, migrate};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};
use uuid::Uuid;

const CHILD_URL: &str = "GAME_TASKS_CHILD_URL";
const CHILD_WORK: &str = "GAME_TASKS_CHILD_WORK";
const CHILD_POOL: &str = "GAME_TASKS_CHILD_POOL";
const PROCESSES: usize = 16;

/// A migration of the application that leaves a row each time it runs.
struct Count(&'static str);

impl MigrationName for Count {
    fn name(&self) -> &str {
        self.0
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Count {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(
            "CREATE TABLE IF NOT EXISTS app_counts (id varchar(40) PRIMARY KEY, name varchar(40))",
        )
        .await?;
        let insert = format!("INSERT INTO app_counts VALUES ('{}', '{}')", Uuid::now_v7(), self.0);
        db.execute_unprepared(&insert).await?;
        Ok(())
    }
}

struct AppMigrator;

#[async_trait::async_trait]
impl MigratorTrait for AppMigrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut list: Vec<Box<dyn MigrationTrait>> = vec![Box::new(Count("m1_before"))];
        list.extend(game_tasks::migrations());
        list.push(Box::new(Count("m2_after")));
        list
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    connect_pool(url, 1).await
}

pub(crate) async fn connect_pool(url: &str, connections: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(60))
        .sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

/// Not a test: the work of a child process.
#[tokio::test]
async fn a_child_migrates() {
    let Ok(url) = std::env::var(CHILD_URL) else { return };
    let work = crate::url(CHILD_WORK);
    let db = connect_pool(&url, crate::url(CHILD_POOL).parse().unwrap()).await;
    print_line("ready");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let done = match work.as_str() {
        "alone" => migrate(&db).await.map_err(|error| error.into_db_err().unwrap()),
        "composed" => with_migration_lock(&db, async |one| AppMigrator::up(one, None).await).await,
        "hold" => {
            with_migration_lock(&db, async |one| {
                one.execute_unprepared("CREATE TABLE app_half (id integer)").await?;
                print_line("holding");
                std::future::pending::<()>().await;
                Ok(())
            })
            .await
        }
        other => panic!("{other}?"),
    };
    match done {
        Ok(()) => print_line("done"),
        Err(error) => {
            print_line(&format!("failed {error:?}"));
        }
    }
}

fn print_line(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n@{what}").unwrap();
    out.flush().unwrap();
}

pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
    lines: std::sync::mpsc::Receiver<String>,
}

impl Process {
    pub(crate) fn start(url: &str, work: &str, connections: u32) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "concurrent_migrations::a_child_migrates", "--nocapture"])
            .env(CHILD_URL, url)
            .env(CHILD_WORK, work)
            .env(CHILD_POOL, connections.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if let Some(what) = line.strip_prefix('@') {
                    let _ = sender.send(what.to_owned());
                }
            }
        });
        Self { child, input, lines }
    }

    pub(crate) fn go(&mut self) {
        self.input.write_all(b"go\n").unwrap();
    }

    pub(crate) fn expect_line(&self, what: &str) {
        let line = self.lines.recv_timeout(Duration::from_secs(90));
        assert_eq!(line.as_deref(), Ok(what));
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.lines.try_recv().is_err()
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn end(mut self) {
        self.expect_line("done");
        assert!(self.child.wait().unwrap().success());
    }
}

/// Starts the work in all processes at once, spread over the nodes, and returns the time it takes.
fn migrate_at_once(urls: &[String], work: impl Fn(usize) -> &'static str) -> Duration {
    let start = |n: usize| Process::start(&urls[n % urls.len()], work(n), 1);
    let mut processes: Vec<Process> = (0..PROCESSES).map(start).collect();
    for process in &processes {
        process.expect_line("ready");
    }
    let since = Instant::now();
    for process in &mut processes {
        process.go();
    }
    processes.into_iter().for_each(Process::end);
    since.elapsed()
}

pub(crate) async fn names<C: ConnectionTrait>(db: &C, query: &str) -> Vec<String> {
    let query = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(query).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Runs each case on a new database.
async fn migrate_concurrently(name: &str, databases: &mut dyn NewDatabases) {
    let urls = databases.urls().await;
    let alone = migrate_at_once(&urls, |_| "alone");
    let db = connect(&urls[0]).await;
    migration::verify_schema(&db).await.unwrap();
    assert!(migration::status::<Migrator>(&db).await.unwrap().is_current());
    let again = migrate_at_once(&urls, |_| "alone");

    let urls = databases.urls().await;
    let composed = migrate_at_once(&urls, |_| "composed");
    let db = connect(&urls[0]).await;
    migration::verify_schema(&db).await.unwrap();
    assert!(migration::status::<AppMigrator>(&db).await.unwrap().is_current());
    let counts = names(&db, "SELECT name FROM app_counts ORDER BY name").await;
    assert_eq!(counts, ["m1_before", "m2_after"], "each runs once");

    // The application's migrator and the crate's, on one database.
    let urls = databases.urls().await;
    migrate_at_once(&urls, |n| if n % 2 == 0 { "composed" } else { "alone" });
    let db = connect(&urls[0]).await;
    assert_eq!(names(&db, "SELECT name FROM app_counts").await.len(), 2);

    // The holder of the lock is killed while the others wait.
    let urls = databases.urls().await;
    let mut first = Process::start(&urls[0], "hold", 1);
    first.expect_line("ready");
    first.go();
    first.expect_line("holding");
    let start = |n: usize| Process::start(&urls[n % urls.len()], "composed", 1);
    let mut others: Vec<Process> = (0..6).map(start).collect();
    for other in &mut others {
        other.expect_line("ready");
        other.go();
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    for other in &others {
        assert!(other.is_silent(), "it did not wait");
    }
    let since = Instant::now();
    first.kill();
    others.into_iter().for_each(Process::end);
    let killed = since.elapsed();
    let db = connect(&urls[0]).await;
    migration::verify_schema(&db).await.unwrap();
    assert_eq!(names(&db, "SELECT name FROM app_counts").await.len(), 2);
    println!(
        "{name}: {PROCESSES} processes at once, pools of one: migrate {alone:?}, again {again:?}, \
         composed {composed:?}; 6 that waited for one that was killed went on within {killed:?}"
    );
}

/// Creates empty databases. The URLs are those of the nodes.
#[async_trait::async_trait]
pub(crate) trait NewDatabases {
    async fn urls(&mut self) -> Vec<String>;
}

struct Files(tempfile::TempDir, u32);

#[async_trait::async_trait]
impl NewDatabases for Files {
    async fn urls(&mut self) -> Vec<String> {
        self.1 += 1;
        let file = self.0.path().join(format!("{}.db", self.1));
        vec![format!("sqlite://{}?mode=rwc", file.display())]
    }
}

/// The URLs of a server, or of the nodes of a cluster, and the databases created there.
pub(crate) struct Servers(Vec<String>, Vec<String>);

#[async_trait::async_trait]
impl NewDatabases for Servers {
    async fn urls(&mut self) -> Vec<String> {
        let name = format!("game_tasks_{}", Uuid::now_v7().simple());
        let server = connect(&self.0[0]).await;
        server.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        let at = |url: &String| format!("{}/{name}", url.rsplit_once('/').unwrap().0);
        let urls: Vec<String> = self.0.iter().map(at).collect();
        self.1.push(name);
        // Other nodes have the database a moment later.
        for url in &urls {
            let since = Instant::now();
            while Database::connect(url).await.is_err() {
                assert!(since.elapsed() < Duration::from_secs(20), "a node without the database");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        urls
    }
}

impl Servers {
    pub(crate) fn new(urls: &[String]) -> Self {
        Self(urls.to_vec(), Vec::new())
    }

    pub(crate) async fn drop_all(self) {
        let server = connect(&self.0[0]).await;
        for name in self.1 {
            // The server is temporary, so a failure does not matter.
            let _ = server.execute_unprepared(&format!("DROP DATABASE {name}")).await;
        }
    }
}

pub(crate) async fn migrate_on(urls: &[String]) {
    let name = match (urls.len(), urls[0].split(':').next()) {
        (1, Some(scheme)) => scheme.to_owned(),
        (nodes, _) => format!("cluster of {nodes}"),
    };
    let mut servers = Servers::new(urls);
    migrate_concurrently(&name, &mut servers).await;
    servers.drop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_processes_migrate_at_once() {
    if rounds().is_none() || std::env::var_os("GAME_TASKS_CLUSTER_URLS").is_some() {
        return;
    }
    migrate_concurrently("sqlite", &mut Files(tempfile::tempdir().unwrap(), 0)).await;
    for variable in crate::servers() {
        migrate_on(&[crate::url(variable)]).await;
    }
}
