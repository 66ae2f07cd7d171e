//! Adoption of a GAME database: GAME's schema as its migrations create it, with every kind of row, on
//! PostgreSQL.

mod game;
mod inspecting;
mod load;
mod meanwhile;
mod oldest;
mod poolers;
mod refusing;
mod resuming;
mod running;

pub(crate) use game::adopted;

/// Tests `async fn(&TestDatabase)` on a database with GAME's schema and without rows.
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
