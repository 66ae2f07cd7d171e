//! The one definition of a tasks table's columns, and the entities that it stamps out.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue;

/// The model of a tasks table: attributes before it, and fields besides the columns.
#[doc(hidden)]
#[macro_export]
macro_rules! __task_model {
    ({ $($attributes:tt)* } { $($more:tt)* }) => {
        $($attributes)*
        pub struct Model {
            /// Made by the crate (version 7), or given by the caller.
            #[sea_orm(primary_key, auto_increment = false)]
            pub id: Uuid,
            /// When it was created.
            pub created_at: DateTimeUtc,
            /// When it was last changed. Grows with every change that the crate makes.
            pub updated_at: DateTimeUtc,
            /// The API key that created it.
            #[sea_orm(column_name = "apiKey_used")]
            #[serde(rename = "apiKey_used")]
            pub api_key_used: Option<ApiKeyId>,
            /// The OAuth user that created it.
            pub oauth_user_id: Option<OauthUserId>,
            /// The game that it belongs to. Declared before `external_task_id`: SeaORM's schema
            /// synchronization takes the order of the unique key from the order of the fields.
            #[sea_orm(column_name = "gameId", unique_key = "game_external_task")]
            #[serde(rename = "gameId")]
            pub game_id: Uuid,
            /// The caller's name for it, unique in its game.
            #[sea_orm(column_name = "externalTaskId", unique_key = "game_external_task")]
            #[serde(
                rename = "externalTaskId",
                deserialize_with = "__members::external_task_id"
            )]
            pub external_task_id: String,
            /// Its own strategy; [`StrategyId::DEFAULT`] means "none of its own".
            #[sea_orm(column_name = "strategyId", default_value = "default")]
            #[serde(rename = "strategyId")]
            pub strategy_id: StrategyId,
            /// Where it is in its life.
            #[sea_orm(default_value = "open")]
            pub status: TaskStatus,
            $($more)*
        }
    };
}

/// Makes the SeaORM entity of the tasks table that belongs to a games table of the
/// application's, for its own queries. Called in a module of its own, with the path of the games
/// entity as seen from there, it fills that with `Entity`, `Model`, `Column`, `PrimaryKey`,
/// `ActiveModel` and `Relation`.
///
/// The columns are those of [`Tasks`](crate::Tasks), from the same definition; the name of the
/// table and its schema are what [`ParentGame`](crate::ParentGame) says. It is related to the
/// games table, and its models convert to and from [`Task`](crate::Task).
///
/// To join a table of the application's, relate the two by `DeriveRelation` there and
/// `impl Related<…> for quest_tasks::Entity` (as `examples/own_games_table.rs` does): the relation
/// fields of `#[sea_orm::model]` need more than this makes.
///
/// ```
/// # mod campaigns {
/// #     use game_tasks::sea_orm;
/// #     use sea_orm::entity::prelude::*;
/// #     #[sea_orm::model]
/// #     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
/// #     #[sea_orm(table_name = "campaigns")]
/// #     pub struct Model {
/// #         #[sea_orm(primary_key, auto_increment = false)]
/// #         pub id: Uuid,
/// #     }
/// #     impl ActiveModelBehavior for ActiveModel {}
/// #     impl game_tasks::ParentGame for Entity {
/// #         fn id_column() -> Column { Column::Id }
/// #         fn strategy_column() -> Option<Column> { None }
/// #         fn tasks_table() -> &'static str { "quest_tasks" }
/// #     }
/// # }
/// /// The tasks of campaigns.
/// mod quest_tasks {
///     game_tasks::tasks_entity!(super::campaigns::Entity);
/// }
///
/// use game_tasks::sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait};
///
/// # fn main() {
/// let closed = quest_tasks::Entity::find()
///     .find_also_related(campaigns::Entity)
///     .filter(quest_tasks::Column::Status.eq("closed"));
/// let sql = closed.build(DbBackend::Sqlite).to_string();
/// assert!(sql.contains(r#"LEFT JOIN "campaigns" ON "quest_tasks"."gameId" = "campaigns"."id""#));
/// # }
/// ```
#[macro_export]
macro_rules! tasks_entity {
    ($parent:ty) => {
        use $crate::__private::{members as __members, serde as __serde};
        use $crate::sea_orm;
        use $crate::sea_orm::entity::prelude::*;
        use $crate::{ApiKeyId, OauthUserId, StrategyId, TaskStatus};

        /// The table.
        #[derive(Copy, Clone, Default, Debug, DeriveEntity)]
        pub struct Entity;

        impl EntityName for Entity {
            fn schema_name(&self) -> Option<&str> {
                <$parent as $crate::ParentGame>::tasks_schema()
            }
            fn table_name(&self) -> &'static str {
                <$parent as $crate::ParentGame>::tasks_table()
            }
        }

        $crate::__task_model! {
            {
                /// A task.
                #[derive(
                    Clone, Debug, PartialEq, Eq, DeriveEntityModel,
                    __serde::Serialize, __serde::Deserialize,
                )]
                #[serde(crate = "__serde")]
            }
            {}
        }

        /// What a task is related to.
        #[derive(Copy, Clone, Debug, EnumIter)]
        pub enum Relation {
            /// The game that it belongs to.
            Game,
        }

        impl RelationTrait for Relation {
            fn def(&self) -> RelationDef {
                match self {
                    Self::Game => Entity::belongs_to(<$parent>::default())
                        .from(Column::GameId)
                        .to(<$parent as $crate::ParentGame>::id_column())
                        .into(),
                }
            }
        }

        impl Related<$parent> for Entity {
            fn to() -> RelationDef {
                Relation::Game.def()
            }
        }

        $crate::__whole_microseconds!();
        $crate::__same_columns!(Model, $crate::Task);
        $crate::__same_columns!($crate::Task, Model);
    };
}

