//! Adopting a database of GAME's: its own schema, as its migrations make it, with every kind of
//! row that it may hold. On PostgreSQL, where GAME runs.

mod game;
mod inspecting;
mod load;
mod meanwhile;
mod oldest;
mod refusing;
mod resuming;
mod running;

pub(crate) use game::adopted;

/// Cases `async fn(&TestDatabase)`, on a database with GAME's schema and without rows.
macro_rules! game_cases {
    ($($case:ident),+ $(,)?) => {$(
        mod $case {
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                $crate::adopt::game::on_game_database(super::$case).await;
            }
        }
    )+};
}
use game_cases;
