-- The statements that the crate sends, by call. Written by the test `recorded_sql`;
-- GAME_TASKS_WRITE_SQL=1 writes them anew.


-- Migrations
-- ==========

-- the migrator on an empty database
SELECT
  'table' AS what,
  CAST(table_type AS CHAR CHARACTER SET utf8mb4) AS name,
  CAST(table_comment AS CHAR CHARACTER SET utf8mb4) AS a,
  CAST(COALESCE(engine, '') AS CHAR CHARACTER SET utf8mb4) AS b,
  CAST(table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AS SIGNED) AS m,
  CAST(0 AS SIGNED) AS n
FROM information_schema.tables
WHERE table_schema = COALESCE(?, DATABASE ()) AND table_name = ?
UNION ALL
SELECT
  'setting',
  'sql_mode',
  CAST(@@ sql_mode AS CHAR CHARACTER SET utf8mb4),
  '',
  CAST(0 AS SIGNED),
  CAST(0 AS SIGNED)
UNION ALL
SELECT
  'setting',
  'version',
  CAST(VERSION() AS CHAR CHARACTER SET utf8mb4),
  '',
  CAST(0 AS SIGNED),
  CAST(0 AS SIGNED)
UNION ALL
SELECT
  'setting',
  'binlog_format',
  CAST(IF (@@ log_bin, @@ binlog_format, 'ROW') AS CHAR CHARACTER SET utf8mb4),
  '',
  CAST(0 AS SIGNED),
  CAST(0 AS SIGNED)
UNION ALL
SELECT
  'setting',
  'foreign_key_checks',
  CAST(IF (@@ foreign_key_checks, 'ON', 'OFF') AS CHAR CHARACTER SET utf8mb4),
  '',
  CAST(0 AS SIGNED),
  CAST(0 AS SIGNED)
UNION ALL
SELECT
  'setting',
  'unique_checks',
  CAST(IF (@@ unique_checks, 'ON', 'OFF') AS CHAR CHARACTER SET utf8mb4),
  '',
  CAST(0 AS SIGNED),
  CAST(0 AS SIGNED)
UNION ALL
SELECT
  'setting',
  'autocommit',
  CAST(IF (@@ autocommit, 'ON', 'OFF') AS CHAR CHARACTER SET utf8mb4),
  '',
  CAST(0 AS SIGNED),
  CAST(0 AS SIGNED)
UNION ALL
SELECT
  'column',
  CAST(column_name AS CHAR CHARACTER SET utf8mb4),
  CAST(column_type AS CHAR CHARACTER SET utf8mb4),
  CAST(
    CONCAT(data_type, ' ', COALESCE(collation_name, '')) AS CHAR CHARACTER SET utf8mb4
  ),
  CAST(is_nullable = 'YES' AS SIGNED),
  CAST(COALESCE(character_maximum_length, datetime_precision, -1) AS SIGNED)
FROM information_schema.columns
WHERE table_schema = COALESCE(?, DATABASE ()) AND table_name = ?
UNION ALL
SELECT
  'unique',
  '',
  CAST(
    CONCAT('[', GROUP_CONCAT (JSON_QUOTE(column_name) ORDER BY seq_in_index), ']') AS CHAR CHARACTER SET utf8mb4
  ),
  '[]',
  CAST(0 AS SIGNED),
  CAST(0 AS SIGNED)
FROM information_schema.statistics
WHERE table_schema = COALESCE(?, DATABASE ()) AND table_name = ? AND non_unique = 0
GROUP BY index_name
HAVING COUNT(sub_part) = 0 AND COUNT(column_name) = COUNT(*)
UNION ALL
SELECT
  'reference',
  '',
  CAST(
    CONCAT('[', GROUP_CONCAT (JSON_QUOTE(column_name) ORDER BY ordinal_position), ']') AS CHAR CHARACTER SET utf8mb4
  ),
  CAST(
    CONCAT(
      '[',
      GROUP_CONCAT (JSON_QUOTE(referenced_column_name) ORDER BY ordinal_position),
      ']'
    ) AS CHAR CHARACTER SET utf8mb4
  ),
  CAST(1 AS SIGNED),
  CAST(0 AS SIGNED)
FROM information_schema.key_column_usage
WHERE
  table_schema = COALESCE(?, DATABASE ())
  AND table_name = ?
  AND referenced_table_schema = COALESCE(?, DATABASE ())
  AND referenced_table_name = ?
GROUP BY constraint_name;
-- with null, 'game_tasks_migrations', null, 'game_tasks_migrations', null, 'game_tasks_migrations',
--   null, 'game_tasks_migrations', null, 'game_tasks_migrations'
SELECT
  CAST(constraint_name AS CHAR CHARACTER SET utf8mb4),
  CAST(CONCAT('a foreign key of table ', table_name) AS CHAR CHARACTER SET utf8mb4),
  CAST(0 AS SIGNED),
  NULL,
  NULL
FROM information_schema.referential_constraints
WHERE constraint_schema = COALESCE(?, DATABASE ()) AND constraint_name = ?
UNION ALL
SELECT
  CAST(index_name AS CHAR CHARACTER SET utf8mb4),
  CAST(CONCAT('an index of table ', table_name) AS CHAR CHARACTER SET utf8mb4),
  CAST(1 AS SIGNED),
  CAST(
    CONCAT(
      '[',
      GROUP_CONCAT (COALESCE(JSON_QUOTE(column_name), 'null') ORDER BY seq_in_index),
      ']'
    ) AS CHAR CHARACTER SET utf8mb4
  ),
  NULL
FROM information_schema.statistics
WHERE
  table_schema = COALESCE(?, DATABASE ())
  AND table_name = ?
  AND JSON_CONTAINS(CAST(? AS CHAR CHARACTER SET utf8mb4), JSON_QUOTE(index_name))