/// What an active model saves has whole microseconds, so that the model which is returned is the row.
/// The drivers cut the rest off, but the one for SQLite writes nine digits.
#[doc(hidden)]
#[macro_export]
macro_rules! __whole_microseconds {
    () => {
        #[$crate::__private::async_trait]
        impl ActiveModelBehavior for ActiveModel {
            async fn before_save<C: ConnectionTrait>(
                mut self,
                _db: &C,
                _insert: bool,
            ) -> Result<Self, DbErr> {
                $crate::__private::whole_microseconds([&mut self.created_at, &mut self.updated_at]);
                Ok(self)
            }
        }
    };
}

/// The one from the other: a column that only one of them has does not compile.
#[doc(hidden)]
#[macro_export]
macro_rules! __same_columns {
    ($from:ty, $to:ty) => {
        impl From<$from> for $to {
            fn from(task: $from) -> Self {
                Self {
                    id: task.id,
                    created_at: task.created_at,
                    updated_at: task.updated_at,
                    api_key_used: task.api_key_used,
                    oauth_user_id: task.oauth_user_id,
                    external_task_id: task.external_task_id,
                    game_id: task.game_id,
                    strategy_id: task.strategy_id,
                    status: task.status,
                }
            }
        }
    };
}

/// How the members of models that are plain text in Rust are deserialized. Public for
/// `tasks_entity!`.
#[doc(hidden)]
#[allow(missing_docs, clippy::missing_errors_doc, reason = "no part of the public API")]
pub mod members {
    use crate::task::input::{text, text_or_null};
    use serde::Deserializer;

    pub fn external_task_id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        text("external_task_id", from)
    }
    pub fn external_game_id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        text("external_game_id", from)
    }
    pub fn platform<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
        text_or_null("platform", from)
    }
}

/// Makes timestamps that are to be written whole microseconds, as every row's are. Public for
/// `tasks_entity!`.
#[doc(hidden)]
pub fn whole_microseconds<const N: usize>(times: [&mut ActiveValue<DateTime<Utc>>; N]) {
    for time in times {
        // An insert writes both; an active model that was made of a model has the second.
        if let ActiveValue::Set(time) | ActiveValue::Unchanged(time) = time {
            *time = crate::task::time::floor(*time);
        }
    }
}
