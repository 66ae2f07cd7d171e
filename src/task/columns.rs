//! The definition of a tasks table's columns, and the entities that are generated from it.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue;

/// Generates the model of a tasks table, with these attributes and additional fields.
#[doc(hidden)]
#[macro_export]
macro_rules! __task_model {
    ({ $($attributes:tt)* } { $($additional:tt)* }) => {
        $($attributes)*
        pub struct Model {
            /// The id: a UUID of version 7 from the crate, or the caller's.
            #[sea_orm(primary_key, auto_increment = false)]
            pub id: Uuid,
            /// The time of creation.
            pub created_at: DateTimeUtc,
            /// The time of the last change. Increases with every change through the crate.
            pub updated_at: DateTimeUtc,
            /// The API key that created the task.
            #[sea_orm(column_name = "apiKey_used")]
            #[serde(rename = "apiKey_used")]
            pub api_key_used: Option<ApiKeyId>,
            /// The OAuth user that created the task.
            pub oauth_user_id: Option<OauthUserId>,
            /// The game that the task belongs to.
            // Declared before `external_task_id`: SeaORM's schema synchronization takes the order
            // of the unique key's columns from the order of the fields.
            #[sea_orm(column_name = "gameId", unique_key = "game_external_task")]
            #[serde(rename = "gameId")]
            pub game_id: Uuid,
            /// The caller's name for the task, unique in the game.
            #[sea_orm(column_name = "externalTaskId", unique_key = "game_external_task")]
            #[serde(
                rename = "externalTaskId",
                deserialize_with = "__fields::external_task_id"
            )]
            pub external_task_id: String,
            /// The task's own strategy; [`StrategyId::DEFAULT`] means that it has none.
            #[sea_orm(column_name = "strategyId", default_value = "default")]
            #[serde(rename = "strategyId")]
            pub strategy_id: StrategyId,
            /// The status.
            #[sea_orm(default_value = "open")]
            pub status: TaskStatus,
            $($additional)*
        }
    };
}

/// Generates the SeaORM entity of the tasks table that belongs to the application's own games
/// table, for queries of the application. Call it in a module of its own, with the path of the games
/// entity as seen from that module; it defines `Entity`, `Model`, `Column`, `PrimaryKey`,
/// `ActiveModel` and `Relation` there.
///
/// The columns are those of [`Tasks`](crate::Tasks). The names of the table and of its schema come
/// from [`ParentGame`](crate::ParentGame). The entity is related to the games entity, and its models
/// convert to and from [`Task`](crate::Task).
///
/// To join another table of the application, derive `DeriveRelation` there and add
/// `impl Related<…> for quest_tasks::Entity`, as `examples/own_games_table.rs` does. The relation
/// fields of `#[sea_orm::model]` do not work with this entity.
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
        use $crate::__private::{field_deserializers as __fields, serde as __serde};
        use $crate::sea_orm;
        use $crate::sea_orm::entity::prelude::*;
        use $crate::{ApiKeyId, OauthUserId, StrategyId, TaskStatus};

        /// The tasks table.
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

        /// The relations of a task.
        #[derive(Copy, Clone, Debug, EnumIter)]
        pub enum Relation {
            /// The game that the task belongs to.
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

        $crate::__floor_to_microseconds!();
        $crate::__same_schema!(Model, $crate::Task);
        $crate::__convert_model!(Model, $crate::Task);
        $crate::__convert_model!($crate::Task, Model);
    };
}

/// Rounds the timestamps of an active model down to microseconds, so that the returned model equals
/// the row: most drivers truncate nanoseconds, but the one for SQLite writes them.
#[doc(hidden)]
#[macro_export]
macro_rules! __floor_to_microseconds {
    () => {
        #[$crate::__private::async_trait]
        impl ActiveModelBehavior for ActiveModel {
            async fn before_save<C: ConnectionTrait>(
                mut self,
                _db: &C,
                _insert: bool,
            ) -> Result<Self, DbErr> {
                $crate::__private::floor_to_microseconds([
                    &mut self.created_at,
                    &mut self.updated_at,
                ]);
                Ok(self)
            }
        }
    };
}

/// Converts models of different tables. A column that only one of them has does not compile.
#[doc(hidden)]
#[macro_export]
macro_rules! __convert_model {
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

/// Validating deserializers for the fields of models whose type is `String`. Public for
/// `tasks_entity!`.
#[doc(hidden)]
#[allow(missing_docs, clippy::missing_errors_doc, reason = "not part of the public API")]
pub mod field_deserializers {
    use crate::task::serde_object::{valid_text, valid_text_or_null};
    use serde::Deserializer;

    pub fn external_task_id<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<String, D::Error> {
        valid_text("external_task_id", deserializer)
    }
    pub fn external_game_id<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<String, D::Error> {
        valid_text("external_game_id", deserializer)
    }
    pub fn platform<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<String>, D::Error> {
        valid_text_or_null("platform", deserializer)
    }
}

/// Rounds timestamps down to microseconds. Public for `tasks_entity!`.
#[doc(hidden)]
pub fn floor_to_microseconds<const N: usize>(times: [&mut ActiveValue<DateTime<Utc>>; N]) {
    for time in times {
        // An insert also writes `Unchanged` values, which an active model made from a model has.
        if let ActiveValue::Set(time) | ActiveValue::Unchanged(time) = time {
            *time = crate::task::time::floor(*time);
        }
    }
}
