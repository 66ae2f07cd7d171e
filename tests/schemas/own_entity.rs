//! The entity that `tasks_entity!` generates has the schema of a task.

use crate::types;

mod campaigns {
    use game_tasks::{ParentGame, sea_orm};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "campaigns")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
    }
    impl ActiveModelBehavior for ActiveModel {}

    impl ParentGame for Entity {
        fn id_column() -> Column {
            Column::Id
        }
        fn strategy_column() -> Option<Column> {
            None
        }
    }
}

pub(crate) mod quest_tasks {
    game_tasks::tasks_entity!(super::campaigns::Entity);
}

#[test]
fn all_models_of_a_table_have_one_schema() {
    for (other, name) in
        [("tasks_entity!", "Task"), ("tasks::ModelEx", "Task"), ("games::ModelEx", "Game")]
    {
        let (other, of) = (types::named(other), types::named(name));
        assert_eq!(other.deserialize, of.deserialize);
        assert_eq!(other.serialize, of.serialize);
        assert_eq!(other.openapi, of.openapi);
    }
}