GROUP BY table_name, index_name;
-- with null, null, null, 'game_tasks_migrations', '[]'
CREATE TABLE IF NOT EXISTS `game_tasks_migrations` (`version` varchar(255) NOT NULL PRIMARY KEY, `applied_at` bigint NOT NULL) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin;
-- as in: the migrator on an empty database
-- with null, 'game_tasks_migrations', null, 'game_tasks_migrations', null, 'game_tasks_migrations',
--   null, 'game_tasks_migrations', null, 'game_tasks_migrations'
-- as in: the migrator on an empty database
-- with null, 'game_tasks_migrations', null, 'game_tasks_migrations', null, 'game_tasks_migrations',
--   null, 'game_tasks_migrations', null, 'game_tasks_migrations'
-- as in: the migrator on an empty database
-- with null, 'game_tasks_migrations', null, 'game_tasks_migrations', null, 'game_tasks_migrations',
--   null, 'game_tasks_migrations', null, 'game_tasks_migrations'
SELECT version, applied_at
FROM `game_tasks_migrations`
ORDER BY version;
SELECT VERSION();
-- as in: the migrator on an empty database
-- with null, 'games', null, 'games', null, 'games', null, 'games', null, 'games'
-- as in: the migrator on an empty database
-- with null, null, null, 'games', '[]'
-- as in: the migrator on an empty database
-- with null, 'tasks', null, 'tasks', null, 'tasks', null, 'tasks', null, 'games'
-- as in: the migrator on an empty database
-- with null, 'tasks_gameId_fkey', null, 'tasks', '[]'
CREATE TABLE `games` (
  `id` binary(16) NOT NULL,
  `created_at` datetime(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  `updated_at` datetime(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  `externalGameId` varchar(255) NOT NULL,
  `strategyId` varchar(255) NOT NULL DEFAULT 'default',
  `platform` varchar(255) NULL,
  `apiKey_used` varchar(255) NULL,
  `oauth_user_id` varchar(255) NULL,
  PRIMARY KEY (`id`),
  CONSTRAINT `games_externalGameId_key` UNIQUE (`externalGameId`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin COMMENT = 'made by game-tasks';
INSERT INTO `game_tasks_migrations` (`version`, `applied_at`)
VALUES (?, ?);
-- with 'm20261124_000001_game_tasks_create_games', <seconds>
-- as in: the migrator on an empty database
-- as in: the migrator on an empty database
-- with null, 'games', null, 'games', null, 'games', null, 'games', null, 'games'
-- as in: the migrator on an empty database
-- with null, 'tasks', null, 'tasks', null, 'tasks', null, 'tasks', null, 'games'
-- as in: the migrator on an empty database
-- with null, 'tasks_gameId_fkey', null, 'tasks', '[]'
CREATE TABLE `tasks` (
  `id` binary(16) NOT NULL,
  `created_at` datetime(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  `updated_at` datetime(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  `apiKey_used` varchar(255) NULL,
  `oauth_user_id` varchar(255) NULL,
  `externalTaskId` varchar(255) NOT NULL,
  `gameId` binary(16) NOT NULL,
  `strategyId` varchar(255) NOT NULL DEFAULT 'default',
  `status` varchar(255) NOT NULL DEFAULT 'open',
  PRIMARY KEY (`id`),
  CONSTRAINT `uq_tasks_game_external` UNIQUE (`gameId`, `externalTaskId`),
  CONSTRAINT `tasks_gameId_fkey` FOREIGN KEY (`gameId`) REFERENCES `games` (`id`),
  INDEX `ix_tasks_game_created` (`gameId`, `created_at`, `id`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin COMMENT = 'made by game-tasks';
-- as in: the migrator on an empty database
-- with 'm20261124_000002_game_tasks_create_tasks', <seconds>

-- migrate, where nothing is to be done
-- as in: the migrator on an empty database
-- as in: the migrator on an empty database
-- with null, 'game_tasks_migrations', null, 'game_tasks_migrations', null, 'game_tasks_migrations',
--   null, 'game_tasks_migrations', null, 'game_tasks_migrations'
-- as in: the migrator on an empty database

-- the schema check
-- as in: the migrator on an empty database
-- with null, 'games', null, 'games', null, 'games', null, 'games', null, 'games'
-- as in: the migrator on an empty database
-- with null, 'tasks', null, 'tasks', null, 'tasks', null, 'tasks', null, 'games'

-- the opt-in index CreatedAt
-- as in: the migrator on an empty database
-- with null, null, null, 'tasks', '["ix_tasks_by_created_at"]'
CREATE INDEX `ix_tasks_by_created_at` ON `tasks` (`created_at`, `id`);

-- the opt-in index CreatedAt, down
-- as in: the migrator on an empty database
-- with null, null, null, 'tasks', '["ix_tasks_by_created_at"]'
DROP INDEX `ix_tasks_by_created_at` ON `tasks`;

-- the opt-in index ExternalTaskId
-- as in: the migrator on an empty database
-- with null, null, null, 'tasks', '["ix_tasks_by_external_task_id"]'
CREATE INDEX `ix_tasks_by_external_task_id` ON `tasks` (`externalTaskId`, `id`);

-- the opt-in index ExternalTaskId, down
-- as in: the migrator on an empty database
-- with null, null, null, 'tasks', '["ix_tasks_by_external_task_id"]'
DROP INDEX `ix_tasks_by_external_task_id` ON `tasks`;

-- the opt-in index GameUpdatedAt
-- as in: the migrator on an empty database
-- with null, null, null, 'tasks', '["ix_tasks_by_game_updated_at"]'
CREATE INDEX `ix_tasks_by_game_updated_at` ON `tasks` (`gameId`, `updated_at`, `id`);

-- the opt-in index GameUpdatedAt, down
-- as in: the migrator on an empty database
-- with null, null, null, 'tasks', '["ix_tasks_by_game_updated_at"]'
DROP INDEX `ix_tasks_by_game_updated_at` ON `tasks`;

-- the opt-in index UpdatedAt
-- as in: the migrator on an empty database
-- with null, null, null, 'tasks', '["ix_tasks_by_updated_at"]'
CREATE INDEX `ix_tasks_by_updated_at` ON `tasks` (`updated_at`, `id`);

-- the opt-in index UpdatedAt, down
-- as in: the migrator on an empty database
-- with null, null, null, 'tasks', '["ix_tasks_by_updated_at"]'
DROP INDEX `ix_tasks_by_updated_at` ON `tasks`;

-- the opt-in index Status
-- as in: the migrator on an empty database
-- with null, null, null, 'tasks', '["ix_tasks_by_status"]'
CREATE INDEX `ix_tasks_by_status` ON `tasks` (`status`, `created_at`, `id`);

-- the opt-in index Status, down
-- as in: the migrator on an empty database
-- with null, null, null, 'tasks', '["ix_tasks_by_status"]'
DROP INDEX `ix_tasks_by_status` ON `tasks`;

-- the opt-in index StrategyId
-- as in: the migrator on an empty database
-- with null, null, null, 'tasks', '["ix_tasks_by_strategy_id"]'
CREATE INDEX `ix_tasks_by_strategy_id` ON `tasks` (`strategyId`, `id`);

-- the opt-in index StrategyId, down
-- as in: the migrator on an empty database
-- with null, null, null, 'tasks', '["ix_tasks_by_strategy_id"]'
DROP INDEX `ix_tasks_by_strategy_id` ON `tasks`;

-- the migrator, down
-- as in: the migrator on an empty database
-- with null, 'game_tasks_migrations', null, 'game_tasks_migrations', null, 'game_tasks_migrations',
--   null, 'game_tasks_migrations', null, 'game_tasks_migrations'
-- as in: the migrator on an empty database
-- with null, 'game_tasks_migrations', null, 'game_tasks_migrations', null, 'game_tasks_migrations',
--   null, 'game_tasks_migrations', null, 'game_tasks_migrations'
-- as in: the migrator on an empty database
-- as in: the migrator on an empty database
-- with null, 'game_tasks_migrations', null, 'game_tasks_migrations', null, 'game_tasks_migrations',
--   null, 'game_tasks_migrations', null, 'game_tasks_migrations'
-- as in: the migrator on an empty database
-- with null, 'game_tasks_migrations', null, 'game_tasks_migrations', null, 'game_tasks_migrations',
--   null, 'game_tasks_migrations', null, 'game_tasks_migrations'
-- as in: the migrator on an empty database
-- as in: the migrator on an empty database
-- with null, 'tasks', null, 'tasks', null, 'tasks', null, 'tasks', null, 'tasks'
DELETE FROM `game_tasks_migrations`
WHERE `version` = ?;
-- with 'm20261124_000002_game_tasks_create_tasks'
-- as in: the migrator on an empty database
-- with null, 'games', null, 'games', null, 'games', null, 'games', null, 'games'
-- as in: the migrator, down
-- with 'm20261124_000001_game_tasks_create_games'


-- Games
-- =====

-- insert
INSERT INTO
  `games` (
    `id`,
    `created_at`,
    `updated_at`,
    `externalGameId`,
    `strategyId`,
    `platform`,
    `apiKey_used`,
    `oauth_user_id`
  )
SELECT CAST(? AS BINARY(16)), ?, ?, ?, ?, ?, ?, ?
FROM DUAL
WHERE 1 = 1 AND LAST_INSERT_ID (4611686018427387904) > 0;
-- with <id>, <time>, <time>, 'other', 'default', null, null, null

-- insert, where the name is taken
-- as in: insert
-- with <id>, <time>, <time>, 'other', 'default', null, null, null
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `externalGameId`,
  `strategyId`,
  `platform`,
  `apiKey_used`,
  `oauth_user_id`
FROM `games`
WHERE `externalGameId` = ?;
-- with 'other'

-- insert, where the id is taken
-- as in: insert
-- with <id>, <time>, <time>, 'new', 'default', null, null, null
-- as in: insert, where the name is taken
-- with 'new'
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `externalGameId`,
  `strategyId`,
  `platform`,
  `apiKey_used`,
  `oauth_user_id`
FROM `games`
WHERE `id` = ?;
-- with <id>

-- find
-- as in: insert, where the id is taken
-- with <id>

-- find_by_external_id
-- as in: insert, where the name is taken
-- with 'other'

-- get_or_create of one
-- as in: insert, where the name is taken
-- with 'other'

-- get_or_create of none
-- as in: insert, where the name is taken
-- with 'new'
-- as in: insert
-- with <id>, <time>, <time>, 'new', 'default', null, null, null

-- update
-- as in: insert, where the id is taken
-- with <id>
UPDATE `games` SET
  `strategyId` = ?,
  `platform` = ?,
  `apiKey_used` = ?,
  `oauth_user_id` = ?,
  `updated_at` = ?
WHERE
  `id` = ?
  AND (
    1 = 1
    AND `id` <=> ?
    AND `created_at` <=> ?
    AND `updated_at` <=> ?
    AND `externalGameId` <=> ?
    AND `strategyId` <=> ?
    AND `platform` <=> ?
    AND `apiKey_used` <=> ?
    AND `oauth_user_id` <=> ?
  ) IS TRUE
  AND LAST_INSERT_ID (4611686018427387904) > 0;
-- with 'default', 'web', 'gme_live_mine', null, <time>, <id>, <id>, <time>, <time>, 'other',
--   'default', null, null, null

-- update, where nothing changes
-- as in: insert, where the id is taken
-- with <id>

-- insert, where the name is taken (in a transaction)
-- as in: insert
-- with <id>, <time>, <time>, 'other', 'default', null, null, null
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `externalGameId`,
  `strategyId`,
  `platform`,
  `apiKey_used`,
  `oauth_user_id`
FROM `games`
WHERE `externalGameId` = ? LOCK IN SHARE MODE;
-- with 'other'

-- update (in a transaction)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `externalGameId`,
  `strategyId`,
  `platform`,
  `apiKey_used`,
  `oauth_user_id`
FROM `games`
WHERE `id` = ?
FOR UPDATE;
-- with <id>
UPDATE `games` SET
  `platform` = ?, `updated_at` = ?
WHERE
  `id` = ?
  AND (
    1 = 1
    AND `id` <=> ?
    AND `created_at` <=> ?
    AND `updated_at` <=> ?
    AND `externalGameId` <=> ?
    AND `strategyId` <=> ?
    AND `platform` <=> ?
    AND `apiKey_used` <=> ?
    AND `oauth_user_id` <=> ?
  ) IS TRUE
  AND LAST_INSERT_ID (4611686018427387904) > 0;
-- with null, <time>, <id>, <id>, <time>, <time>, 'other', 'default', 'web', 'gme_live_mine', null


-- One task, without a scope
-- =========================

-- create (without a scope)
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
SELECT ?, ?, ?, ?, ?, g.`id`, ?, ?, ?
FROM `games` g
WHERE g.`id` = ?
RETURNING
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`;
-- with <id>, <time>, <time>, null, null, 'task', 'own', 'open', <game>
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
SELECT CAST(? AS BINARY(16)), ?, ?, ?, ?, g.`id`, ?, ?, ?
FROM `games` g
WHERE g.`id` = ? AND LAST_INSERT_ID (4611686018427387904) > 0;
-- with <id>, <time>, <time>, null, null, 'task', 'own', 'open', <game>

-- create, where the name is taken (without a scope)
-- as in: create (without a scope)
-- with <id>, <time>, <time>, null, null, 'task', 'own', 'open', <game>
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  r.n AS n,
  CASE WHEN 1 = 1 THEN g.`id` END AS game,
  CASE WHEN 1 = 1 THEN `tasks`.`id` END AS seen,
  x.`id` AS taken
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
    CAST(? AS BINARY(16)) AS g,
    CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS e,
    CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) r
  LEFT JOIN `games` g ON g.`id` = r.g
  LEFT JOIN `tasks` ON `tasks`.`gameId` = r.g
  AND `tasks`.`externalTaskId` = r.e
  LEFT JOIN `tasks` x ON x.`id` = r.i;
-- with bytes of [<id>], <game>, 'task', 'own', '[0]'

-- create, where the id is taken (without a scope)
-- as in: create (without a scope)
-- with <id>, <time>, <time>, null, null, 'other', 'default', 'open', <game>
-- as in: create, where the name is taken (without a scope)
-- with bytes of [<id>], <game>, 'other', 'default', '[0]'

-- create, where the game is missing (without a scope)
-- as in: create (without a scope)
-- with <id>, <time>, <time>, null, null, 'task', 'default', 'open', <id>
-- as in: create, where the name is taken (without a scope)
-- with bytes of [<id>], <id>, 'task', 'default', '[0]'

-- find by id (without a scope)
SELECT
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE `tasks`.`id` = ?;
-- with <id>

-- find by game and id (without a scope)
SELECT
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE `tasks`.`gameId` = ? AND `tasks`.`id` = ?;
-- with <game>, <id>

-- find by game and external id (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE `tasks`.`gameId` = ? AND `tasks`.`externalTaskId` = ?;
-- with <game>, 'task'

-- update by id (without a scope)
-- as in: find by id (without a scope)
-- with <id>
UPDATE `tasks` SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = TIMESTAMPADD(
    MICROSECOND,
    LAST_INSERT_ID (
      GREATEST(?, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', `tasks`.`updated_at`) + 1)
    ),
    '1970-01-01 00:00:00'
  )
WHERE
  `tasks`.`id` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
  ) IS TRUE
  AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with 'another', 'by id', <seconds>, <id>, <id>, <time>, null, null, <game>, 'task', 'another',
--   'by id'

-- update by game and id (without a scope)
-- as in: find by game and id (without a scope)
-- with <game>, <id>
UPDATE `tasks` SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = TIMESTAMPADD(
    MICROSECOND,
    LAST_INSERT_ID (
      GREATEST(?, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', `tasks`.`updated_at`) + 1)
    ),
    '1970-01-01 00:00:00'
  )
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`id` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
  ) IS TRUE
  AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with 'another', 'by game and id', <seconds>, <game>, <id>, <id>, <time>, null, null, <game>,
--   'task', 'another', 'by game and id'

-- update by game and external id (without a scope)
-- as in: find by game and external id (without a scope)
-- with <game>, 'task'
UPDATE `tasks` SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = TIMESTAMPADD(
    MICROSECOND,
    LAST_INSERT_ID (
      GREATEST(?, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', `tasks`.`updated_at`) + 1)
    ),
    '1970-01-01 00:00:00'
  )
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`externalTaskId` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
  ) IS TRUE
  AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with 'another', 'by game and external id', <seconds>, <game>, 'task', <id>, <time>, null, null,
--   <game>, 'task', 'another', 'by game and external id'

-- update, with preconditions (without a scope)
-- as in: find by id (without a scope)
-- with <id>
UPDATE `tasks` SET
  `strategyId` = ?,
  `updated_at` = TIMESTAMPADD(
    MICROSECOND,
    LAST_INSERT_ID (
      GREATEST(?, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', `tasks`.`updated_at`) + 1)
    ),
    '1970-01-01 00:00:00'
  )
WHERE
  `tasks`.`id` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
    AND `tasks`.`status` <=> ?
  ) IS TRUE
  AND `tasks`.`status` = ?
  AND `tasks`.`updated_at` <= ?
  AND (1 = 0 OR `tasks`.`strategyId` <> ?);
-- with 'third', <seconds>, <id>, <id>, <time>, null, null, <game>, 'task',
--   'by game and external id', 'by game and external id', <time>, 'third'

-- update, refused (without a scope)
-- as in: find by id (without a scope)
-- with <id>

-- update of nothing (without a scope)
-- as in: find by id (without a scope)
-- with <id>

-- transition (without a scope)
-- as in: find by id (without a scope)
-- with <id>
UPDATE `tasks` SET
  `status` = ?,
  `updated_at` = TIMESTAMPADD(
    MICROSECOND,
    LAST_INSERT_ID (
      GREATEST(?, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', `tasks`.`updated_at`) + 1)
    ),
    '1970-01-01 00:00:00'
  )
WHERE
  `tasks`.`id` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
    AND `tasks`.`strategyId` <=> ?
  ) IS TRUE
  AND `tasks`.`status` = ?
  AND (1 = 0 OR `tasks`.`status` <> ?);
-- with 'closed', <seconds>, <id>, <id>, <time>, null, null, <game>, 'task', 'third',
--   'by game and external id', 'closed'

-- transition, refused (without a scope)
-- as in: find by id (without a scope)
-- with <id>

-- delete by id (without a scope)
-- as in: find by id (without a scope)
-- with <id>
DELETE FROM `tasks`
WHERE
  `tasks`.`id` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`updated_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
    AND `tasks`.`strategyId` <=> ?
    AND `tasks`.`status` <=> ?
  ) IS TRUE;
-- with <id>, <id>, <time>, <time>, null, null, <game>, 'task', 'third', 'closed'

-- delete by game and id (without a scope)
-- as in: find by game and id (without a scope)
-- with <game>, <id>
DELETE FROM `tasks`
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`id` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`updated_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
    AND `tasks`.`strategyId` <=> ?
    AND `tasks`.`status` <=> ?
  ) IS TRUE;
-- with <game>, <id>, <id>, <time>, <time>, null, null, <game>, 'task 001', 'default', 'open'

-- delete by game and external id (without a scope)
-- as in: find by game and external id (without a scope)
-- with <game>, 'task 002'
DELETE FROM `tasks`
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`externalTaskId` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`updated_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
    AND `tasks`.`strategyId` <=> ?
    AND `tasks`.`status` <=> ?
  ) IS TRUE;
-- with <game>, 'task 002', <id>, <time>, <time>, null, null, <game>, 'task 002', 'default', 'open'

-- delete of nothing (without a scope)
-- as in: find by id (without a scope)
-- with <id>


-- Lists, without a scope
-- ======================

-- list by Created (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE 1 = 1 AND `tasks`.`gameId` = ?
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with <game>

-- list by Created, after a cursor (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks` FORCE INDEX (`ix_tasks_game_created`)
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (`tasks`.`created_at` > ? OR (`tasks`.`created_at` = ? AND `tasks`.`id` > ?))
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with <game>, <time>, <time>, <id>

-- list by Created, descending (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE 1 = 1 AND `tasks`.`gameId` = ?
ORDER BY `tasks`.`created_at` DESC, `tasks`.`id` DESC
LIMIT 11;
-- with <game>

-- list by Created, descending, after a cursor (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks` FORCE INDEX (`ix_tasks_game_created`)
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (`tasks`.`created_at` < ? OR (`tasks`.`created_at` = ? AND `tasks`.`id` < ?))
ORDER BY `tasks`.`created_at` DESC, `tasks`.`id` DESC
LIMIT 11;
-- with <game>, <time>, <time>, <id>

-- list by Updated (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE 1 = 1 AND `tasks`.`gameId` = ?
ORDER BY `tasks`.`updated_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with <game>

-- list by Updated, after a cursor (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (`tasks`.`updated_at` > ? OR (`tasks`.`updated_at` = ? AND `tasks`.`id` > ?))
ORDER BY `tasks`.`updated_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with <game>, <time>, <time>, <id>

-- list by Updated, descending (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE 1 = 1 AND `tasks`.`gameId` = ?
ORDER BY `tasks`.`updated_at` DESC, `tasks`.`id` DESC
LIMIT 11;
-- with <game>

-- list by Updated, descending, after a cursor (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (`tasks`.`updated_at` < ? OR (`tasks`.`updated_at` = ? AND `tasks`.`id` < ?))
ORDER BY `tasks`.`updated_at` DESC, `tasks`.`id` DESC
LIMIT 11;
-- with <game>, <time>, <time>, <id>

-- list by ExternalId (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE 1 = 1 AND `tasks`.`gameId` = ?
ORDER BY `tasks`.`externalTaskId` ASC
LIMIT 11;
-- with <game>

-- list by ExternalId, after a cursor (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks` FORCE INDEX (`uq_tasks_game_external`)
WHERE 1 = 1 AND `tasks`.`gameId` = ? AND `tasks`.`externalTaskId` > ?
ORDER BY `tasks`.`externalTaskId` ASC
LIMIT 11;
-- with <game>, 'task 012'

-- list by ExternalId, descending (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE 1 = 1 AND `tasks`.`gameId` = ?
ORDER BY `tasks`.`externalTaskId` DESC
LIMIT 11;
-- with <game>

-- list by ExternalId, descending, after a cursor (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks` FORCE INDEX (`uq_tasks_game_external`)
WHERE 1 = 1 AND `tasks`.`gameId` = ? AND `tasks`.`externalTaskId` < ?
ORDER BY `tasks`.`externalTaskId` DESC
LIMIT 11;
-- with <game>, 'task 018'

-- list, the second page of seven, with the total (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE 1 = 1 AND `tasks`.`gameId` = ?
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT ? OFFSET ?;
-- with <game>, 8, 7
SELECT COUNT(*)
FROM `tasks`
WHERE 1 = 1 AND `tasks`.`gameId` = ?;
-- with <game>

-- list of all games (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE 1 = 1
ORDER BY `tasks`.`externalTaskId` ASC, `tasks`.`id` ASC
LIMIT 11;

-- list of all games, after a cursor (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND (
    `tasks`.`externalTaskId` > ?
    OR (`tasks`.`externalTaskId` = ? AND `tasks`.`id` > ?)
  )
ORDER BY `tasks`.`externalTaskId` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with 'task 012', 'task 012', <id>

-- list by a filter of everything but keys (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND `tasks`.`status` IN (?, ?)
  AND `tasks`.`strategyId` IN (?)
  AND `tasks`.`externalTaskId` >= ?
  AND `tasks`.`externalTaskId` < ?
  AND `tasks`.`created_at` >= ?
  AND `tasks`.`created_at` < ?
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with <game>, 'closed', 'open', 'default', 'task', 'tasl', <time>, <time>

-- count by a filter of everything but keys (without a scope)
SELECT COUNT(*)
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND `tasks`.`status` IN (?, ?)
  AND `tasks`.`strategyId` IN (?)
  AND `tasks`.`externalTaskId` >= ?
  AND `tasks`.`externalTaskId` < ?
  AND `tasks`.`created_at` >= ?
  AND `tasks`.`created_at` < ?;
-- with <game>, 'closed', 'open', 'default', 'task', 'tasl', <time>, <time>

-- list by id (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
WHERE 1 = 1
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with bytes of [<id>, <id>], '[0, 0]'

-- count by id (without a scope)
SELECT COUNT(*)
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
WHERE 1 = 1;
-- with bytes of [<id>, <id>], '[0, 0]'

-- list by game and id (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
WHERE 1 = 1
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with bytes of [<id>, <id>], <game>, '[0, 0]'

-- count by game and id (without a scope)
SELECT COUNT(*)
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
WHERE 1 = 1;
-- with bytes of [<id>, <id>], <game>, '[0, 0]'

-- list by game and external id (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
WHERE 1 = 1
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with <game>, '["task 007", "task 008"]'

-- count by game and external id (without a scope)
SELECT COUNT(*)
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
WHERE 1 = 1;
-- with <game>, '["task 007", "task 008"]'

-- list by keys of two kinds (without a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM (
  SELECT `tasks`.`gameId` AS g, `tasks`.`id` AS a
  FROM (
    SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
    FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
  ) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
  UNION
  SELECT `tasks`.`gameId` AS g, `tasks`.`id` AS a
  FROM (
    SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
    FROM
      JSON_TABLE(
        ?,
        '$[*]' COLUMNS (
          n FOR ORDINALITY,
          e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
        )
      ) j
  ) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
    AND `tasks`.`externalTaskId` = k.e
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
WHERE 1 = 1
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with bytes of [<id>], '[0]', <game>, '["task 010"]'

-- count by keys of two kinds (without a scope)
SELECT COUNT(*)
FROM (
  SELECT `tasks`.`gameId` AS g, `tasks`.`id` AS a
  FROM (
    SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
    FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
  ) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
  UNION
  SELECT `tasks`.`gameId` AS g, `tasks`.`id` AS a
  FROM (
    SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
    FROM
      JSON_TABLE(
        ?,
        '$[*]' COLUMNS (
          n FOR ORDINALITY,
          e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
        )
      ) j
  ) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
    AND `tasks`.`externalTaskId` = k.e
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
WHERE 1 = 1;
-- with bytes of [<id>], '[0]', <game>, '["task 010"]'

-- count of all games (without a scope)
SELECT COUNT(*)
FROM `tasks`
WHERE 1 = 1;


-- Bulk creation, without a scope
-- ==============================

-- create_many of two, Fail (without a scope)
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      j.n - 1 AS n,
      SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
      CAST(? AS BINARY(16)) AS g,
      j.e AS e,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s
    FROM
      JSON_TABLE(
        ?,
        '$[*]' COLUMNS (
          n FOR ORDINALITY,
          e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
        )
      ) j
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND LAST_INSERT_ID (4611686018427387904) > 0
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS g
      FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
    ) d
      LEFT JOIN `games` g ON g.`id` = d.g
    WHERE g.`id` IS NULL
  );
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 0", "Fail 1"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]'

-- create_many of two that exist, Fail (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 0", "Fail 1"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]'
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  r.n AS n,
  CASE WHEN 1 = 1 THEN g.`id` END AS game,
  CASE WHEN 1 = 1 THEN `tasks`.`id` END AS seen,
  x.`id` AS taken
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
    CAST(? AS BINARY(16)) AS g,
    j.e AS e,
    CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) r
  LEFT JOIN `games` g ON g.`id` = r.g
  LEFT JOIN `tasks` ON `tasks`.`gameId` = r.g
  AND `tasks`.`externalTaskId` = r.e
  LEFT JOIN `tasks` x ON x.`id` = r.i;
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 0", "Fail 1"]'

-- create_many of two hundred, Fail (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Fail 10", "Fail 100", "Fail 101", …]',
--   <time>, <time>, null, null, 'open', bytes of [<game>], '[0]'

-- create_many of two hundred, two of which exist, Fail (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Fail 200", "Fail 201", "Fail 202", …]',
--   <time>, <time>, null, null, 'open', bytes of [<game>], '[0]'
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Fail 200", "Fail 201", "Fail 202", …]'
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Fail 202", "Fail 203", "Fail 204", …]',
--   <time>, <time>, null, null, 'open', bytes of [<game>], '[0]'

-- create_many with ids, Fail (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 500", "Fail 501"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]'

-- create_many with different statuses, Fail (without a scope)
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      j.n - 1 AS n,
      SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
      CAST(? AS BINARY(16)) AS g,
      j.e AS e,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s,
      j.u AS u
    FROM
      JSON_TABLE(
        ?,
        '$[*]' COLUMNS (
          n FOR ORDINALITY,
          e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$[0]',
          u VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$[1]'
        )
      ) j
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, r.u
FROM r
WHERE
  1 = 1
  AND LAST_INSERT_ID (4611686018427387904) > 0
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS g
      FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
    ) d
      LEFT JOIN `games` g ON g.`id` = d.g
    WHERE g.`id` IS NULL
  );
-- with bytes of [<id>, <id>], <game>, 's', '[["Fail 600","open"], ["Fail 601","closed"]]', <time>,
--   <time>, null, null, bytes of [<game>], '[0]'

-- create_all of two, Fail (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 400", "Fail 401"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]'

-- create_all of two, one of which exists, Fail (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 401", "Fail 402"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]'
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 401", "Fail 402"]'

-- create_many of two, Keep (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 0", "Keep 1"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]'

-- create_many of two that exist, Keep (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 0", "Keep 1"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]'
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 0", "Keep 1"]'

-- create_many of two hundred, Keep (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Keep 10", "Keep 100", "Keep 101", …]',
--   <time>, <time>, null, null, 'open', bytes of [<game>], '[0]'

-- create_many of two hundred, two of which exist, Keep (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Keep 200", "Keep 201", "Keep 202", …]',
--   <time>, <time>, null, null, 'open', bytes of [<game>], '[0]'
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Keep 200", "Keep 201", "Keep 202", …]'
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Keep 202", "Keep 203", "Keep 204", …]',
--   <time>, <time>, null, null, 'open', bytes of [<game>], '[0]'

-- create_many with ids, Keep (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 500", "Keep 501"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]'

-- create_many with different statuses, Keep (without a scope)
-- as in: create_many with different statuses, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '[["Keep 600","open"], ["Keep 601","closed"]]', <time>,
--   <time>, null, null, bytes of [<game>], '[0]'

-- create_all of two, Keep (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 400", "Keep 401"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]'

-- create_all of two, one of which exists, Keep (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 401", "Keep 402"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]'
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 401", "Keep 402"]'
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      j.n - 1 AS n,
      SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
      CAST(? AS BINARY(16)) AS g,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS e,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s
    FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND LAST_INSERT_ID (4611686018427387904) > 0
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS g
      FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
    ) d
      LEFT JOIN `games` g ON g.`id` = d.g
    WHERE g.`id` IS NULL
  );
-- with bytes of [<id>], <game>, 'Keep 402', 's', '[0]', <time>, <time>, null, null, 'open',
--   bytes of [<game>], '[0]'

-- create_many of two, Update (without a scope)
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 0", "Update 1"]'
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      j.n - 1 AS n,
      SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
      CAST(? AS BINARY(16)) AS g,
      j.e AS e,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s,
      NULL AS t
    FROM
      JSON_TABLE(
        ?,
        '$[*]' COLUMNS (
          n FOR ORDINALITY,
          e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
        )
      ) j
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND LAST_INSERT_ID (4611686018427387904) > 0
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS g
      FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
    ) d
      LEFT JOIN `games` g ON g.`id` = d.g
    WHERE g.`id` IS NULL
  ) ON DUPLICATE KEY
UPDATE
  `strategyId` = IF (
    `tasks`.`id` = r.i
    AND `tasks`.`gameId` = r.g
    AND `tasks`.`externalTaskId` = r.e
    AND `tasks`.`status` = r.t
    AND `tasks`.`updated_at` < ?,
    r.s,
    NULL
  ),
  `updated_at` = ?;
-- with bytes of [<id>, <id>], <game>, 's', '["Update 0", "Update 1"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]', <time>, <time>

-- create_many of two that exist, Update (without a scope)
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 0", "Update 1"]'

-- create_many of two hundred, Update (without a scope)
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's',
--   '["Update 10", "Update 100", "Update 101", …]'
-- as in: create_many of two, Update (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's',
--   '["Update 10", "Update 100", "Update 101", …]', <time>, <time>, null, null, 'open',
--   bytes of [<game>], '[0]', <time>, <time>

-- create_many of two hundred, two of which exist, Update (without a scope)
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's',
--   '["Update 200", "Update 201", "Update 202", …]'
-- as in: create_many of two, Update (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's',
--   '["Update 202", "Update 203", "Update 204", …]', <time>, <time>, null, null, 'open',
--   bytes of [<game>], '[0]', <time>, <time>

-- create_many with ids, Update (without a scope)
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 500", "Update 501"]'
-- as in: create_many of two, Update (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 500", "Update 501"]', <time>, <time>, null,
--   null, 'open', bytes of [<game>], '[0]', <time>, <time>

-- create_many with different statuses, Update (without a scope)
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 600", "Update 601"]'
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      j.n - 1 AS n,
      SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
      CAST(? AS BINARY(16)) AS g,
      j.e AS e,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s,
      NULL AS t,
      j.u AS u
    FROM
      JSON_TABLE(
        ?,
        '$[*]' COLUMNS (
          n FOR ORDINALITY,
          e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$[0]',
          u VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$[1]'
        )
      ) j
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, r.u
FROM r
WHERE
  1 = 1
  AND LAST_INSERT_ID (4611686018427387904) > 0
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS g
      FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
    ) d
      LEFT JOIN `games` g ON g.`id` = d.g
    WHERE g.`id` IS NULL
  ) ON DUPLICATE KEY
UPDATE
  `strategyId` = IF (
    `tasks`.`id` = r.i
    AND `tasks`.`gameId` = r.g
    AND `tasks`.`externalTaskId` = r.e
    AND `tasks`.`status` = r.t
    AND `tasks`.`updated_at` < ?,
    r.s,
    NULL
  ),
  `updated_at` = ?;
-- with bytes of [<id>, <id>], <game>, 's', '[["Update 600","open"], ["Update 601","closed"]]',
--   <time>, <time>, null, null, bytes of [<game>], '[0]', <time>, <time>

-- create_all of two, Update (without a scope)
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 400", "Update 401"]'
-- as in: create_many of two, Update (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 400", "Update 401"]', <time>, <time>, null,
--   null, 'open', bytes of [<game>], '[0]', <time>, <time>

-- create_all of two, one of which exists, Update (without a scope)
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 401", "Update 402"]'
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      j.n - 1 AS n,
      SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
      CAST(? AS BINARY(16)) AS g,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS e,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s,
      NULL AS t
    FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND LAST_INSERT_ID (4611686018427387904) > 0
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS g
      FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
    ) d
      LEFT JOIN `games` g ON g.`id` = d.g
    WHERE g.`id` IS NULL
  ) ON DUPLICATE KEY
UPDATE
  `strategyId` = IF (
    `tasks`.`id` = r.i
    AND `tasks`.`gameId` = r.g
    AND `tasks`.`externalTaskId` = r.e
    AND `tasks`.`status` = r.t
    AND `tasks`.`updated_at` < ?,
    r.s,
    NULL
  ),
  `updated_at` = ?;
-- with bytes of [<id>], <game>, 'Update 402', 's', '[0]', <time>, <time>, null, null, 'open',
--   bytes of [<game>], '[0]', <time>, <time>


-- Bulk changes, without a scope
-- =============================

-- update_many by id (without a scope)
SELECT `tasks`.`gameId`, `tasks`.`externalTaskId`, `tasks`.`id`
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
ORDER BY `tasks`.`gameId`, `tasks`.`externalTaskId`;
-- with bytes of [<id>, <id>], '[0, 0]'
UPDATE (
  SELECT
    j.n - 1 AS n,
    j.e AS e,
    CAST(? AS BINARY(16)) AS g,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
  AND (`tasks`.`id` = k.a) IS TRUE
SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = GREATEST(
    ?,
    CASE
      WHEN `tasks`.`updated_at` >= '0001-01-01'
      AND DAYOFMONTH(`tasks`.`updated_at`) BETWEEN 1 AND ELT(
        MONTH (`tasks`.`updated_at`),
        31,
        28 + (
          YEAR(`tasks`.`updated_at`) % 4 = 0
          AND (YEAR(`tasks`.`updated_at`) % 100 <> 0 OR YEAR(`tasks`.`updated_at`) % 400 = 0)
        ),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31
      ) THEN `tasks`.`updated_at` + INTERVAL 1 MICROSECOND
      ELSE ?
    END
  )
WHERE 1 = 1 AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with <game>, bytes of [<id>, <id>], '["task 028", "task 029"]', 's', 'changed 0', <time>, <time>,
--   's', 'changed 0'

-- update_many by game and id (without a scope)
SELECT `tasks`.`gameId`, `tasks`.`externalTaskId`, `tasks`.`id`
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
ORDER BY `tasks`.`gameId`, `tasks`.`externalTaskId`;
-- with bytes of [<id>, <id>], <game>, '[0, 0]'
-- as in: update_many by id (without a scope)
-- with <game>, bytes of [<id>, <id>], '["task 030", "task 031"]', 's', 'changed 1', <time>, <time>,
--   's', 'changed 1'

-- update_many by game and external id (without a scope)
UPDATE (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = GREATEST(
    ?,
    CASE
      WHEN `tasks`.`updated_at` >= '0001-01-01'
      AND DAYOFMONTH(`tasks`.`updated_at`) BETWEEN 1 AND ELT(
        MONTH (`tasks`.`updated_at`),
        31,
        28 + (
          YEAR(`tasks`.`updated_at`) % 4 = 0
          AND (YEAR(`tasks`.`updated_at`) % 100 <> 0 OR YEAR(`tasks`.`updated_at`) % 400 = 0)
        ),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31
      ) THEN `tasks`.`updated_at` + INTERVAL 1 MICROSECOND
      ELSE ?
    END
  )
WHERE 1 = 1 AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with <game>, '["task 032", "task 033"]', 's', 'changed 2', <time>, <time>, 's', 'changed 2'

-- update_many by keys of two kinds (without a scope)
SELECT `tasks`.`gameId`, `tasks`.`externalTaskId`, `tasks`.`id`
FROM (
  SELECT `tasks`.`gameId` AS g, `tasks`.`id` AS a
  FROM (
    SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
    FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
  ) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
  UNION
  SELECT `tasks`.`gameId` AS g, `tasks`.`id` AS a
  FROM (
    SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
    FROM
      JSON_TABLE(
        ?,
        '$[*]' COLUMNS (
          n FOR ORDINALITY,
          e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
        )
      ) j
  ) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
    AND `tasks`.`externalTaskId` = k.e
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
ORDER BY `tasks`.`gameId`, `tasks`.`externalTaskId`;
-- with bytes of [<id>], '[0]', <game>, '["task 035"]'
-- as in: update_many by id (without a scope)
-- with <game>, bytes of [<id>, <id>], '["task 034", "task 035"]', 's', 'changed 3', <time>, <time>,
--   's', 'changed 3'

-- update_many of a game (without a scope)
SELECT `tasks`.`externalTaskId`
FROM `tasks` FORCE INDEX (`uq_tasks_game_external`)
WHERE 1 = 1 AND `tasks`.`gameId` = ?
ORDER BY `tasks`.`externalTaskId`
LIMIT 1 OFFSET ?;
-- with <game>, 9999
UPDATE `tasks` FORCE INDEX (`uq_tasks_game_external`) SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = GREATEST(
    ?,
    CASE
      WHEN `tasks`.`updated_at` >= '0001-01-01'
      AND DAYOFMONTH(`tasks`.`updated_at`) BETWEEN 1 AND ELT(
        MONTH (`tasks`.`updated_at`),
        31,
        28 + (
          YEAR(`tasks`.`updated_at`) % 4 = 0
          AND (YEAR(`tasks`.`updated_at`) % 100 <> 0 OR YEAR(`tasks`.`updated_at`) % 400 = 0)
        ),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31
      ) THEN `tasks`.`updated_at` + INTERVAL 1 MICROSECOND
      ELSE ?
    END
  )
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with 's', 'game', <time>, <time>, <game>, 's', 'game'

-- update_many of all games, by status (without a scope)
SELECT `tasks`.`id`
FROM `tasks`
WHERE 1 = 1
ORDER BY `tasks`.`id`
LIMIT 1 OFFSET ?;
-- with 9999
UPDATE `tasks` SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = GREATEST(
    ?,
    CASE
      WHEN `tasks`.`updated_at` >= '0001-01-01'
      AND DAYOFMONTH(`tasks`.`updated_at`) BETWEEN 1 AND ELT(
        MONTH (`tasks`.`updated_at`),
        31,
        28 + (
          YEAR(`tasks`.`updated_at`) % 4 = 0
          AND (YEAR(`tasks`.`updated_at`) % 100 <> 0 OR YEAR(`tasks`.`updated_at`) % 400 = 0)
        ),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31
      ) THEN `tasks`.`updated_at` + INTERVAL 1 MICROSECOND
      ELSE ?
    END
  )
WHERE
  1 = 1
  AND `tasks`.`status` IN (?)
  AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with 's', 'all', <time>, <time>, 'game', 's', 'all'

-- reassign_strategy in a game (without a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
UPDATE `tasks` FORCE INDEX (`uq_tasks_game_external`) SET
  `strategyId` = ?,
  `updated_at` = GREATEST(
    ?,
    CASE
      WHEN `tasks`.`updated_at` >= '0001-01-01'
      AND DAYOFMONTH(`tasks`.`updated_at`) BETWEEN 1 AND ELT(
        MONTH (`tasks`.`updated_at`),
        31,
        28 + (
          YEAR(`tasks`.`updated_at`) % 4 = 0
          AND (YEAR(`tasks`.`updated_at`) % 100 <> 0 OR YEAR(`tasks`.`updated_at`) % 400 = 0)
        ),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31
      ) THEN `tasks`.`updated_at` + INTERVAL 1 MICROSECOND
      ELSE ?
    END
  )
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND `tasks`.`strategyId` IN (?)
  AND (1 = 0 OR `tasks`.`strategyId` <> ?);
-- with 't', <time>, <time>, <game>, 's', 't'

-- delete_many by id (without a scope)
-- as in: update_many by id (without a scope)
-- with bytes of [<id>, <id>], '[0, 0]'
DELETE `tasks`
FROM (
  SELECT
    j.n - 1 AS n,
    j.e AS e,
    CAST(? AS BINARY(16)) AS g,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
  AND (`tasks`.`id` = k.a) IS TRUE
WHERE 1 = 1;
-- with <game>, bytes of [<id>, <id>], '["task 028", "task 029"]'

-- delete_many by game and id (without a scope)
-- as in: update_many by game and id (without a scope)
-- with bytes of [<id>, <id>], <game>, '[0, 0]'
-- as in: delete_many by id (without a scope)
-- with <game>, bytes of [<id>, <id>], '["task 030", "task 031"]'

-- delete_many by game and external id (without a scope)
DELETE `tasks`
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
WHERE 1 = 1;
-- with <game>, '["task 032", "task 033"]'

-- delete_many by keys of two kinds (without a scope)
-- as in: update_many by keys of two kinds (without a scope)
-- with bytes of [<id>], '[0]', <game>, '["task 035"]'
-- as in: delete_many by id (without a scope)
-- with <game>, bytes of [<id>, <id>], '["task 034", "task 035"]'

-- delete_many of all games, by strategy (without a scope)
-- as in: update_many of all games, by status (without a scope)
-- with 9999
DELETE `tasks`
FROM `tasks`
WHERE 1 = 1 AND `tasks`.`strategyId` IN (?);
-- with 's'

-- delete_game (without a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
DELETE `tasks`
FROM `tasks` FORCE INDEX (`uq_tasks_game_external`)
WHERE 1 = 1 AND `tasks`.`gameId` = ?;
-- with <game>


-- Resolver, without a scope
-- =========================

-- resolve by id (without a scope)
SELECT
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  `tasks`.`gameId` AS game_id
FROM `tasks` LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE `tasks`.`id` = ?;
-- with <id>

-- resolve_with_task by id (without a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited
FROM `tasks` LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE `tasks`.`id` = ?;
-- with <id>

-- resolve by game and id (without a scope)
SELECT `tasks`.`strategyId` AS own, g.`strategyId` AS inherited
FROM `tasks` LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE `tasks`.`gameId` = ? AND `tasks`.`id` = ?;
-- with <game>, <id>

-- resolve_with_task by game and id (without a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited
FROM `tasks` LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE `tasks`.`gameId` = ? AND `tasks`.`id` = ?;
-- with <game>, <id>

-- resolve by game and external id (without a scope)
SELECT
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  `tasks`.`id` AS task_id
FROM `tasks` LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE `tasks`.`gameId` = ? AND `tasks`.`externalTaskId` = ?;
-- with <game>, 'task 036'

-- resolve_with_task by game and external id (without a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited
FROM `tasks` LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE `tasks`.`gameId` = ? AND `tasks`.`externalTaskId` = ?;
-- with <game>, 'task 036'

-- resolve_game (without a scope)
SELECT g.`strategyId` AS inherited
FROM `games` g
WHERE g.`id` = ?;
-- with <game>

-- resolve_for (without a scope)
-- as in: resolve_game (without a scope)
-- with <game>

-- resolve_many by id (without a scope)
SELECT
  `tasks`.`gameId` AS other_id,
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE 1 = 1;
-- with bytes of [<id>, <id>, <id>], '[0, 0, 0]'

-- resolve_many_with_tasks by id (without a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE 1 = 1;
-- with bytes of [<id>, <id>, <id>], '[0, 0, 0]'

-- find_many by id (without a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
WHERE 1 = 1;
-- with bytes of [<id>, <id>, <id>], '[0, 0, 0]'

-- resolve_many by game and id (without a scope)
SELECT
  `tasks`.`id` AS other_id,
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE 1 = 1;
-- with bytes of [<id>, <id>, <id>], <game>, '[0, 0, 0]'

-- resolve_many_with_tasks by game and id (without a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE 1 = 1;
-- with bytes of [<id>, <id>, <id>], <game>, '[0, 0, 0]'

-- find_many by game and id (without a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  k.n AS n
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
WHERE 1 = 1;
-- with bytes of [<id>, <id>, <id>], <game>, '[0, 0, 0]'

-- resolve_many by game and external id (without a scope)
SELECT
  `tasks`.`id` AS other_id,
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE 1 = 1;
-- with <game>, '["task 036", "task 037", "task 038"]'

-- resolve_many_with_tasks by game and external id (without a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE 1 = 1;
-- with <game>, '["task 036", "task 037", "task 038"]'

-- find_many by game and external id (without a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
WHERE 1 = 1;
-- with <game>, '["task 036", "task 037", "task 038"]'

-- resolve_many by keys of all kinds (without a scope)
SELECT
  `tasks`.`gameId` AS other_id,
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE 1 = 1
UNION ALL
SELECT
  `tasks`.`id` AS other_id,
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  k.n + ? AS n
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE 1 = 1
UNION ALL
SELECT
  `tasks`.`id` AS other_id,
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  k.n + ? AS n
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE 1 = 1;
-- with bytes of [<id>], '[0]', 1, bytes of [<id>], <game>, '[0]', 2, <game>, '["task 038"]'

-- resolve_many_with_tasks by keys of all kinds (without a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE 1 = 1
UNION ALL
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited,
  k.n + ? AS n
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE 1 = 1
UNION ALL
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited,
  k.n + ? AS n
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE 1 = 1;
-- with bytes of [<id>], '[0]', 1, bytes of [<id>], <game>, '[0]', 2, <game>, '["task 038"]'

-- find_many by keys of all kinds (without a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
WHERE 1 = 1
UNION ALL
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  k.n + ? AS n
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
WHERE 1 = 1
UNION ALL
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  k.n + ? AS n
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
WHERE 1 = 1;
-- with bytes of [<id>], '[0]', 1, bytes of [<id>], <game>, '[0]', 2, <game>, '["task 038"]'


-- One task, in a scope
-- ====================

-- create (in a scope)
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
SELECT CAST(? AS BINARY(16)), ?, ?, ?, ?, g.`id`, ?, ?, ?
FROM `games` g
WHERE
  g.`id` = ?
  AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
  AND LAST_INSERT_ID (4611686018427387904) > 0;
-- with <id>, <time>, <time>, 'gme_live_mine', null, 'task', 'own', 'open', <game>, 'gme_live_mine'

-- create, where the name is taken (in a scope)
-- as in: create (in a scope)
-- with <id>, <time>, <time>, 'gme_live_mine', null, 'task', 'own', 'open', <game>, 'gme_live_mine'
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  r.n AS n,
  CASE WHEN 1 = 1 AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin THEN g.`id` END AS game,
  CASE
    WHEN 1 = 1
    AND (`tasks`.`apiKey_used` = ? OR g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin) THEN `tasks`.`id`
  END AS seen,
  x.`id` AS taken
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
    CAST(? AS BINARY(16)) AS g,
    CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS e,
    CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) r
  LEFT JOIN `games` g ON g.`id` = r.g
  LEFT JOIN `tasks` ON `tasks`.`gameId` = r.g
  AND `tasks`.`externalTaskId` = r.e
  LEFT JOIN `tasks` x ON x.`id` = r.i;
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>], <game>, 'task', 'own',
--   '[0]'

-- create, where the id is taken (in a scope)
-- as in: create (in a scope)
-- with <id>, <time>, <time>, 'gme_live_mine', null, 'other', 'default', 'open', <game>,
--   'gme_live_mine'
-- as in: create, where the name is taken (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>], <game>, 'other',
--   'default', '[0]'

-- create, where the game is missing (in a scope)
-- as in: create (in a scope)
-- with <id>, <time>, <time>, 'gme_live_mine', null, 'task', 'default', 'open', <id>,
--   'gme_live_mine'
-- as in: create, where the name is taken (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>], <id>, 'task', 'default',
--   '[0]'

-- find by id (in a scope)
SELECT
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  `tasks`.`id` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- find by game and id (in a scope)
SELECT
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`id` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, <id>, 'gme_live_mine', 'gme_live_mine'

-- find by game and external id (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`externalTaskId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, 'task', 'gme_live_mine', 'gme_live_mine'

-- update by id (in a scope)
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'
UPDATE `tasks` SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = TIMESTAMPADD(
    MICROSECOND,
    LAST_INSERT_ID (
      GREATEST(?, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', `tasks`.`updated_at`) + 1)
    ),
    '1970-01-01 00:00:00'
  )
WHERE
  `tasks`.`id` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
  ) IS TRUE
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with 'another', 'by id', <seconds>, <id>, <id>, <time>, 'gme_live_mine', null, <game>, 'task',
--   'gme_live_mine', 'gme_live_mine', 'another', 'by id'

-- update by game and id (in a scope)
-- as in: find by game and id (in a scope)
-- with <game>, <id>, 'gme_live_mine', 'gme_live_mine'
UPDATE `tasks` SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = TIMESTAMPADD(
    MICROSECOND,
    LAST_INSERT_ID (
      GREATEST(?, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', `tasks`.`updated_at`) + 1)
    ),
    '1970-01-01 00:00:00'
  )
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`id` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
  ) IS TRUE
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with 'another', 'by game and id', <seconds>, <game>, <id>, <id>, <time>, 'gme_live_mine', null,
--   <game>, 'task', 'gme_live_mine', 'gme_live_mine', 'another', 'by game and id'

-- update by game and external id (in a scope)
-- as in: find by game and external id (in a scope)
-- with <game>, 'task', 'gme_live_mine', 'gme_live_mine'
UPDATE `tasks` SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = TIMESTAMPADD(
    MICROSECOND,
    LAST_INSERT_ID (
      GREATEST(?, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', `tasks`.`updated_at`) + 1)
    ),
    '1970-01-01 00:00:00'
  )
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`externalTaskId` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
  ) IS TRUE
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with 'another', 'by game and external id', <seconds>, <game>, 'task', <id>, <time>,
--   'gme_live_mine', null, <game>, 'task', 'gme_live_mine', 'gme_live_mine', 'another',
--   'by game and external id'

-- update, with preconditions (in a scope)
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'
UPDATE `tasks` SET
  `strategyId` = ?,
  `updated_at` = TIMESTAMPADD(
    MICROSECOND,
    LAST_INSERT_ID (
      GREATEST(?, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', `tasks`.`updated_at`) + 1)
    ),
    '1970-01-01 00:00:00'
  )
WHERE
  `tasks`.`id` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
    AND `tasks`.`status` <=> ?
  ) IS TRUE
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND `tasks`.`status` = ?
  AND `tasks`.`updated_at` <= ?
  AND (1 = 0 OR `tasks`.`strategyId` <> ?);
-- with 'third', <seconds>, <id>, <id>, <time>, 'gme_live_mine', null, <game>, 'task',
--   'by game and external id', 'gme_live_mine', 'gme_live_mine', 'by game and external id', <time>,
--   'third'

-- update, refused (in a scope)
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- update of nothing (in a scope)
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- transition (in a scope)
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'
UPDATE `tasks` SET
  `status` = ?,
  `updated_at` = TIMESTAMPADD(
    MICROSECOND,
    LAST_INSERT_ID (
      GREATEST(?, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', `tasks`.`updated_at`) + 1)
    ),
    '1970-01-01 00:00:00'
  )
WHERE
  `tasks`.`id` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
    AND `tasks`.`strategyId` <=> ?
  ) IS TRUE
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND `tasks`.`status` = ?
  AND (1 = 0 OR `tasks`.`status` <> ?);
-- with 'closed', <seconds>, <id>, <id>, <time>, 'gme_live_mine', null, <game>, 'task', 'third',
--   'gme_live_mine', 'gme_live_mine', 'by game and external id', 'closed'

-- transition, refused (in a scope)
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- delete by id (in a scope)
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'
DELETE FROM `tasks`
WHERE
  `tasks`.`id` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`updated_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
    AND `tasks`.`strategyId` <=> ?
    AND `tasks`.`status` <=> ?
  ) IS TRUE
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <id>, <id>, <time>, <time>, 'gme_live_mine', null, <game>, 'task', 'third', 'closed',
--   'gme_live_mine', 'gme_live_mine'

-- delete by game and id (in a scope)
-- as in: find by game and id (in a scope)
-- with <game>, <id>, 'gme_live_mine', 'gme_live_mine'
DELETE FROM `tasks`
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`id` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`updated_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
    AND `tasks`.`strategyId` <=> ?
    AND `tasks`.`status` <=> ?
  ) IS TRUE
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, <id>, <id>, <time>, <time>, 'gme_live_mine', null, <game>, 'task 039', 'default',
--   'open', 'gme_live_mine', 'gme_live_mine'

-- delete by game and external id (in a scope)
-- as in: find by game and external id (in a scope)
-- with <game>, 'task 040', 'gme_live_mine', 'gme_live_mine'
DELETE FROM `tasks`
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`externalTaskId` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`updated_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
    AND `tasks`.`strategyId` <=> ?
    AND `tasks`.`status` <=> ?
  ) IS TRUE
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, 'task 040', <id>, <time>, <time>, 'gme_live_mine', null, <game>, 'task 040',
--   'default', 'open', 'gme_live_mine', 'gme_live_mine'

-- delete of nothing (in a scope)
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'


-- Lists, in a scope
-- =================

-- list by Created (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by Created, after a cursor (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks` FORCE INDEX (`ix_tasks_game_created`)
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND (`tasks`.`created_at` > ? OR (`tasks`.`created_at` = ? AND `tasks`.`id` > ?))
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', <time>, <time>, <id>

-- list by Created, descending (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
ORDER BY `tasks`.`created_at` DESC, `tasks`.`id` DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by Created, descending, after a cursor (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks` FORCE INDEX (`ix_tasks_game_created`)
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND (`tasks`.`created_at` < ? OR (`tasks`.`created_at` = ? AND `tasks`.`id` < ?))
ORDER BY `tasks`.`created_at` DESC, `tasks`.`id` DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', <time>, <time>, <id>

-- list by Updated (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
ORDER BY `tasks`.`updated_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by Updated, after a cursor (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND (`tasks`.`updated_at` > ? OR (`tasks`.`updated_at` = ? AND `tasks`.`id` > ?))
ORDER BY `tasks`.`updated_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', <time>, <time>, <id>

-- list by Updated, descending (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
ORDER BY `tasks`.`updated_at` DESC, `tasks`.`id` DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by Updated, descending, after a cursor (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND (`tasks`.`updated_at` < ? OR (`tasks`.`updated_at` = ? AND `tasks`.`id` < ?))
ORDER BY `tasks`.`updated_at` DESC, `tasks`.`id` DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', <time>, <time>, <id>

-- list by ExternalId (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
ORDER BY `tasks`.`externalTaskId` ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by ExternalId, after a cursor (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks` FORCE INDEX (`uq_tasks_game_external`)
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND `tasks`.`externalTaskId` > ?
ORDER BY `tasks`.`externalTaskId` ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', 'task 050'

-- list by ExternalId, descending (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
ORDER BY `tasks`.`externalTaskId` DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by ExternalId, descending, after a cursor (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks` FORCE INDEX (`uq_tasks_game_external`)
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND `tasks`.`externalTaskId` < ?
ORDER BY `tasks`.`externalTaskId` DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', 'task 056'

-- list, the second page of seven, with the total (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT ? OFFSET ?;
-- with <game>, 'gme_live_mine', 'gme_live_mine', 8, 7
SELECT COUNT(*)
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list of all games (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
ORDER BY `tasks`.`externalTaskId` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with 'gme_live_mine', 'gme_live_mine'

-- list of all games, after a cursor (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND (
    `tasks`.`externalTaskId` > ?
    OR (`tasks`.`externalTaskId` = ? AND `tasks`.`id` > ?)
  )
ORDER BY `tasks`.`externalTaskId` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with 'gme_live_mine', 'gme_live_mine', 'task 050', 'task 050', <id>

-- list by a filter of everything but keys (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND `tasks`.`status` IN (?, ?)
  AND `tasks`.`strategyId` IN (?)
  AND `tasks`.`externalTaskId` >= ?
  AND `tasks`.`externalTaskId` < ?
  AND `tasks`.`created_at` >= ?
  AND `tasks`.`created_at` < ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with <game>, 'closed', 'open', 'default', 'task', 'tasl', <time>, <time>, 'gme_live_mine',
--   'gme_live_mine'

-- count by a filter of everything but keys (in a scope)
SELECT COUNT(*)
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND `tasks`.`status` IN (?, ?)
  AND `tasks`.`strategyId` IN (?)
  AND `tasks`.`externalTaskId` >= ?
  AND `tasks`.`externalTaskId` < ?
  AND `tasks`.`created_at` >= ?
  AND `tasks`.`created_at` < ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, 'closed', 'open', 'default', 'task', 'tasl', <time>, <time>, 'gme_live_mine',
--   'gme_live_mine'

-- list by id (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with bytes of [<id>, <id>], '[0, 0]', 'gme_live_mine', 'gme_live_mine'

-- count by id (in a scope)
SELECT COUNT(*)
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with bytes of [<id>, <id>], '[0, 0]', 'gme_live_mine', 'gme_live_mine'

-- list by game and id (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with bytes of [<id>, <id>], <game>, '[0, 0]', 'gme_live_mine', 'gme_live_mine'

-- count by game and id (in a scope)
SELECT COUNT(*)
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with bytes of [<id>, <id>], <game>, '[0, 0]', 'gme_live_mine', 'gme_live_mine'

-- list by game and external id (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with <game>, '["task 045", "task 046"]', 'gme_live_mine', 'gme_live_mine'

-- count by game and external id (in a scope)
SELECT COUNT(*)
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, '["task 045", "task 046"]', 'gme_live_mine', 'gme_live_mine'

-- list by keys of two kinds (in a scope)
SELECT
  `id`,
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM (
  SELECT `tasks`.`gameId` AS g, `tasks`.`id` AS a
  FROM (
    SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
    FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
  ) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
  UNION
  SELECT `tasks`.`gameId` AS g, `tasks`.`id` AS a
  FROM (
    SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
    FROM
      JSON_TABLE(
        ?,
        '$[*]' COLUMNS (
          n FOR ORDINALITY,
          e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
        )
      ) j
  ) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
    AND `tasks`.`externalTaskId` = k.e
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
ORDER BY `tasks`.`created_at` ASC, `tasks`.`id` ASC
LIMIT 11;
-- with bytes of [<id>], '[0]', <game>, '["task 048"]', 'gme_live_mine', 'gme_live_mine'

-- count by keys of two kinds (in a scope)
SELECT COUNT(*)
FROM (
  SELECT `tasks`.`gameId` AS g, `tasks`.`id` AS a
  FROM (
    SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
    FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
  ) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
  UNION
  SELECT `tasks`.`gameId` AS g, `tasks`.`id` AS a
  FROM (
    SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
    FROM
      JSON_TABLE(
        ?,
        '$[*]' COLUMNS (
          n FOR ORDINALITY,
          e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
        )
      ) j
  ) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
    AND `tasks`.`externalTaskId` = k.e
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with bytes of [<id>], '[0]', <game>, '["task 048"]', 'gme_live_mine', 'gme_live_mine'

-- count of all games (in a scope)
SELECT COUNT(*)
FROM `tasks`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with 'gme_live_mine', 'gme_live_mine'


-- Bulk creation, in a scope
-- =========================

-- create_many of two, Fail (in a scope)
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      j.n - 1 AS n,
      SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
      CAST(? AS BINARY(16)) AS g,
      j.e AS e,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s
    FROM
      JSON_TABLE(
        ?,
        '$[*]' COLUMNS (
          n FOR ORDINALITY,
          e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
        )
      ) j
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND LAST_INSERT_ID (4611686018427387904) > 0
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS g
      FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
    ) d
      LEFT JOIN `games` g ON g.`id` = d.g
      AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    WHERE g.`id` IS NULL
  );
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 0", "Fail 1"]', <time>, <time>, 'gme_live_mine',
--   null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'

-- create_many of two that exist, Fail (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 0", "Fail 1"]', <time>, <time>, 'gme_live_mine',
--   null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  r.n AS n,
  CASE WHEN 1 = 1 AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin THEN g.`id` END AS game,
  CASE
    WHEN 1 = 1
    AND (`tasks`.`apiKey_used` = ? OR g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin) THEN `tasks`.`id`
  END AS seen,
  x.`id` AS taken
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
    CAST(? AS BINARY(16)) AS g,
    j.e AS e,
    CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) r
  LEFT JOIN `games` g ON g.`id` = r.g
  LEFT JOIN `tasks` ON `tasks`.`gameId` = r.g
  AND `tasks`.`externalTaskId` = r.e
  LEFT JOIN `tasks` x ON x.`id` = r.i;
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Fail 0", "Fail 1"]'

-- create_many of two hundred, Fail (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Fail 10", "Fail 100", "Fail 101", …]',
--   <time>, <time>, 'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'

-- create_many of two hundred, two of which exist, Fail (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Fail 200", "Fail 201", "Fail 202", …]',
--   <time>, <time>, 'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>, <id>, …], <game>,
--   's', '["Fail 200", "Fail 201", "Fail 202", …]'
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Fail 202", "Fail 203", "Fail 204", …]',
--   <time>, <time>, 'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'

-- create_many with ids, Fail (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 500", "Fail 501"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'

-- create_many with different statuses, Fail (in a scope)
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      j.n - 1 AS n,
      SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
      CAST(? AS BINARY(16)) AS g,
      j.e AS e,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s,
      j.u AS u
    FROM
      JSON_TABLE(
        ?,
        '$[*]' COLUMNS (
          n FOR ORDINALITY,
          e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$[0]',
          u VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$[1]'
        )
      ) j
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, r.u
FROM r
WHERE
  1 = 1
  AND LAST_INSERT_ID (4611686018427387904) > 0
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS g
      FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
    ) d
      LEFT JOIN `games` g ON g.`id` = d.g
      AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    WHERE g.`id` IS NULL
  );
-- with bytes of [<id>, <id>], <game>, 's', '[["Fail 600","open"], ["Fail 601","closed"]]', <time>,
--   <time>, 'gme_live_mine', null, bytes of [<game>], '[0]', 'gme_live_mine'

-- create_all of two, Fail (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 400", "Fail 401"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'

-- create_all of two, one of which exists, Fail (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 401", "Fail 402"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Fail 401", "Fail 402"]'

-- create_many of two, Keep (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 0", "Keep 1"]', <time>, <time>, 'gme_live_mine',
--   null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'

-- create_many of two that exist, Keep (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 0", "Keep 1"]', <time>, <time>, 'gme_live_mine',
--   null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Keep 0", "Keep 1"]'

-- create_many of two hundred, Keep (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Keep 10", "Keep 100", "Keep 101", …]',
--   <time>, <time>, 'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'

-- create_many of two hundred, two of which exist, Keep (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Keep 200", "Keep 201", "Keep 202", …]',
--   <time>, <time>, 'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>, <id>, …], <game>,
--   's', '["Keep 200", "Keep 201", "Keep 202", …]'
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Keep 202", "Keep 203", "Keep 204", …]',
--   <time>, <time>, 'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'

-- create_many with ids, Keep (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 500", "Keep 501"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'

-- create_many with different statuses, Keep (in a scope)
-- as in: create_many with different statuses, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '[["Keep 600","open"], ["Keep 601","closed"]]', <time>,
--   <time>, 'gme_live_mine', null, bytes of [<game>], '[0]', 'gme_live_mine'

-- create_all of two, Keep (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 400", "Keep 401"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'

-- create_all of two, one of which exists, Keep (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 401", "Keep 402"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Keep 401", "Keep 402"]'
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      j.n - 1 AS n,
      SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
      CAST(? AS BINARY(16)) AS g,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS e,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s
    FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND LAST_INSERT_ID (4611686018427387904) > 0
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS g
      FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
    ) d
      LEFT JOIN `games` g ON g.`id` = d.g
      AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    WHERE g.`id` IS NULL
  );
-- with bytes of [<id>], <game>, 'Keep 402', 's', '[0]', <time>, <time>, 'gme_live_mine', null,
--   'open', bytes of [<game>], '[0]', 'gme_live_mine'

-- create_many of two, Update (in a scope)
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Update 0", "Update 1"]'
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      j.n - 1 AS n,
      SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
      CAST(? AS BINARY(16)) AS g,
      j.e AS e,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s,
      NULL AS t
    FROM
      JSON_TABLE(
        ?,
        '$[*]' COLUMNS (
          n FOR ORDINALITY,
          e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
        )
      ) j
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND LAST_INSERT_ID (4611686018427387904) > 0
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS g
      FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
    ) d
      LEFT JOIN `games` g ON g.`id` = d.g
      AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    WHERE g.`id` IS NULL
  ) ON DUPLICATE KEY
UPDATE
  `strategyId` = IF (
    `tasks`.`id` = r.i
    AND `tasks`.`gameId` = r.g
    AND `tasks`.`externalTaskId` = r.e
    AND `tasks`.`status` = r.t
    AND `tasks`.`updated_at` < ?
    AND (
      `tasks`.`apiKey_used` = ?
      OR EXISTS (
        SELECT 1
        FROM `games` g
        WHERE g.`id` = `tasks`.`gameId`
          AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
      )
    ),
    r.s,
    NULL
  ),
  `updated_at` = ?;
-- with bytes of [<id>, <id>], <game>, 's', '["Update 0", "Update 1"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine', <time>,
--   'gme_live_mine', 'gme_live_mine', <time>

-- create_many of two that exist, Update (in a scope)
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Update 0", "Update 1"]'

-- create_many of two hundred, Update (in a scope)
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>, <id>, …], <game>,
--   's', '["Update 10", "Update 100", "Update 101", …]'
-- as in: create_many of two, Update (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's',
--   '["Update 10", "Update 100", "Update 101", …]', <time>, <time>, 'gme_live_mine', null,
--   'open', bytes of [<game>], '[0]', 'gme_live_mine', <time>, 'gme_live_mine', 'gme_live_mine',
--   <time>

-- create_many of two hundred, two of which exist, Update (in a scope)
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>, <id>, …], <game>,
--   's', '["Update 200", "Update 201", "Update 202", …]'
-- as in: create_many of two, Update (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's',
--   '["Update 202", "Update 203", "Update 204", …]', <time>, <time>, 'gme_live_mine', null,
--   'open', bytes of [<game>], '[0]', 'gme_live_mine', <time>, 'gme_live_mine', 'gme_live_mine',
--   <time>

-- create_many with ids, Update (in a scope)
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Update 500", "Update 501"]'
-- as in: create_many of two, Update (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 500", "Update 501"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine', <time>,
--   'gme_live_mine', 'gme_live_mine', <time>

-- create_many with different statuses, Update (in a scope)
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Update 600", "Update 601"]'
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      j.n - 1 AS n,
      SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
      CAST(? AS BINARY(16)) AS g,
      j.e AS e,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s,
      NULL AS t,
      j.u AS u
    FROM
      JSON_TABLE(
        ?,
        '$[*]' COLUMNS (
          n FOR ORDINALITY,
          e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$[0]',
          u VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$[1]'
        )
      ) j
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, r.u
FROM r
WHERE
  1 = 1
  AND LAST_INSERT_ID (4611686018427387904) > 0
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS g
      FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
    ) d
      LEFT JOIN `games` g ON g.`id` = d.g
      AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    WHERE g.`id` IS NULL
  ) ON DUPLICATE KEY
UPDATE
  `strategyId` = IF (
    `tasks`.`id` = r.i
    AND `tasks`.`gameId` = r.g
    AND `tasks`.`externalTaskId` = r.e
    AND `tasks`.`status` = r.t
    AND `tasks`.`updated_at` < ?
    AND (
      `tasks`.`apiKey_used` = ?
      OR EXISTS (
        SELECT 1
        FROM `games` g
        WHERE g.`id` = `tasks`.`gameId`
          AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
      )
    ),
    r.s,
    NULL
  ),
  `updated_at` = ?;
-- with bytes of [<id>, <id>], <game>, 's', '[["Update 600","open"], ["Update 601","closed"]]',
--   <time>, <time>, 'gme_live_mine', null, bytes of [<game>], '[0]', 'gme_live_mine', <time>,
--   'gme_live_mine', 'gme_live_mine', <time>

-- create_all of two, Update (in a scope)
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Update 400", "Update 401"]'
-- as in: create_many of two, Update (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 400", "Update 401"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine', <time>,
--   'gme_live_mine', 'gme_live_mine', <time>

-- create_all of two, one of which exists, Update (in a scope)
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Update 401", "Update 402"]'
INSERT INTO
  `tasks` (
    `id`,
    `created_at`,
    `updated_at`,
    `apiKey_used`,
    `oauth_user_id`,
    `gameId`,
    `externalTaskId`,
    `strategyId`,
    `status`
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      j.n - 1 AS n,
      SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
      CAST(? AS BINARY(16)) AS g,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS e,
      CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s,
      NULL AS t
    FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND LAST_INSERT_ID (4611686018427387904) > 0
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS g
      FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
    ) d
      LEFT JOIN `games` g ON g.`id` = d.g
      AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    WHERE g.`id` IS NULL
  ) ON DUPLICATE KEY
UPDATE
  `strategyId` = IF (
    `tasks`.`id` = r.i
    AND `tasks`.`gameId` = r.g
    AND `tasks`.`externalTaskId` = r.e
    AND `tasks`.`status` = r.t
    AND `tasks`.`updated_at` < ?
    AND (
      `tasks`.`apiKey_used` = ?
      OR EXISTS (
        SELECT 1
        FROM `games` g
        WHERE g.`id` = `tasks`.`gameId`
          AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
      )
    ),
    r.s,
    NULL
  ),
  `updated_at` = ?;
-- with bytes of [<id>], <game>, 'Update 402', 's', '[0]', <time>, <time>, 'gme_live_mine', null,
--   'open', bytes of [<game>], '[0]', 'gme_live_mine', <time>, 'gme_live_mine', 'gme_live_mine',
--   <time>


-- Bulk changes, in a scope
-- ========================

-- update_many by id (in a scope)
-- as in: update_many by id (without a scope)
-- with bytes of [<id>, <id>], '[0, 0]'
UPDATE (
  SELECT
    j.n - 1 AS n,
    j.e AS e,
    CAST(? AS BINARY(16)) AS g,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
  AND (`tasks`.`id` = k.a) IS TRUE
SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = GREATEST(
    ?,
    CASE
      WHEN `tasks`.`updated_at` >= '0001-01-01'
      AND DAYOFMONTH(`tasks`.`updated_at`) BETWEEN 1 AND ELT(
        MONTH (`tasks`.`updated_at`),
        31,
        28 + (
          YEAR(`tasks`.`updated_at`) % 4 = 0
          AND (YEAR(`tasks`.`updated_at`) % 100 <> 0 OR YEAR(`tasks`.`updated_at`) % 400 = 0)
        ),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31
      ) THEN `tasks`.`updated_at` + INTERVAL 1 MICROSECOND
      ELSE ?
    END
  )
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with <game>, bytes of [<id>, <id>], '["task 066", "task 067"]', 's', 'changed 0', <time>, <time>,
--   'gme_live_mine', 'gme_live_mine', 's', 'changed 0'

-- update_many by game and id (in a scope)
-- as in: update_many by game and id (without a scope)
-- with bytes of [<id>, <id>], <game>, '[0, 0]'
-- as in: update_many by id (in a scope)
-- with <game>, bytes of [<id>, <id>], '["task 068", "task 069"]', 's', 'changed 1', <time>, <time>,
--   'gme_live_mine', 'gme_live_mine', 's', 'changed 1'

-- update_many by game and external id (in a scope)
UPDATE (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = GREATEST(
    ?,
    CASE
      WHEN `tasks`.`updated_at` >= '0001-01-01'
      AND DAYOFMONTH(`tasks`.`updated_at`) BETWEEN 1 AND ELT(
        MONTH (`tasks`.`updated_at`),
        31,
        28 + (
          YEAR(`tasks`.`updated_at`) % 4 = 0
          AND (YEAR(`tasks`.`updated_at`) % 100 <> 0 OR YEAR(`tasks`.`updated_at`) % 400 = 0)
        ),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31
      ) THEN `tasks`.`updated_at` + INTERVAL 1 MICROSECOND
      ELSE ?
    END
  )
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with <game>, '["task 070", "task 071"]', 's', 'changed 2', <time>, <time>, 'gme_live_mine',
--   'gme_live_mine', 's', 'changed 2'

-- update_many by keys of two kinds (in a scope)
-- as in: update_many by keys of two kinds (without a scope)
-- with bytes of [<id>], '[0]', <game>, '["task 073"]'
-- as in: update_many by id (in a scope)
-- with <game>, bytes of [<id>, <id>], '["task 072", "task 073"]', 's', 'changed 3', <time>, <time>,
--   'gme_live_mine', 'gme_live_mine', 's', 'changed 3'

-- update_many of a game (in a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
UPDATE `tasks` FORCE INDEX (`uq_tasks_game_external`) SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = GREATEST(
    ?,
    CASE
      WHEN `tasks`.`updated_at` >= '0001-01-01'
      AND DAYOFMONTH(`tasks`.`updated_at`) BETWEEN 1 AND ELT(
        MONTH (`tasks`.`updated_at`),
        31,
        28 + (
          YEAR(`tasks`.`updated_at`) % 4 = 0
          AND (YEAR(`tasks`.`updated_at`) % 100 <> 0 OR YEAR(`tasks`.`updated_at`) % 400 = 0)
        ),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31
      ) THEN `tasks`.`updated_at` + INTERVAL 1 MICROSECOND
      ELSE ?
    END
  )
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with 's', 'game', <time>, <time>, <game>, 'gme_live_mine', 'gme_live_mine', 's', 'game'

-- update_many of all games, by status (in a scope)
-- as in: update_many of all games, by status (without a scope)
-- with 9999
UPDATE `tasks` SET
  `strategyId` = ?,
  `status` = ?,
  `updated_at` = GREATEST(
    ?,
    CASE
      WHEN `tasks`.`updated_at` >= '0001-01-01'
      AND DAYOFMONTH(`tasks`.`updated_at`) BETWEEN 1 AND ELT(
        MONTH (`tasks`.`updated_at`),
        31,
        28 + (
          YEAR(`tasks`.`updated_at`) % 4 = 0
          AND (YEAR(`tasks`.`updated_at`) % 100 <> 0 OR YEAR(`tasks`.`updated_at`) % 400 = 0)
        ),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31
      ) THEN `tasks`.`updated_at` + INTERVAL 1 MICROSECOND
      ELSE ?
    END
  )
WHERE
  1 = 1
  AND `tasks`.`status` IN (?)
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND (1 = 0 OR `tasks`.`strategyId` <> ? OR `tasks`.`status` <> ?);
-- with 's', 'all', <time>, <time>, 'game', 'gme_live_mine', 'gme_live_mine', 's', 'all'

-- reassign_strategy in a game (in a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
UPDATE `tasks` FORCE INDEX (`uq_tasks_game_external`) SET
  `strategyId` = ?,
  `updated_at` = GREATEST(
    ?,
    CASE
      WHEN `tasks`.`updated_at` >= '0001-01-01'
      AND DAYOFMONTH(`tasks`.`updated_at`) BETWEEN 1 AND ELT(
        MONTH (`tasks`.`updated_at`),
        31,
        28 + (
          YEAR(`tasks`.`updated_at`) % 4 = 0
          AND (YEAR(`tasks`.`updated_at`) % 100 <> 0 OR YEAR(`tasks`.`updated_at`) % 400 = 0)
        ),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31
      ) THEN `tasks`.`updated_at` + INTERVAL 1 MICROSECOND
      ELSE ?
    END
  )
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND `tasks`.`strategyId` IN (?)
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
  AND (1 = 0 OR `tasks`.`strategyId` <> ?);
-- with 't', <time>, <time>, <game>, 's', 'gme_live_mine', 'gme_live_mine', 't'

-- delete_many by id (in a scope)
-- as in: update_many by id (without a scope)
-- with bytes of [<id>, <id>], '[0, 0]'
DELETE `tasks`
FROM (
  SELECT
    j.n - 1 AS n,
    j.e AS e,
    CAST(? AS BINARY(16)) AS g,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
  AND (`tasks`.`id` = k.a) IS TRUE
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, bytes of [<id>, <id>], '["task 066", "task 067"]', 'gme_live_mine', 'gme_live_mine'

-- delete_many by game and id (in a scope)
-- as in: update_many by game and id (without a scope)
-- with bytes of [<id>, <id>], <game>, '[0, 0]'
-- as in: delete_many by id (in a scope)
-- with <game>, bytes of [<id>, <id>], '["task 068", "task 069"]', 'gme_live_mine', 'gme_live_mine'

-- delete_many by game and external id (in a scope)
DELETE `tasks`
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, '["task 070", "task 071"]', 'gme_live_mine', 'gme_live_mine'

-- delete_many by keys of two kinds (in a scope)
-- as in: update_many by keys of two kinds (without a scope)
-- with bytes of [<id>], '[0]', <game>, '["task 073"]'
-- as in: delete_many by id (in a scope)
-- with <game>, bytes of [<id>, <id>], '["task 072", "task 073"]', 'gme_live_mine', 'gme_live_mine'

-- delete_many of all games, by strategy (in a scope)
-- as in: update_many of all games, by status (without a scope)
-- with 9999
DELETE `tasks`
FROM `tasks`
WHERE
  1 = 1
  AND `tasks`.`strategyId` IN (?)
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with 's', 'gme_live_mine', 'gme_live_mine'

-- delete_game (in a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
DELETE `tasks`
FROM `tasks` FORCE INDEX (`uq_tasks_game_external`)
WHERE
  1 = 1
  AND `tasks`.`gameId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, 'gme_live_mine', 'gme_live_mine'


-- Resolver, in a scope
-- ====================

-- resolve by id (in a scope)
SELECT
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  `tasks`.`gameId` AS game_id
FROM `tasks` LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  `tasks`.`id` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- resolve_with_task by id (in a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited
FROM `tasks` LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  `tasks`.`id` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- resolve by game and id (in a scope)
SELECT `tasks`.`strategyId` AS own, g.`strategyId` AS inherited
FROM `tasks` LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`id` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, <id>, 'gme_live_mine', 'gme_live_mine'

-- resolve_with_task by game and id (in a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited
FROM `tasks` LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`id` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, <id>, 'gme_live_mine', 'gme_live_mine'

-- resolve by game and external id (in a scope)
SELECT
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  `tasks`.`id` AS task_id
FROM `tasks` LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`externalTaskId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, 'task 074', 'gme_live_mine', 'gme_live_mine'

-- resolve_with_task by game and external id (in a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited
FROM `tasks` LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  `tasks`.`gameId` = ?
  AND `tasks`.`externalTaskId` = ?
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, 'task 074', 'gme_live_mine', 'gme_live_mine'

-- resolve_game (in a scope)
SELECT g.`strategyId` AS inherited
FROM `games` g
WHERE g.`id` = ? AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin;
-- with <game>, 'gme_live_mine'

-- resolve_for (in a scope)
-- as in: resolve by game and id (in a scope)
-- with <game>, <id>, 'gme_live_mine', 'gme_live_mine'

-- resolve_many by id (in a scope)
SELECT
  `tasks`.`gameId` AS other_id,
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with bytes of [<id>, <id>, <id>], '[0, 0, 0]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many_with_tasks by id (in a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with bytes of [<id>, <id>, <id>], '[0, 0, 0]', 'gme_live_mine', 'gme_live_mine'

-- find_many by id (in a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with bytes of [<id>, <id>, <id>], '[0, 0, 0]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many by game and id (in a scope)
SELECT
  `tasks`.`id` AS other_id,
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with bytes of [<id>, <id>, <id>], <game>, '[0, 0, 0]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many_with_tasks by game and id (in a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with bytes of [<id>, <id>, <id>], <game>, '[0, 0, 0]', 'gme_live_mine', 'gme_live_mine'

-- find_many by game and id (in a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  k.n AS n
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with bytes of [<id>, <id>, <id>], <game>, '[0, 0, 0]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many by game and external id (in a scope)
SELECT
  `tasks`.`id` AS other_id,
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, '["task 074", "task 075", "task 076"]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many_with_tasks by game and external id (in a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, '["task 074", "task 075", "task 076"]', 'gme_live_mine', 'gme_live_mine'

-- find_many by game and external id (in a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with <game>, '["task 074", "task 075", "task 076"]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many by keys of all kinds (in a scope)
SELECT
  `tasks`.`gameId` AS other_id,
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
UNION ALL
SELECT
  `tasks`.`id` AS other_id,
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  k.n + ? AS n
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
UNION ALL
SELECT
  `tasks`.`id` AS other_id,
  `tasks`.`strategyId` AS own,
  g.`strategyId` AS inherited,
  k.n + ? AS n
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with bytes of [<id>], '[0]', 'gme_live_mine', 'gme_live_mine', 1, bytes of [<id>], <game>, '[0]',
--   'gme_live_mine', 'gme_live_mine', 2, <game>, '["task 076"]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many_with_tasks by keys of all kinds (in a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
UNION ALL
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited,
  k.n + ? AS n
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
UNION ALL
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  g.`strategyId` AS inherited,
  k.n + ? AS n
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
  LEFT JOIN `games` g ON g.`id` = `tasks`.`gameId`
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with bytes of [<id>], '[0]', 'gme_live_mine', 'gme_live_mine', 1, bytes of [<id>], <game>, '[0]',
--   'gme_live_mine', 'gme_live_mine', 2, <game>, '["task 076"]', 'gme_live_mine', 'gme_live_mine'

-- find_many by keys of all kinds (in a scope)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  k.n AS n
FROM (
  SELECT j.n - 1 AS n, SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`id` = k.a
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
UNION ALL
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  k.n + ? AS n
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS a,
    CAST(? AS BINARY(16)) AS g
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`id` = k.a
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  )
UNION ALL
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  k.n + ? AS n
FROM (
  SELECT j.n - 1 AS n, j.e AS e, CAST(? AS BINARY(16)) AS g
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) k STRAIGHT_JOIN `tasks` ON `tasks`.`gameId` = k.g
  AND `tasks`.`externalTaskId` = k.e
WHERE
  1 = 1
  AND (
    `tasks`.`apiKey_used` = ?
    OR EXISTS (
      SELECT 1
      FROM `games` g
      WHERE g.`id` = `tasks`.`gameId`
        AND g.`apiKey_used` = ? COLLATE utf8mb4_0900_bin
    )
  );
-- with bytes of [<id>], '[0]', 'gme_live_mine', 'gme_live_mine', 1, bytes of [<id>], <game>, '[0]',
--   'gme_live_mine', 'gme_live_mine', 2, <game>, '["task 076"]', 'gme_live_mine', 'gme_live_mine'


-- In the application's transaction, where that differs
-- ====================================================

-- create (in a transaction)
-- as in: create (without a scope)
-- with <id>, <time>, <time>, null, null, 'task', 'own', 'open', <game>

-- create, where the name is taken (in a transaction)
-- as in: create (without a scope)
-- with <id>, <time>, <time>, null, null, 'task', 'own', 'open', <game>
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  r.n AS n,
  CASE WHEN 1 = 1 THEN g.`id` END AS game,
  CASE WHEN 1 = 1 THEN `tasks`.`id` END AS seen,
  x.`id` AS taken
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
    CAST(? AS BINARY(16)) AS g,
    CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS e,
    CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s
  FROM JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY)) j
) r
  LEFT JOIN `games` g ON g.`id` = r.g
  LEFT JOIN `tasks` ON `tasks`.`gameId` = r.g
  AND `tasks`.`externalTaskId` = r.e
  LEFT JOIN `tasks` x ON x.`id` = r.i LOCK IN SHARE MODE;
-- with bytes of [<id>], <game>, 'task', 'own', '[0]'

-- create_many of two, Fail (in a transaction)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 'default', '["Fail 0", "Fail 1"]', <time>, <time>, null,
--   null, 'open', bytes of [<game>], '[0]'

-- create_all of two, Fail (in a transaction)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 'default', '["Fail 2", "Fail 3"]', <time>, <time>, null,
--   null, 'open', bytes of [<game>], '[0]'

-- create_many of two, Keep (in a transaction)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 'default', '["Keep 0", "Keep 1"]', <time>, <time>, null,
--   null, 'open', bytes of [<game>], '[0]'

-- create_all of two, Keep (in a transaction)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 'default', '["Keep 2", "Keep 3"]', <time>, <time>, null,
--   null, 'open', bytes of [<game>], '[0]'

-- create_many of two, Update (in a transaction)
SELECT
  `tasks`.`id`,
  `tasks`.`created_at` AS `created_at`,
  `tasks`.`updated_at` AS `updated_at`,
  `tasks`.`apiKey_used`,
  `tasks`.`oauth_user_id`,
  `tasks`.`gameId`,
  `tasks`.`externalTaskId`,
  `tasks`.`strategyId`,
  `tasks`.`status`,
  r.n AS n,
  CASE WHEN 1 = 1 THEN g.`id` END AS game,
  CASE WHEN 1 = 1 THEN `tasks`.`id` END AS seen,
  x.`id` AS taken
FROM (
  SELECT
    j.n - 1 AS n,
    SUBSTR(CAST(? AS BINARY), 16 * j.n - 15, 16) AS i,
    CAST(? AS BINARY(16)) AS g,
    j.e AS e,
    CONVERT (? USING utf8mb4) COLLATE utf8mb4_0900_bin AS s
  FROM
    JSON_TABLE(
      ?,
      '$[*]' COLUMNS (
        n FOR ORDINALITY,
        e VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$'
      )
    ) j
) r
  LEFT JOIN `games` g ON g.`id` = r.g
  LEFT JOIN `tasks` ON `tasks`.`gameId` = r.g
  AND `tasks`.`externalTaskId` = r.e
  LEFT JOIN `tasks` x ON x.`id` = r.i LOCK IN SHARE MODE;
-- with bytes of [<id>, <id>], <game>, 'default', '["Update 0", "Update 1"]'
-- as in: create_many of two, Update (without a scope)
-- with bytes of [<id>, <id>], <game>, 'default', '["Update 0", "Update 1"]', <time>, <time>, null,
--   null, 'open', bytes of [<game>], '[0]', <time>, <time>

-- create_all of two, Update (in a transaction)
-- as in: create_many of two, Update (in a transaction)
-- with bytes of [<id>, <id>], <game>, 'default', '["Update 2", "Update 3"]'
-- as in: create_many of two, Update (without a scope)
-- with bytes of [<id>, <id>], <game>, 'default', '["Update 2", "Update 3"]', <time>, <time>, null,
--   null, 'open', bytes of [<game>], '[0]', <time>, <time>

-- update by id (in a transaction)
SELECT
  `created_at`,
  `updated_at`,
  `apiKey_used`,
  `oauth_user_id`,
  `gameId`,
  `externalTaskId`,
  `strategyId`,
  `status`
FROM `tasks`
WHERE `tasks`.`id` = ?
FOR UPDATE;
-- with <id>
UPDATE `tasks` SET
  `status` = ?,
  `updated_at` = TIMESTAMPADD(
    MICROSECOND,
    LAST_INSERT_ID (
      GREATEST(?, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', `tasks`.`updated_at`) + 1)
    ),
    '1970-01-01 00:00:00'
  )
WHERE
  `tasks`.`id` = ?
  AND (
    1 = 1
    AND `tasks`.`id` <=> ?
    AND `tasks`.`created_at` <=> ?
    AND `tasks`.`apiKey_used` <=> ?
    AND `tasks`.`oauth_user_id` <=> ?
    AND `tasks`.`gameId` <=> ?
    AND `tasks`.`externalTaskId` <=> ?
    AND `tasks`.`strategyId` <=> ?
  ) IS TRUE
  AND (1 = 0 OR `tasks`.`status` <> ?);
-- with 'closed', <seconds>, <id>, <id>, <time>, null, null, <game>, 'task', 'own', 'closed'

-- transition, refused (in a transaction)
-- as in: update by id (in a transaction)
-- with <id>

-- update_many of a game (in a transaction)
UPDATE `tasks` FORCE INDEX (`uq_tasks_game_external`) SET
  `status` = ?,
  `updated_at` = GREATEST(
    ?,
    CASE
      WHEN `tasks`.`updated_at` >= '0001-01-01'
      AND DAYOFMONTH(`tasks`.`updated_at`) BETWEEN 1 AND ELT(
        MONTH (`tasks`.`updated_at`),
        31,
        28 + (
          YEAR(`tasks`.`updated_at`) % 4 = 0
          AND (YEAR(`tasks`.`updated_at`) % 100 <> 0 OR YEAR(`tasks`.`updated_at`) % 400 = 0)
        ),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31
      ) THEN `tasks`.`updated_at` + INTERVAL 1 MICROSECOND
      ELSE ?
    END
  )
WHERE 1 = 1 AND `tasks`.`gameId` = ? AND (1 = 0 OR `tasks`.`status` <> ?);
-- with 'closed', <time>, <time>, <game>, 'closed'

-- delete_many of a game (in a transaction)
-- as in: delete_game (without a scope)
-- with <game>
