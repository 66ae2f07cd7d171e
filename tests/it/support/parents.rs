//! Games tables of applications, and their migrations.

use async_trait::async_trait;
use game_tasks::sea_orm::{DatabaseConnection, DbErr, Schema};
use game_tasks::sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};
use game_tasks::{ParentGame, migrations_for};
use std::marker::PhantomData;

/// Defines a module with the entity of a games table and its [`ParentGame`] implementation.
macro_rules! parent {
    (
        $(#[$about:meta])*
        mod $name:ident: $table:literal { $($columns:tt)* }
        $($methods:tt)*
    ) => {
        $(#[$about])*
        pub(crate) mod $name {
            use game_tasks::sea_orm;
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub(crate) struct Model {
                $($columns)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub(crate) enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}

            impl game_tasks::ParentGame for Entity {
                $($methods)*
            }
        }
    };
}
pub(crate) use parent;

/// Defines parents over the crate's own games table that differ in the name of the tasks table.
macro_rules! parents_of_tables {
    ($($name:ident: $table:expr $(, in $schema:expr)?;)+) => {$(
        $crate::support::parent! {
            mod $name: "games" {
                #[sea_orm(primary_key, auto_increment = false)]
                pub(crate) id: Uuid,
            }
            fn id_column() -> Column {
                Column::Id
            }
            fn strategy_column() -> Option<Column> {
                None
            }
            fn tasks_table() -> &'static str {
                $table
            }
            $(fn tasks_schema() -> Option<&'static str> {
                Some($schema)
            })?
        }
    )+};
}
pub(crate) use parents_of_tables;

parent! {
    /// The crate's own games table, without owner columns.
    mod arenas: "games" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
    }
    fn id_column() -> Column {
        Column::Id
    }
    fn strategy_column() -> Option<Column> {
        None
    }
}

parent! {
    /// An application's own table: its primary key is a number, the UUID is in a unique column, and
    /// the tasks table has another name.
    mod campaigns: "campaigns" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: i64,
        #[sea_orm(column_name = "publicId", unique)]
        pub(crate) public_id: Uuid,
        pub(crate) org_id: i64,
        pub(crate) rules: Option<String>,
    }
    fn id_column() -> Column {
        Column::PublicId
    }
    fn strategy_column() -> Option<Column> {
        Some(Column::Rules)
    }
    fn owner_column() -> Option<Column> {
        Some(Column::OrgId)
    }
    fn tasks_table() -> &'static str {
        "quest_tasks"
    }
}

/// Inserts a campaign of an organisation, and returns its UUID.
pub(crate) async fn campaign(
    db: &DatabaseConnection,
    id: i64,
    org_id: i64,
    rules: Option<&str>,
) -> uuid::Uuid {
    use game_tasks::sea_orm::{EntityTrait, IntoActiveModel};
    let rules = rules.map(str::to_owned);
    let campaign = campaigns::Model { id, public_id: super::unordered_id(), org_id, rules };
    let active = campaign.clone().into_active_model();
    campaigns::Entity::insert(active).exec_without_returning(db).await.unwrap();
    campaign.public_id
}

struct CreateParent<G>(PhantomData<fn() -> G>);

impl<G: ParentGame> MigrationName for CreateParent<G> {
    fn name(&self) -> &str {
        "m20200101_000001_create_parent"
    }
}

#[async_trait]
impl<G: ParentGame> MigrationTrait for CreateParent<G> {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::new(manager.get_database_backend());
        manager.create_table(schema.create_table_from_entity(G::default())).await
    }
}

/// The migrator of an application with its own games table.
pub(crate) struct MigratorOf<G>(PhantomData<fn() -> G>);

#[async_trait]
impl<G: ParentGame> MigratorTrait for MigratorOf<G> {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut list: Vec<Box<dyn MigrationTrait>> = vec![Box::new(CreateParent::<G>(PhantomData))];
        list.extend(migrations_for::<G>());
        list
    }
}
