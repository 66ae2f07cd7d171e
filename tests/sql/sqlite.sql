-- The statements that the crate sends, by call. Written by the test `recorded_sql`;
-- GAME_TASKS_WRITE_SQL=1 writes them anew.


-- Migrations
-- ==========

-- the migrator on an empty database
SELECT
  'table' AS what,
  type AS name,
  coalesce(sql, '') AS a,
  '' AS b,
  type = 'table' AS m,
  0 AS n
FROM "main".sqlite_master
WHERE lower(name) = lower(?1) AND type IN ('table', 'view')
UNION ALL
SELECT 'setting', 'encoding', encoding, '', 0, 0
FROM pragma_encoding
UNION ALL
SELECT 'setting', 'version', sqlite_version(), '', 0, 0
UNION ALL
SELECT
  'setting',
  'foreign_keys',
  CASE foreign_keys WHEN 0 THEN 'OFF' ELSE 'ON' END,
  '',
  0,
  0
FROM pragma_foreign_keys
UNION ALL
SELECT
  'column',
  name,
  coalesce(type, ''),
  upper(coalesce(type, '')),
  "notnull" = 0
  AND pk = 0,
  -1
FROM pragma_table_xinfo(?1, ?2)
UNION ALL
SELECT
  'unique',
  '',
  (
    SELECT json_group_array(name)
    FROM pragma_index_xinfo(i.name, ?2)
    WHERE key = 1
  ),
  (
    SELECT json_group_array(coll)
    FROM pragma_index_xinfo(i.name, ?2)
    WHERE key = 1
  ),
  0,
  0
FROM pragma_index_list(?1, ?2) i
WHERE
  i."unique" = 1
  AND i.partial = 0
  AND NOT EXISTS (SELECT 1 FROM pragma_index_xinfo(i.name, ?2) x WHERE x.key = 1 AND x.cid < 0)
UNION ALL
SELECT 'unique', '', json_group_array(name), '[]', 0, 0
FROM pragma_table_xinfo(?1, ?2)
WHERE pk > 0
HAVING count(*) > 0
UNION ALL
SELECT
  'reference',
  '',
  json_group_array(f."from"),
  CASE WHEN count(f."to") = 0 THEN '[]' ELSE json_group_array(f."to") END,
  1,
  0
FROM pragma_foreign_key_list(?1, ?2) f
WHERE lower(f."table") = lower(?3)
GROUP BY f.id;
-- with 'game_tasks_migrations', 'main', 'game_tasks_migrations'
SELECT
  m.name,
  CASE
    m.type
    WHEN 'index' THEN 'an index of table ' || m.tbl_name
    ELSE 'a ' || m.type
  END,
  m.type = 'index'
  AND lower(m.tbl_name) = lower(?2),
  CASE
    m.type
    WHEN 'index' THEN (SELECT json_group_array(i.name) FROM pragma_index_info(m.name, ?1) i)
  END,
  NULL
FROM "main".sqlite_master m
WHERE
  m.type IN ('index', 'table', 'view')
  AND lower(m.name) IN (SELECT lower(value) FROM json_each(?3));
-- with 'main', 'game_tasks_migrations', '["game_tasks_migrations"]'
CREATE TABLE IF NOT EXISTS "game_tasks_migrations" ("version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL);
-- as in: the migrator on an empty database
-- with 'game_tasks_migrations', 'main', 'game_tasks_migrations'
-- as in: the migrator on an empty database
-- with 'game_tasks_migrations', 'main', 'game_tasks_migrations'
-- as in: the migrator on an empty database
-- with 'game_tasks_migrations', 'main', 'game_tasks_migrations'
SELECT version, applied_at
FROM "game_tasks_migrations"
ORDER BY version;
SELECT sqlite_version();
-- as in: the migrator on an empty database
-- with 'games', 'main', 'games'
-- as in: the migrator on an empty database
-- with 'main', 'games', '["games"]'
-- as in: the migrator on an empty database
-- with 'tasks', 'main', 'games'
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_game_created", "tasks"]'
CREATE TABLE "games" (
  /* made by game-tasks */
  "id" blob NOT NULL,
  "created_at" text NOT NULL DEFAULT (replace (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'), '.000+', '+')),
  "updated_at" text NOT NULL DEFAULT (replace (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'), '.000+', '+')),
  "externalGameId" text NOT NULL,
  "strategyId" text NOT NULL DEFAULT 'default',
  "platform" text NULL,
  "apiKey_used" text NULL,
  "oauth_user_id" text NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "games_externalGameId_key" UNIQUE ("externalGameId")
);
INSERT INTO "game_tasks_migrations" ("version", "applied_at")
VALUES (?, ?)
RETURNING "version";
-- with 'm20261124_000001_game_tasks_create_games', <seconds>
-- as in: the migrator on an empty database
-- as in: the migrator on an empty database
-- with 'games', 'main', 'games'
-- as in: the migrator on an empty database
-- with 'tasks', 'main', 'games'
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_game_created", "tasks"]'
CREATE TABLE "tasks" (
  /* made by game-tasks */
  "id" blob NOT NULL,
  "created_at" text NOT NULL DEFAULT (replace (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'), '.000+', '+')),
  "updated_at" text NOT NULL DEFAULT (replace (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'), '.000+', '+')),
  "apiKey_used" text NULL,
  "oauth_user_id" text NULL,
  "externalTaskId" text NOT NULL,
  "gameId" blob NOT NULL,
  "strategyId" text NOT NULL DEFAULT 'default',
  "status" text NOT NULL DEFAULT 'open',
  PRIMARY KEY ("id"),
  CONSTRAINT "uq_tasks_game_external" UNIQUE ("gameId", "externalTaskId"),
  CONSTRAINT "tasks_gameId_fkey" FOREIGN KEY ("gameId") REFERENCES "games" ("id")
);
-- compared(c) stands for:
--   CASE
--    WHEN c GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]+00:00' AND substr(c, 9, 2) BETWEEN '01' AND substr('00312831303130313130313031', 2 * substr(c, 6, 2) + 1, 2) AND substr(c, 12, 2) < '24' THEN substr(CAST(c AS TEXT), 1, 32) ELSE coalesce(
--       CASE
--    WHEN ltrim(c, '-') NOT GLOB '*[^0-9.]*' THEN strftime('%Y-%m-%dT%H:%M:%f000+00:00', c, 'auto') WHEN c GLOB '[0-9]*' AND (instr(c, '.') = 0 OR c GLOB '*:[0-9][0-9]:[0-9][0-9].[0-9]*') THEN strftime(
--           '%Y-%m-%dT%H:%M:%S',
--           substr(c, 1, instr(c || '.', '.') - 1) || ltrim(substr(c, instr(c || '.', '.') + 1), '0123456789'),
--           '+0 seconds'
--         ) || '.' || substr(
--           replace (
--             substr(c, instr(c || '.', '.') + 1),
--             ltrim(substr(c, instr(c || '.', '.') + 1), '0123456789'),
--             ''
--           ) || '000000',
--           1,
--           6
--         ) || '+00:00'
--       END,
--       ' '
--     )
--   END;
-- normalised(c) stands for:
--   coalesce(
--     CASE
--    WHEN ltrim(c, '-') NOT GLOB '*[^0-9.]*' THEN strftime('%Y-%m-%dT%H:%M:%f000+00:00', c, 'auto') WHEN c GLOB '[0-9]*' AND (instr(c, '.') = 0 OR c GLOB '*:[0-9][0-9]:[0-9][0-9].[0-9]*') THEN strftime(
--         '%Y-%m-%dT%H:%M:%S',
--         substr(c, 1, instr(c || '.', '.') - 1) || ltrim(substr(c, instr(c || '.', '.') + 1), '0123456789'),
--         '+0 seconds'
--       ) || '.' || substr(
--         replace (
--           substr(c, instr(c || '.', '.') + 1),
--           ltrim(substr(c, instr(c || '.', '.') + 1), '0123456789'),
--           ''
--         ) || '000000',
--         1,
--         6
--       ) || '+00:00'
--     END,
--     ' '
--   );
CREATE INDEX "ix_tasks_game_created" ON "tasks" ("gameId", compared("created_at") || hex("id"));
-- as in: the migrator on an empty database
-- with 'm20261124_000002_game_tasks_create_tasks', <seconds>

-- migrate, where nothing is to be done
-- as in: the migrator on an empty database
-- as in: the migrator on an empty database
-- with 'game_tasks_migrations', 'main', 'game_tasks_migrations'
-- as in: the migrator on an empty database

-- the schema check
-- as in: the migrator on an empty database
-- with 'games', 'main', 'games'
-- as in: the migrator on an empty database
-- with 'tasks', 'main', 'games'
SELECT
  (
    SELECT count(DISTINCT v)
    FROM (
      SELECT "apiKey_used" AS v
      FROM "main"."tasks"
      WHERE 0
      UNION ALL
      SELECT 'a'
      UNION ALL
      SELECT 'A'
      UNION ALL
      SELECT 'a '
    )
  ),
  (
    SELECT count(DISTINCT v)
    FROM (
      SELECT "oauth_user_id" AS v
      FROM "main"."tasks"
      WHERE 0
      UNION ALL
      SELECT 'a'
      UNION ALL
      SELECT 'A'
      UNION ALL
      SELECT 'a '
    )
  ),
  (
    SELECT count(DISTINCT v)
    FROM (
      SELECT "externalTaskId" AS v
      FROM "main"."tasks"
      WHERE 0
      UNION ALL
      SELECT 'a'
      UNION ALL
      SELECT 'A'
      UNION ALL
      SELECT 'a '
    )
  ),
  (
    SELECT count(DISTINCT v)
    FROM (
      SELECT "strategyId" AS v
      FROM "main"."tasks"
      WHERE 0
      UNION ALL
      SELECT 'a'
      UNION ALL
      SELECT 'A'
      UNION ALL
      SELECT 'a '
    )
  ),
  (
    SELECT count(DISTINCT v)
    FROM (
      SELECT "status" AS v
      FROM "main"."tasks"
      WHERE 0
      UNION ALL
      SELECT 'a'
      UNION ALL
      SELECT 'A'
      UNION ALL
      SELECT 'a '
    )
  );

-- the opt-in index CreatedAt
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_by_created_at"]'
CREATE INDEX IF NOT EXISTS "ix_tasks_by_created_at" ON "tasks" (compared("created_at") || hex("id"));

-- the opt-in index CreatedAt, down
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_by_created_at"]'
DROP INDEX IF EXISTS "ix_tasks_by_created_at";

-- the opt-in index ExternalTaskId
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_by_external_task_id"]'
CREATE INDEX IF NOT EXISTS "ix_tasks_by_external_task_id" ON "tasks" ("externalTaskId", "id");

-- the opt-in index ExternalTaskId, down
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_by_external_task_id"]'
DROP INDEX IF EXISTS "ix_tasks_by_external_task_id";

-- the opt-in index GameUpdatedAt
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_by_game_updated_at"]'
-- compared(c) stands for:
--   CASE
--    WHEN "updated_at" GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]+00:00' AND substr("updated_at", 9, 2) BETWEEN '01' AND substr('00312831303130313130313031', 2 * substr("updated_at", 6, 2) + 1, 2) AND substr("updated_at", 12, 2) < '24' THEN substr(CAST("updated_at" AS TEXT), 1, 32) ELSE coalesce(
--       CASE
--    WHEN ltrim("updated_at", '-') NOT GLOB '*[^0-9.]*' THEN strftime('%Y-%m-%dT%H:%M:%f000+00:00', "updated_at", 'auto') WHEN "updated_at" GLOB '[0-9]*' AND (
--           instr("updated_at", '.') = 0 OR "updated_at" GLOB '*:[0-9][0-9]:[0-9][0-9].[0-9]*'
--         ) THEN strftime(
--           '%Y-%m-%dT%H:%M:%S',
--           substr("updated_at", 1, instr("updated_at" || '.', '.') - 1) || ltrim(substr("updated_at", instr("updated_at" || '.', '.') + 1), '0123456789'),
--           '+0 seconds'
--         ) || '.' || substr(
--           replace (
--             substr("updated_at", instr("updated_at" || '.', '.') + 1),
--             ltrim(substr("updated_at", instr("updated_at" || '.', '.') + 1), '0123456789'),
--             ''
--           ) || '000000',
--           1,
--           6
--         ) || '+00:00'
--       END,
--       ' '
--     )
--   END;
-- normalised(c) stands for:
--   coalesce(
--     CASE
--    WHEN ltrim("updated_at", '-') NOT GLOB '*[^0-9.]*' THEN strftime('%Y-%m-%dT%H:%M:%f000+00:00', "updated_at", 'auto') WHEN "updated_at" GLOB '[0-9]*' AND (
--         instr("updated_at", '.') = 0 OR "updated_at" GLOB '*:[0-9][0-9]:[0-9][0-9].[0-9]*'
--       ) THEN strftime(
--         '%Y-%m-%dT%H:%M:%S',
--         substr("updated_at", 1, instr("updated_at" || '.', '.') - 1) || ltrim(substr("updated_at", instr("updated_at" || '.', '.') + 1), '0123456789'),
--         '+0 seconds'
--       ) || '.' || substr(
--         replace (
--           substr("updated_at", instr("updated_at" || '.', '.') + 1),
--           ltrim(substr("updated_at", instr("updated_at" || '.', '.') + 1), '0123456789'),
--           ''
--         ) || '000000',
--         1,
--         6
--       ) || '+00:00'
--     END,
--     ' '
--   );
CREATE INDEX IF NOT EXISTS "ix_tasks_by_game_updated_at" ON "tasks" ("gameId", compared("updated_at") || hex("id"));

-- the opt-in index GameUpdatedAt, down
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_by_game_updated_at"]'
DROP INDEX IF EXISTS "ix_tasks_by_game_updated_at";

-- the opt-in index UpdatedAt
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_by_updated_at"]'
CREATE INDEX IF NOT EXISTS "ix_tasks_by_updated_at" ON "tasks" (compared("updated_at") || hex("id"));

-- the opt-in index UpdatedAt, down
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_by_updated_at"]'
DROP INDEX IF EXISTS "ix_tasks_by_updated_at";

-- the opt-in index Status
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_by_status"]'
CREATE INDEX IF NOT EXISTS "ix_tasks_by_status" ON "tasks" ("status", compared("created_at") || hex("id"));

-- the opt-in index Status, down
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_by_status"]'
DROP INDEX IF EXISTS "ix_tasks_by_status";

-- the opt-in index StrategyId
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_by_strategy_id"]'
CREATE INDEX IF NOT EXISTS "ix_tasks_by_strategy_id" ON "tasks" ("strategyId", "id");

-- the opt-in index StrategyId, down
-- as in: the migrator on an empty database
-- with 'main', 'tasks', '["ix_tasks_by_strategy_id"]'
DROP INDEX IF EXISTS "ix_tasks_by_strategy_id";

-- the migrator, down
-- as in: the migrator on an empty database
-- with 'game_tasks_migrations', 'main', 'game_tasks_migrations'
-- as in: the migrator on an empty database
-- with 'game_tasks_migrations', 'main', 'game_tasks_migrations'
-- as in: the migrator on an empty database
-- as in: the migrator on an empty database
-- with 'game_tasks_migrations', 'main', 'game_tasks_migrations'
-- as in: the migrator on an empty database
-- with 'game_tasks_migrations', 'main', 'game_tasks_migrations'
-- as in: the migrator on an empty database
-- as in: the migrator on an empty database
-- with 'tasks', 'main', 'tasks'
DELETE FROM "game_tasks_migrations"
WHERE "version" = ?;
-- with 'm20261124_000002_game_tasks_create_tasks'
-- as in: the migrator on an empty database
-- with 'games', 'main', 'games'
-- as in: the migrator, down
-- with 'm20261124_000001_game_tasks_create_games'


-- Games
-- =====

-- insert
INSERT INTO
  "games" (
    "id",
    "created_at",
    "updated_at",
    "externalGameId",
    "strategyId",
    "platform",
    "apiKey_used",
    "oauth_user_id"
  )
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "externalGameId",
  "strategyId",
  "platform",
  "apiKey_used",
  "oauth_user_id";
-- with <id>, <time>, <time>, 'other', 'default', null, null, null

-- insert, where the name is taken
-- as in: insert
-- with <id>, <time>, <time>, 'other', 'default', null, null, null
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "externalGameId",
  "strategyId",
  "platform",
  "apiKey_used",
  "oauth_user_id"
FROM "games"
WHERE "externalGameId" = ?;
-- with 'other'

-- insert, where the id is taken
-- as in: insert
-- with <id>, <time>, <time>, 'new', 'default', null, null, null
-- as in: insert, where the name is taken
-- with 'new'
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "externalGameId",
  "strategyId",
  "platform",
  "apiKey_used",
  "oauth_user_id"
FROM "games"
WHERE "id" = ?;
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
UPDATE "games" SET
  "strategyId" = ?,
  "platform" = ?,
  "apiKey_used" = ?,
  "oauth_user_id" = ?,
  "updated_at" = CASE
    WHEN compared("updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "id" = ?
  AND (
    1 = 0
    OR "strategyId" IS NULL
    OR "strategyId" <> ?
    OR "platform" IS NULL
    OR "platform" <> ?
    OR "apiKey_used" IS NULL
    OR "apiKey_used" <> ?
    OR "oauth_user_id" IS NOT NULL
  )
  AND (
    "created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("created_at") IS NOT NULL
    OR compared("created_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "externalGameId",
  "strategyId",
  "platform",
  "apiKey_used",
  "oauth_user_id";
-- with 'default', 'web', 'gme_live_mine', null, '<time>', <time>, <id>, 'default', 'web',
--   'gme_live_mine'

-- update, where nothing changes
-- as in: update
-- with 'default', 'web', 'gme_live_mine', null, '<time>', <time>, <id>, 'default', 'web',
--   'gme_live_mine'
-- as in: insert, where the id is taken
-- with <id>

-- insert, where the name is taken (in a transaction)
-- as in: insert
-- with <id>, <time>, <time>, 'other', 'default', null, null, null
-- as in: insert, where the name is taken
-- with 'other'

-- update (in a transaction)
UPDATE "games" SET
  "platform" = ?,
  "updated_at" = CASE
    WHEN compared("updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "id" = ?
  AND (1 = 0 OR "platform" IS NOT NULL)
  AND (
    "created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("created_at") IS NOT NULL
    OR compared("created_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "externalGameId",
  "strategyId",
  "platform",
  "apiKey_used",
  "oauth_user_id";
-- with null, '<time>', <time>, <id>


-- One task, without a scope
-- =========================

-- create (without a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
SELECT ?, ?, ?, ?, ?, g."id", ?, ?, ?
FROM "games" g
WHERE g."id" = ?
ON CONFLICT DO NOTHING
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with <id>, <time>, <time>, null, null, 'task', 'own', 'open', <game>

-- create, where the name is taken (without a scope)
-- as in: create (without a scope)
-- with <id>, <time>, <time>, null, null, 'task', 'own', 'open', <game>
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  r.n AS n,
  CASE WHEN 1 = 1 THEN g."id" END AS game,
  CASE WHEN 1 = 1 THEN "tasks"."id" END AS seen,
  x."id" AS taken
FROM (
  SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, ? AS e, ? AS s
  FROM json_each(?)
) r
  LEFT JOIN "games" g ON g."id" = r.g
  LEFT JOIN "tasks" ON "tasks"."gameId" = r.g
  AND "tasks"."externalTaskId" = r.e
  LEFT JOIN "tasks" x ON x."id" = r.i;
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
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE "tasks"."id" = ?;
-- with <id>

-- find by game and id (without a scope)
SELECT
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE "tasks"."gameId" = ? AND "tasks"."id" = ?;
-- with <game>, <id>

-- find by game and external id (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE "tasks"."gameId" = ? AND "tasks"."externalTaskId" = ?;
-- with <game>, 'task'

-- update by id (without a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."id" = ?
  AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'another', 'by id', '<time>', <time>, <id>, 'another', 'by id'

-- update by game and id (without a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."id" = ?
  AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'another', 'by game and id', '<time>', <time>, <game>, <id>, 'another', 'by game and id'

-- update by game and external id (without a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."externalTaskId" = ?
  AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'another', 'by game and external id', '<time>', <time>, <game>, 'task', 'another',
--   'by game and external id'

-- update, with preconditions (without a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."id" = ?
  AND "tasks"."status" = ?
  AND compared("tasks"."updated_at") <= ?
  AND (1 = 0 OR "tasks"."strategyId" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'third', '<time>', <time>, <id>, 'by game and external id', '<time>', 'third'

-- update, refused (without a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."id" = ?
  AND "tasks"."status" = ?
  AND (1 = 0 OR "tasks"."strategyId" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'fourth', '<time>', <time>, <id>, 'no such status', 'fourth'
-- as in: find by id (without a scope)
-- with <id>

-- update of nothing (without a scope)
UPDATE "tasks" SET
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."id" = ?
  AND (1 = 0 OR "tasks"."status" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'closed', '<time>', <time>, <id>, 'closed'
-- as in: find by id (without a scope)
-- with <id>

-- transition (without a scope)
UPDATE "tasks" SET
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."id" = ?
  AND "tasks"."status" = ?
  AND (1 = 0 OR "tasks"."status" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'closed', '<time>', <time>, <id>, 'by game and external id', 'closed'

-- transition, refused (without a scope)
-- as in: transition (without a scope)
-- with 'done', '<time>', <time>, <id>, 'open', 'done'
-- as in: find by id (without a scope)
-- with <id>

-- delete by id (without a scope)
DELETE FROM "tasks"
WHERE
  "tasks"."id" = ?
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with <id>

-- delete by game and id (without a scope)
DELETE FROM "tasks"
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."id" = ?
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status";
-- with <game>, <id>

-- delete by game and external id (without a scope)
DELETE FROM "tasks"
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."externalTaskId" = ?
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status";
-- with <game>, 'task 002'

-- delete of nothing (without a scope)
-- as in: delete by id (without a scope)
-- with <id>
-- as in: find by id (without a scope)
-- with <id>


-- Lists, without a scope
-- ======================

-- list by Created (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = ?
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with <game>

-- list by Created, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND compared("tasks"."created_at") || hex("tasks"."id") > ?
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with <game>, '<time><id>'

-- list by Created, descending (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = ?
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") DESC
LIMIT 11;
-- with <game>

-- list by Created, descending, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND compared("tasks"."created_at") || hex("tasks"."id") < ?
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") DESC
LIMIT 11;
-- with <game>, '<time><id>'

-- list by Updated (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = ?
ORDER BY compared("tasks"."updated_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with <game>

-- list by Updated, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND compared("tasks"."updated_at") || hex("tasks"."id") > ?
ORDER BY compared("tasks"."updated_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with <game>, '<time><id>'

-- list by Updated, descending (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = ?
ORDER BY compared("tasks"."updated_at") || hex("tasks"."id") DESC
LIMIT 11;
-- with <game>

-- list by Updated, descending, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND compared("tasks"."updated_at") || hex("tasks"."id") < ?
ORDER BY compared("tasks"."updated_at") || hex("tasks"."id") DESC
LIMIT 11;
-- with <game>, '<time><id>'

-- list by ExternalId (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = ?
ORDER BY "tasks"."externalTaskId" ASC
LIMIT 11;
-- with <game>

-- list by ExternalId, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = ? AND "tasks"."externalTaskId" > ?
ORDER BY "tasks"."externalTaskId" ASC
LIMIT 11;
-- with <game>, 'task 012'

-- list by ExternalId, descending (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = ?
ORDER BY "tasks"."externalTaskId" DESC
LIMIT 11;
-- with <game>

-- list by ExternalId, descending, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = ? AND "tasks"."externalTaskId" < ?
ORDER BY "tasks"."externalTaskId" DESC
LIMIT 11;
-- with <game>, 'task 018'

-- list, the second page of seven, with the total (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = ?
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT ? OFFSET ?;
-- with <game>, 8, 7
SELECT COUNT(*)
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = ?;
-- with <game>

-- list of all games (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE 1 = 1
ORDER BY "tasks"."externalTaskId" ASC, "tasks"."id" ASC
LIMIT 11;

-- list of all games, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE 1 = 1 AND ("tasks"."externalTaskId", "tasks"."id") > (?, ?)
ORDER BY "tasks"."externalTaskId" ASC, "tasks"."id" ASC
LIMIT 11;
-- with 'task 012', <id>

-- list by a filter of everything but keys (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND "tasks"."status" IN (?, ?)
  AND "tasks"."strategyId" IN (?)
  AND "tasks"."externalTaskId" >= ?
  AND "tasks"."externalTaskId" < ?
  AND compared("tasks"."created_at") || hex("tasks"."id") >= ?
  AND compared("tasks"."created_at") || hex("tasks"."id") < ?
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with <game>, 'closed', 'open', 'default', 'task', 'tasl', '<time>', '<time>'

-- count by a filter of everything but keys (without a scope)
SELECT COUNT(*)
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND "tasks"."status" IN (?, ?)
  AND "tasks"."strategyId" IN (?)
  AND "tasks"."externalTaskId" >= ?
  AND "tasks"."externalTaskId" < ?
  AND compared("tasks"."created_at") || hex("tasks"."id") >= ?
  AND compared("tasks"."created_at") || hex("tasks"."id") < ?;
-- with <game>, 'closed', 'open', 'default', 'task', 'tasl', '<time>', '<time>'

-- list by id (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
WHERE 1 = 1
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with bytes of [<id>, <id>], '[0, 0]'

-- count by id (without a scope)
SELECT COUNT(*)
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
WHERE 1 = 1;
-- with bytes of [<id>, <id>], '[0, 0]'

-- list by game and id (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
WHERE 1 = 1
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with bytes of [<id>, <id>], <game>, '[0, 0]'

-- count by game and id (without a scope)
SELECT COUNT(*)
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
WHERE 1 = 1;
-- with bytes of [<id>, <id>], <game>, '[0, 0]'

-- list by game and external id (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
WHERE 1 = 1
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with <game>, '["task 007", "task 008"]'

-- count by game and external id (without a scope)
SELECT COUNT(*)
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
WHERE 1 = 1;
-- with <game>, '["task 007", "task 008"]'

-- list by keys of two kinds (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM
    (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
    CROSS JOIN "tasks" ON "tasks"."id" = k.a
  UNION
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM
    (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
    CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
    AND "tasks"."externalTaskId" = k.e
) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
WHERE 1 = 1
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with bytes of [<id>], '[0]', <game>, '["task 010"]'

-- count by keys of two kinds (without a scope)
SELECT COUNT(*)
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM
    (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
    CROSS JOIN "tasks" ON "tasks"."id" = k.a
  UNION
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM
    (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
    CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
    AND "tasks"."externalTaskId" = k.e
) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
WHERE 1 = 1;
-- with bytes of [<id>], '[0]', <game>, '["task 010"]'

-- count of all games (without a scope)
SELECT COUNT(*)
FROM "tasks"
WHERE 1 = 1;


-- Bulk creation, without a scope
-- ==============================

-- create_many of two, Fail (without a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r CROSS JOIN "games" g ON g."id" = r.g
WHERE 1 = 1
ON CONFLICT DO NOTHING
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 0", "Fail 1"]', <time>, <time>, null, null,
--   'open'

-- create_many of two that exist, Fail (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 0", "Fail 1"]', <time>, <time>, null, null,
--   'open'
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  r.n AS n,
  CASE WHEN 1 = 1 THEN g."id" END AS game,
  CASE WHEN 1 = 1 THEN "tasks"."id" END AS seen,
  x."id" AS taken
FROM (
  SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
  FROM json_each(?)
) r
  LEFT JOIN "games" g ON g."id" = r.g
  LEFT JOIN "tasks" ON "tasks"."gameId" = r.g
  AND "tasks"."externalTaskId" = r.e
  LEFT JOIN "tasks" x ON x."id" = r.i;
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 0", "Fail 1"]'

-- create_many of two hundred, Fail (without a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS g FROM json_each(?)) d
      LEFT JOIN "games" g ON g."id" = d.g
    WHERE g."id" IS NULL
  );
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Fail 10", "Fail 100", "Fail 101", …]',
--   <time>, <time>, null, null, 'open', bytes of [<game>], '[0]'

-- create_many of two hundred, two of which exist, Fail (without a scope)
-- as in: create_many of two hundred, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Fail 200", "Fail 201", "Fail 202", …]',
--   <time>, <time>, null, null, 'open', bytes of [<game>], '[0]'
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Fail 200", "Fail 201", "Fail 202", …]',
--   <time>, <time>, null, null, 'open'
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 200", "Fail 201"]'

-- create_many with ids, Fail (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 500", "Fail 501"]', <time>, <time>, null, null,
--   'open'

-- create_many with different statuses, Fail (without a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      key AS n,
      substr(?, 16 * key + 1, 16) AS i,
      ? AS g,
      value ->> 0 AS e,
      ? AS s,
      value ->> 1 AS u
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, r.u
FROM r CROSS JOIN "games" g ON g."id" = r.g
WHERE 1 = 1
ON CONFLICT DO NOTHING
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>, <id>], <game>, 's', '[["Fail 600","open"], ["Fail 601","closed"]]', <time>,
--   <time>, null, null

-- create_all of two, Fail (without a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS g FROM json_each(?)) d
      LEFT JOIN "games" g ON g."id" = d.g
    WHERE g."id" IS NULL
  )
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT type, tbl_name, sql
      FROM sqlite_schema
      UNION ALL
      SELECT type, tbl_name, sql
      FROM sqlite_temp_schema
    ) t
    WHERE
      t.type = 'trigger'
      AND instr(lower(t.sql), 'ignore') > 0
      AND lower(t.tbl_name) = lower(?)
  );
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 400", "Fail 401"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]', 'tasks'

-- create_all of two, one of which exists, Fail (without a scope)
-- as in: create_all of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 401", "Fail 402"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]', 'tasks'
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 401", "Fail 402"]'

-- create_many of two, Keep (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 0", "Keep 1"]', <time>, <time>, null, null,
--   'open'

-- create_many of two that exist, Keep (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 0", "Keep 1"]', <time>, <time>, null, null,
--   'open'
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 0", "Keep 1"]'

-- create_many of two hundred, Keep (without a scope)
-- as in: create_many of two hundred, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Keep 10", "Keep 100", "Keep 101", …]',
--   <time>, <time>, null, null, 'open', bytes of [<game>], '[0]'

-- create_many of two hundred, two of which exist, Keep (without a scope)
-- as in: create_many of two hundred, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Keep 200", "Keep 201", "Keep 202", …]',
--   <time>, <time>, null, null, 'open', bytes of [<game>], '[0]'
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Keep 200", "Keep 201", "Keep 202", …]',
--   <time>, <time>, null, null, 'open'
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 200", "Keep 201"]'

-- create_many with ids, Keep (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 500", "Keep 501"]', <time>, <time>, null, null,
--   'open'

-- create_many with different statuses, Keep (without a scope)
-- as in: create_many with different statuses, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '[["Keep 600","open"], ["Keep 601","closed"]]', <time>,
--   <time>, null, null

-- create_all of two, Keep (without a scope)
-- as in: create_all of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 400", "Keep 401"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]', 'tasks'

-- create_all of two, one of which exists, Keep (without a scope)
-- as in: create_all of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 401", "Keep 402"]', <time>, <time>, null, null,
--   'open', bytes of [<game>], '[0]', 'tasks'
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 401", "Keep 402"]'
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, ? AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS g FROM json_each(?)) d
      LEFT JOIN "games" g ON g."id" = d.g
    WHERE g."id" IS NULL
  )
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT type, tbl_name, sql
      FROM sqlite_schema
      UNION ALL
      SELECT type, tbl_name, sql
      FROM sqlite_temp_schema
    ) t
    WHERE
      t.type = 'trigger'
      AND instr(lower(t.sql), 'ignore') > 0
      AND lower(t.tbl_name) = lower(?)
  );
-- with bytes of [<id>], <game>, 'Keep 402', 's', '[0]', <time>, <time>, null, null, 'open',
--   bytes of [<game>], '[0]', 'tasks'

-- create_many of two, Update (without a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r CROSS JOIN "games" g ON g."id" = r.g
WHERE 1 = 1
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE WHEN 1 = 1 THEN excluded."strategyId" END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN CASE
      WHEN compared("tasks"."updated_at") >= ? THEN (
        SELECT CASE
          WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
          WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
          ELSE second || printf('.%06d', fraction)
        END || '+00:00'
        FROM (
          SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
          FROM (SELECT compared("tasks"."updated_at") AS time)
        )
      )
      ELSE ?
    END
    ELSE "tasks"."updated_at"
  END
WHERE
  "tasks"."strategyId" <> excluded."strategyId"
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>, <id>], <game>, 's', '["Update 0", "Update 1"]', <time>, <time>, null, null,
--   'open', '<time>', <time>

-- create_many of two that exist, Update (without a scope)
-- as in: create_many of two, Update (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 0", "Update 1"]', <time>, <time>, null, null,
--   'open', '<time>', <time>
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 0", "Update 1"]'

-- create_many of two hundred, Update (without a scope)
-- as in: create_many of two, Update (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's',
--   '["Update 10", "Update 100", "Update 101", …]', <time>, <time>, null, null, 'open', '<time>',
--   <time>

-- create_many of two hundred, two of which exist, Update (without a scope)
-- as in: create_many of two, Update (without a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's',
--   '["Update 200", "Update 201", "Update 202", …]', <time>, <time>, null, null, 'open',
--   '<time>', <time>
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 200", "Update 201"]'

-- create_many with ids, Update (without a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r CROSS JOIN "games" g ON g."id" = r.g
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM "tasks"
    WHERE
      "tasks"."id" = r.i
      AND NOT ("tasks"."gameId" = r.g AND "tasks"."externalTaskId" = r.e)
  )
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE WHEN 1 = 1 THEN excluded."strategyId" END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN CASE
      WHEN compared("tasks"."updated_at") >= ? THEN (
        SELECT CASE
          WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
          WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
          ELSE second || printf('.%06d', fraction)
        END || '+00:00'
        FROM (
          SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
          FROM (SELECT compared("tasks"."updated_at") AS time)
        )
      )
      ELSE ?
    END
    ELSE "tasks"."updated_at"
  END
WHERE
  "tasks"."strategyId" <> excluded."strategyId"
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>, <id>], <game>, 's', '["Update 500", "Update 501"]', <time>, <time>, null,
--   null, 'open', '<time>', <time>

-- create_many with different statuses, Update (without a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      key AS n,
      substr(?, 16 * key + 1, 16) AS i,
      ? AS g,
      value ->> 0 AS e,
      ? AS s,
      value ->> 1 AS u
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, r.u
FROM r CROSS JOIN "games" g ON g."id" = r.g
WHERE 1 = 1
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE WHEN 1 = 1 THEN excluded."strategyId" END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN CASE
      WHEN compared("tasks"."updated_at") >= ? THEN (
        SELECT CASE
          WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
          WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
          ELSE second || printf('.%06d', fraction)
        END || '+00:00'
        FROM (
          SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
          FROM (SELECT compared("tasks"."updated_at") AS time)
        )
      )
      ELSE ?
    END
    ELSE "tasks"."updated_at"
  END
WHERE
  "tasks"."strategyId" <> excluded."strategyId"
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>, <id>], <game>, 's', '[["Update 600","open"], ["Update 601","closed"]]',
--   <time>, <time>, null, null, '<time>', <time>

-- create_all of two, Update (without a scope)
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 400", "Update 401"]'
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS g FROM json_each(?)) d
      LEFT JOIN "games" g ON g."id" = d.g
    WHERE g."id" IS NULL
  )
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT type, tbl_name, sql
      FROM sqlite_schema
      UNION ALL
      SELECT type, tbl_name, sql
      FROM sqlite_temp_schema
    ) t
    WHERE
      t.type = 'trigger'
      AND instr(lower(t.sql), 'ignore') > 0
      AND lower(t.tbl_name) = lower(?)
  )
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE
    WHEN 1 = 1
    AND (
      "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
      AND julianday("tasks"."created_at") IS NOT NULL
      OR compared("tasks"."created_at") >= '0'
    )
    AND (
      "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
      AND julianday("tasks"."updated_at") IS NOT NULL
      OR compared("tasks"."updated_at") >= '0'
    ) THEN excluded."strategyId"
  END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN CASE
      WHEN compared("tasks"."updated_at") >= ? THEN (
        SELECT CASE
          WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
          WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
          ELSE second || printf('.%06d', fraction)
        END || '+00:00'
        FROM (
          SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
          FROM (SELECT compared("tasks"."updated_at") AS time)
        )
      )
      ELSE ?
    END
    ELSE "tasks"."updated_at"
  END
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>, <id>], <game>, 's', '["Update 400", "Update 401"]', <time>, <time>, null,
--   null, 'open', bytes of [<game>], '[0]', 'tasks', '<time>', <time>

-- create_all of two, one of which exists, Update (without a scope)
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 401", "Update 402"]'
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, ? AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS g FROM json_each(?)) d
      LEFT JOIN "games" g ON g."id" = d.g
    WHERE g."id" IS NULL
  )
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT type, tbl_name, sql
      FROM sqlite_schema
      UNION ALL
      SELECT type, tbl_name, sql
      FROM sqlite_temp_schema
    ) t
    WHERE
      t.type = 'trigger'
      AND instr(lower(t.sql), 'ignore') > 0
      AND lower(t.tbl_name) = lower(?)
  )
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE
    WHEN 1 = 1
    AND (
      "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
      AND julianday("tasks"."created_at") IS NOT NULL
      OR compared("tasks"."created_at") >= '0'
    )
    AND (
      "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
      AND julianday("tasks"."updated_at") IS NOT NULL
      OR compared("tasks"."updated_at") >= '0'
    ) THEN excluded."strategyId"
  END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN CASE
      WHEN compared("tasks"."updated_at") >= ? THEN (
        SELECT CASE
          WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
          WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
          ELSE second || printf('.%06d', fraction)
        END || '+00:00'
        FROM (
          SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
          FROM (SELECT compared("tasks"."updated_at") AS time)
        )
      )
      ELSE ?
    END
    ELSE "tasks"."updated_at"
  END
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>], <game>, 'Update 402', 's', '[0]', <time>, <time>, null, null, 'open',
--   bytes of [<game>], '[0]', 'tasks', '<time>', <time>


-- Bulk changes, without a scope
-- =============================

-- update_many by id (without a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
      CROSS JOIN "tasks" ON "tasks"."id" = k.a
    WHERE 1 = 1
      AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  );
-- with 's', 'changed 0', '<time>', <time>, bytes of [<id>, <id>], '[0, 0]', 's', 'changed 0'

-- update_many by game and id (without a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
      CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
      AND "tasks"."id" = k.a
    WHERE 1 = 1
      AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  );
-- with 's', 'changed 1', '<time>', <time>, bytes of [<id>, <id>], <game>, '[0, 0]', 's',
--   'changed 1'

-- update_many by game and external id (without a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM
      (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
      CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
      AND "tasks"."externalTaskId" = k.e
    WHERE 1 = 1
      AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  );
-- with 's', 'changed 2', '<time>', <time>, <game>, '["task 032", "task 033"]', 's', 'changed 2'

-- update_many by keys of two kinds (without a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM (
      SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
      FROM
        (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
        CROSS JOIN "tasks" ON "tasks"."id" = k.a
      UNION
      SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
      FROM
        (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
        CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
        AND "tasks"."externalTaskId" = k.e
    ) k
      CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
      AND "tasks"."id" = k.a
    WHERE 1 = 1
      AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  );
-- with 's', 'changed 3', '<time>', <time>, bytes of [<id>], '[0]', <game>, '["task 035"]', 's',
--   'changed 3'

-- update_many of a game (without a scope)
SELECT "tasks"."externalTaskId"
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = ?
ORDER BY "tasks"."externalTaskId"
LIMIT 1 OFFSET ?;
-- with <game>, 9999
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?);
-- with 's', 'game', '<time>', <time>, <game>, 's', 'game'

-- update_many of all games, by status (without a scope)
SELECT "tasks"."id"
FROM "tasks"
WHERE 1 = 1
ORDER BY "tasks"."id"
LIMIT 1 OFFSET ?;
-- with 9999
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  1 = 1
  AND "tasks"."status" IN (?)
  AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?);
-- with 's', 'all', '<time>', <time>, 'game', 's', 'all'

-- reassign_strategy in a game (without a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
UPDATE "tasks" SET
  "strategyId" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND "tasks"."strategyId" IN (?)
  AND (1 = 0 OR "tasks"."strategyId" <> ?);
-- with 't', '<time>', <time>, <game>, 's', 't'

-- delete_many by id (without a scope)
DELETE FROM "tasks"
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
      CROSS JOIN "tasks" ON "tasks"."id" = k.a
    WHERE 1 = 1
  );
-- with bytes of [<id>, <id>], '[0, 0]'

-- delete_many by game and id (without a scope)
DELETE FROM "tasks"
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
      CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
      AND "tasks"."id" = k.a
    WHERE 1 = 1
  );
-- with bytes of [<id>, <id>], <game>, '[0, 0]'

-- delete_many by game and external id (without a scope)
DELETE FROM "tasks"
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM
      (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
      CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
      AND "tasks"."externalTaskId" = k.e
    WHERE 1 = 1
  );
-- with <game>, '["task 032", "task 033"]'

-- delete_many by keys of two kinds (without a scope)
DELETE FROM "tasks"
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM (
      SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
      FROM
        (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
        CROSS JOIN "tasks" ON "tasks"."id" = k.a
      UNION
      SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
      FROM
        (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
        CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
        AND "tasks"."externalTaskId" = k.e
    ) k
      CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
      AND "tasks"."id" = k.a
    WHERE 1 = 1
  );
-- with bytes of [<id>], '[0]', <game>, '["task 035"]'

-- delete_many of all games, by strategy (without a scope)
-- as in: update_many of all games, by status (without a scope)
-- with 9999
DELETE FROM "tasks"
WHERE 1 = 1 AND "tasks"."strategyId" IN (?);
-- with 's'

-- delete_game (without a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
DELETE FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = ?;
-- with <game>


-- Resolver, without a scope
-- =========================

-- resolve by id (without a scope)
SELECT
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  "tasks"."gameId" AS game_id
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE "tasks"."id" = ?;
-- with <id>

-- resolve_with_task by id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE "tasks"."id" = ?;
-- with <id>

-- resolve by game and id (without a scope)
SELECT "tasks"."strategyId" AS own, g."strategyId" AS inherited
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE "tasks"."gameId" = ? AND "tasks"."id" = ?;
-- with <game>, <id>

-- resolve_with_task by game and id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE "tasks"."gameId" = ? AND "tasks"."id" = ?;
-- with <game>, <id>

-- resolve by game and external id (without a scope)
SELECT
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  "tasks"."id" AS task_id
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE "tasks"."gameId" = ? AND "tasks"."externalTaskId" = ?;
-- with <game>, 'task 036'

-- resolve_with_task by game and external id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE "tasks"."gameId" = ? AND "tasks"."externalTaskId" = ?;
-- with <game>, 'task 036'

-- resolve_game (without a scope)
SELECT g."strategyId" AS inherited
FROM "games" g
WHERE g."id" = ?;
-- with <game>

-- resolve_for (without a scope)
-- as in: resolve_game (without a scope)
-- with <game>

-- resolve_many by id (without a scope)
SELECT
  "tasks"."gameId" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with bytes of [<id>, <id>, <id>], '[0, 0, 0]'

-- resolve_many_with_tasks by id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with bytes of [<id>, <id>, <id>], '[0, 0, 0]'

-- find_many by id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
WHERE 1 = 1;
-- with bytes of [<id>, <id>, <id>], '[0, 0, 0]'

-- resolve_many by game and id (without a scope)
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with bytes of [<id>, <id>, <id>], <game>, '[0, 0, 0]'

-- resolve_many_with_tasks by game and id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with bytes of [<id>, <id>, <id>], <game>, '[0, 0, 0]'

-- find_many by game and id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
WHERE 1 = 1;
-- with bytes of [<id>, <id>, <id>], <game>, '[0, 0, 0]'

-- resolve_many by game and external id (without a scope)
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with <game>, '["task 036", "task 037", "task 038"]'

-- resolve_many_with_tasks by game and external id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with <game>, '["task 036", "task 037", "task 038"]'

-- find_many by game and external id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
WHERE 1 = 1;
-- with <game>, '["task 036", "task 037", "task 038"]'

-- resolve_many by keys of all kinds (without a scope)
SELECT
  "tasks"."gameId" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1
UNION ALL
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n + ? AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1
UNION ALL
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n + ? AS n
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with bytes of [<id>], '[0]', 1, bytes of [<id>], <game>, '[0]', 2, <game>, '["task 038"]'

-- resolve_many_with_tasks by keys of all kinds (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n + ? AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n + ? AS n
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with bytes of [<id>], '[0]', 1, bytes of [<id>], <game>, '[0]', 2, <game>, '["task 038"]'

-- find_many by keys of all kinds (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
WHERE 1 = 1
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n + ? AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
WHERE 1 = 1
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n + ? AS n
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
WHERE 1 = 1;
-- with bytes of [<id>], '[0]', 1, bytes of [<id>], <game>, '[0]', 2, <game>, '["task 038"]'


-- One task, in a scope
-- ====================

-- create (in a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
SELECT ?, ?, ?, ?, ?, g."id", ?, ?, ?
FROM "games" g
WHERE g."id" = ? AND g."apiKey_used" = ? COLLATE BINARY
ON CONFLICT DO NOTHING
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with <id>, <time>, <time>, 'gme_live_mine', null, 'task', 'own', 'open', <game>, 'gme_live_mine'

-- create, where the name is taken (in a scope)
-- as in: create (in a scope)
-- with <id>, <time>, <time>, 'gme_live_mine', null, 'task', 'own', 'open', <game>, 'gme_live_mine'
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  r.n AS n,
  CASE WHEN 1 = 1 AND g."apiKey_used" = ? COLLATE BINARY THEN g."id" END AS game,
  CASE
    WHEN 1 = 1
    AND ("tasks"."apiKey_used" = ? OR g."apiKey_used" = ? COLLATE BINARY) THEN "tasks"."id"
  END AS seen,
  x."id" AS taken
FROM (
  SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, ? AS e, ? AS s
  FROM json_each(?)
) r
  LEFT JOIN "games" g ON g."id" = r.g
  LEFT JOIN "tasks" ON "tasks"."gameId" = r.g
  AND "tasks"."externalTaskId" = r.e
  LEFT JOIN "tasks" x ON x."id" = r.i;
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
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- find by game and id (in a scope)
SELECT
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <game>, <id>, 'gme_live_mine', 'gme_live_mine'

-- find by game and external id (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."externalTaskId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <game>, 'task', 'gme_live_mine', 'gme_live_mine'

-- update by id (in a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'another', 'by id', '<time>', <time>, <id>, 'gme_live_mine', 'gme_live_mine', 'another',
--   'by id'

-- update by game and id (in a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'another', 'by game and id', '<time>', <time>, <game>, <id>, 'gme_live_mine',
--   'gme_live_mine', 'another', 'by game and id'

-- update by game and external id (in a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."externalTaskId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'another', 'by game and external id', '<time>', <time>, <game>, 'task', 'gme_live_mine',
--   'gme_live_mine', 'another', 'by game and external id'

-- update, with preconditions (in a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND "tasks"."status" = ?
  AND compared("tasks"."updated_at") <= ?
  AND (1 = 0 OR "tasks"."strategyId" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'third', '<time>', <time>, <id>, 'gme_live_mine', 'gme_live_mine',
--   'by game and external id', '<time>', 'third'

-- update, refused (in a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND "tasks"."status" = ?
  AND (1 = 0 OR "tasks"."strategyId" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'fourth', '<time>', <time>, <id>, 'gme_live_mine', 'gme_live_mine', 'no such status',
--   'fourth'
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- update of nothing (in a scope)
UPDATE "tasks" SET
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND (1 = 0 OR "tasks"."status" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'closed', '<time>', <time>, <id>, 'gme_live_mine', 'gme_live_mine', 'closed'
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- transition (in a scope)
UPDATE "tasks" SET
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND "tasks"."status" = ?
  AND (1 = 0 OR "tasks"."status" <> ?)
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'closed', '<time>', <time>, <id>, 'gme_live_mine', 'gme_live_mine',
--   'by game and external id', 'closed'

-- transition, refused (in a scope)
-- as in: transition (in a scope)
-- with 'done', '<time>', <time>, <id>, 'gme_live_mine', 'gme_live_mine', 'open', 'done'
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- delete by id (in a scope)
DELETE FROM "tasks"
WHERE
  "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- delete by game and id (in a scope)
DELETE FROM "tasks"
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status";
-- with <game>, <id>, 'gme_live_mine', 'gme_live_mine'

-- delete by game and external id (in a scope)
DELETE FROM "tasks"
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."externalTaskId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status";
-- with <game>, 'task 040', 'gme_live_mine', 'gme_live_mine'

-- delete of nothing (in a scope)
-- as in: delete by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'


-- Lists, in a scope
-- =================

-- list by Created (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by Created, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND compared("tasks"."created_at") || hex("tasks"."id") > ?
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', '<time><id>'

-- list by Created, descending (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by Created, descending, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND compared("tasks"."created_at") || hex("tasks"."id") < ?
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', '<time><id>'

-- list by Updated (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
ORDER BY compared("tasks"."updated_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by Updated, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND compared("tasks"."updated_at") || hex("tasks"."id") > ?
ORDER BY compared("tasks"."updated_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', '<time><id>'

-- list by Updated, descending (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
ORDER BY compared("tasks"."updated_at") || hex("tasks"."id") DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by Updated, descending, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND compared("tasks"."updated_at") || hex("tasks"."id") < ?
ORDER BY compared("tasks"."updated_at") || hex("tasks"."id") DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', '<time><id>'

-- list by ExternalId (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
ORDER BY "tasks"."externalTaskId" ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by ExternalId, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND "tasks"."externalTaskId" > ?
ORDER BY "tasks"."externalTaskId" ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', 'task 050'

-- list by ExternalId, descending (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
ORDER BY "tasks"."externalTaskId" DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by ExternalId, descending, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND "tasks"."externalTaskId" < ?
ORDER BY "tasks"."externalTaskId" DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', 'task 056'

-- list, the second page of seven, with the total (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT ? OFFSET ?;
-- with <game>, 'gme_live_mine', 'gme_live_mine', 8, 7
SELECT COUNT(*)
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list of all games (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
ORDER BY "tasks"."externalTaskId" ASC, "tasks"."id" ASC
LIMIT 11;
-- with 'gme_live_mine', 'gme_live_mine'

-- list of all games, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND ("tasks"."externalTaskId", "tasks"."id") > (?, ?)
ORDER BY "tasks"."externalTaskId" ASC, "tasks"."id" ASC
LIMIT 11;
-- with 'gme_live_mine', 'gme_live_mine', 'task 050', <id>

-- list by a filter of everything but keys (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND "tasks"."status" IN (?, ?)
  AND "tasks"."strategyId" IN (?)
  AND "tasks"."externalTaskId" >= ?
  AND "tasks"."externalTaskId" < ?
  AND compared("tasks"."created_at") || hex("tasks"."id") >= ?
  AND compared("tasks"."created_at") || hex("tasks"."id") < ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with <game>, 'closed', 'open', 'default', 'task', 'tasl', '<time>', '<time>', 'gme_live_mine',
--   'gme_live_mine'

-- count by a filter of everything but keys (in a scope)
SELECT COUNT(*)
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND "tasks"."status" IN (?, ?)
  AND "tasks"."strategyId" IN (?)
  AND "tasks"."externalTaskId" >= ?
  AND "tasks"."externalTaskId" < ?
  AND compared("tasks"."created_at") || hex("tasks"."id") >= ?
  AND compared("tasks"."created_at") || hex("tasks"."id") < ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <game>, 'closed', 'open', 'default', 'task', 'tasl', '<time>', '<time>', 'gme_live_mine',
--   'gme_live_mine'

-- list by id (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with bytes of [<id>, <id>], '[0, 0]', 'gme_live_mine', 'gme_live_mine'

-- count by id (in a scope)
SELECT COUNT(*)
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with bytes of [<id>, <id>], '[0, 0]', 'gme_live_mine', 'gme_live_mine'

-- list by game and id (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with bytes of [<id>, <id>], <game>, '[0, 0]', 'gme_live_mine', 'gme_live_mine'

-- count by game and id (in a scope)
SELECT COUNT(*)
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with bytes of [<id>, <id>], <game>, '[0, 0]', 'gme_live_mine', 'gme_live_mine'

-- list by game and external id (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with <game>, '["task 045", "task 046"]', 'gme_live_mine', 'gme_live_mine'

-- count by game and external id (in a scope)
SELECT COUNT(*)
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <game>, '["task 045", "task 046"]', 'gme_live_mine', 'gme_live_mine'

-- list by keys of two kinds (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM
    (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
    CROSS JOIN "tasks" ON "tasks"."id" = k.a
  UNION
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM
    (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
    CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
    AND "tasks"."externalTaskId" = k.e
) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
ORDER BY compared("tasks"."created_at") || hex("tasks"."id") ASC
LIMIT 11;
-- with bytes of [<id>], '[0]', <game>, '["task 048"]', 'gme_live_mine', 'gme_live_mine'

-- count by keys of two kinds (in a scope)
SELECT COUNT(*)
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM
    (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
    CROSS JOIN "tasks" ON "tasks"."id" = k.a
  UNION
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM
    (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
    CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
    AND "tasks"."externalTaskId" = k.e
) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with bytes of [<id>], '[0]', <game>, '["task 048"]', 'gme_live_mine', 'gme_live_mine'

-- count of all games (in a scope)
SELECT COUNT(*)
FROM "tasks"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with 'gme_live_mine', 'gme_live_mine'


-- Bulk creation, in a scope
-- =========================

-- create_many of two, Fail (in a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r CROSS JOIN "games" g ON g."id" = r.g AND g."apiKey_used" = ? COLLATE BINARY
WHERE 1 = 1
ON CONFLICT DO NOTHING
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 0", "Fail 1"]', <time>, <time>, 'gme_live_mine',
--   null, 'open', 'gme_live_mine'

-- create_many of two that exist, Fail (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 0", "Fail 1"]', <time>, <time>, 'gme_live_mine',
--   null, 'open', 'gme_live_mine'
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  r.n AS n,
  CASE WHEN 1 = 1 AND g."apiKey_used" = ? COLLATE BINARY THEN g."id" END AS game,
  CASE
    WHEN 1 = 1
    AND ("tasks"."apiKey_used" = ? OR g."apiKey_used" = ? COLLATE BINARY) THEN "tasks"."id"
  END AS seen,
  x."id" AS taken
FROM (
  SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
  FROM json_each(?)
) r
  LEFT JOIN "games" g ON g."id" = r.g
  LEFT JOIN "tasks" ON "tasks"."gameId" = r.g
  AND "tasks"."externalTaskId" = r.e
  LEFT JOIN "tasks" x ON x."id" = r.i;
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Fail 0", "Fail 1"]'

-- create_many of two hundred, Fail (in a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS g FROM json_each(?)) d
      LEFT JOIN "games" g ON g."id" = d.g
      AND g."apiKey_used" = ? COLLATE BINARY
    WHERE g."id" IS NULL
  );
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Fail 10", "Fail 100", "Fail 101", …]',
--   <time>, <time>, 'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'

-- create_many of two hundred, two of which exist, Fail (in a scope)
-- as in: create_many of two hundred, Fail (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Fail 200", "Fail 201", "Fail 202", …]',
--   <time>, <time>, 'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Fail 200", "Fail 201", "Fail 202", …]',
--   <time>, <time>, 'gme_live_mine', null, 'open', 'gme_live_mine'
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Fail 200", "Fail 201"]'

-- create_many with ids, Fail (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 500", "Fail 501"]', <time>, <time>,
--   'gme_live_mine', null, 'open', 'gme_live_mine'

-- create_many with different statuses, Fail (in a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      key AS n,
      substr(?, 16 * key + 1, 16) AS i,
      ? AS g,
      value ->> 0 AS e,
      ? AS s,
      value ->> 1 AS u
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, r.u
FROM r CROSS JOIN "games" g ON g."id" = r.g AND g."apiKey_used" = ? COLLATE BINARY
WHERE 1 = 1
ON CONFLICT DO NOTHING
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>, <id>], <game>, 's', '[["Fail 600","open"], ["Fail 601","closed"]]', <time>,
--   <time>, 'gme_live_mine', null, 'gme_live_mine'

-- create_all of two, Fail (in a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS g FROM json_each(?)) d
      LEFT JOIN "games" g ON g."id" = d.g
      AND g."apiKey_used" = ? COLLATE BINARY
    WHERE g."id" IS NULL
  )
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT type, tbl_name, sql
      FROM sqlite_schema
      UNION ALL
      SELECT type, tbl_name, sql
      FROM sqlite_temp_schema
    ) t
    WHERE
      t.type = 'trigger'
      AND instr(lower(t.sql), 'ignore') > 0
      AND lower(t.tbl_name) = lower(?)
  );
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 400", "Fail 401"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine', 'tasks'

-- create_all of two, one of which exists, Fail (in a scope)
-- as in: create_all of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Fail 401", "Fail 402"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine', 'tasks'
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Fail 401", "Fail 402"]'

-- create_many of two, Keep (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 0", "Keep 1"]', <time>, <time>, 'gme_live_mine',
--   null, 'open', 'gme_live_mine'

-- create_many of two that exist, Keep (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 0", "Keep 1"]', <time>, <time>, 'gme_live_mine',
--   null, 'open', 'gme_live_mine'
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Keep 0", "Keep 1"]'

-- create_many of two hundred, Keep (in a scope)
-- as in: create_many of two hundred, Fail (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Keep 10", "Keep 100", "Keep 101", …]',
--   <time>, <time>, 'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'

-- create_many of two hundred, two of which exist, Keep (in a scope)
-- as in: create_many of two hundred, Fail (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Keep 200", "Keep 201", "Keep 202", …]',
--   <time>, <time>, 'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine'
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's', '["Keep 200", "Keep 201", "Keep 202", …]',
--   <time>, <time>, 'gme_live_mine', null, 'open', 'gme_live_mine'
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Keep 200", "Keep 201"]'

-- create_many with ids, Keep (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 500", "Keep 501"]', <time>, <time>,
--   'gme_live_mine', null, 'open', 'gme_live_mine'

-- create_many with different statuses, Keep (in a scope)
-- as in: create_many with different statuses, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '[["Keep 600","open"], ["Keep 601","closed"]]', <time>,
--   <time>, 'gme_live_mine', null, 'gme_live_mine'

-- create_all of two, Keep (in a scope)
-- as in: create_all of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 400", "Keep 401"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine', 'tasks'

-- create_all of two, one of which exists, Keep (in a scope)
-- as in: create_all of two, Fail (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Keep 401", "Keep 402"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine', 'tasks'
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Keep 401", "Keep 402"]'
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, ? AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS g FROM json_each(?)) d
      LEFT JOIN "games" g ON g."id" = d.g
      AND g."apiKey_used" = ? COLLATE BINARY
    WHERE g."id" IS NULL
  )
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT type, tbl_name, sql
      FROM sqlite_schema
      UNION ALL
      SELECT type, tbl_name, sql
      FROM sqlite_temp_schema
    ) t
    WHERE
      t.type = 'trigger'
      AND instr(lower(t.sql), 'ignore') > 0
      AND lower(t.tbl_name) = lower(?)
  );
-- with bytes of [<id>], <game>, 'Keep 402', 's', '[0]', <time>, <time>, 'gme_live_mine', null,
--   'open', bytes of [<game>], '[0]', 'gme_live_mine', 'tasks'

-- create_many of two, Update (in a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r CROSS JOIN "games" g ON g."id" = r.g AND g."apiKey_used" = ? COLLATE BINARY
WHERE 1 = 1
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE WHEN 1 = 1 THEN excluded."strategyId" END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN CASE
      WHEN compared("tasks"."updated_at") >= ? THEN (
        SELECT CASE
          WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
          WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
          ELSE second || printf('.%06d', fraction)
        END || '+00:00'
        FROM (
          SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
          FROM (SELECT compared("tasks"."updated_at") AS time)
        )
      )
      ELSE ?
    END
    ELSE "tasks"."updated_at"
  END
WHERE
  "tasks"."strategyId" <> excluded."strategyId"
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>, <id>], <game>, 's', '["Update 0", "Update 1"]', <time>, <time>,
--   'gme_live_mine', null, 'open', 'gme_live_mine', '<time>', <time>

-- create_many of two that exist, Update (in a scope)
-- as in: create_many of two, Update (in a scope)
-- with bytes of [<id>, <id>], <game>, 's', '["Update 0", "Update 1"]', <time>, <time>,
--   'gme_live_mine', null, 'open', 'gme_live_mine', '<time>', <time>
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Update 0", "Update 1"]'

-- create_many of two hundred, Update (in a scope)
-- as in: create_many of two, Update (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's',
--   '["Update 10", "Update 100", "Update 101", …]', <time>, <time>, 'gme_live_mine', null,
--   'open', 'gme_live_mine', '<time>', <time>

-- create_many of two hundred, two of which exist, Update (in a scope)
-- as in: create_many of two, Update (in a scope)
-- with bytes of [<id>, <id>, <id>, …], <game>, 's',
--   '["Update 200", "Update 201", "Update 202", …]', <time>, <time>, 'gme_live_mine', null,
--   'open', 'gme_live_mine', '<time>', <time>
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Update 200", "Update 201"]'

-- create_many with ids, Update (in a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r CROSS JOIN "games" g ON g."id" = r.g AND g."apiKey_used" = ? COLLATE BINARY
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM "tasks"
    WHERE
      "tasks"."id" = r.i
      AND NOT ("tasks"."gameId" = r.g AND "tasks"."externalTaskId" = r.e)
  )
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE WHEN 1 = 1 THEN excluded."strategyId" END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN CASE
      WHEN compared("tasks"."updated_at") >= ? THEN (
        SELECT CASE
          WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
          WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
          ELSE second || printf('.%06d', fraction)
        END || '+00:00'
        FROM (
          SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
          FROM (SELECT compared("tasks"."updated_at") AS time)
        )
      )
      ELSE ?
    END
    ELSE "tasks"."updated_at"
  END
WHERE
  "tasks"."strategyId" <> excluded."strategyId"
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>, <id>], <game>, 's', '["Update 500", "Update 501"]', <time>, <time>,
--   'gme_live_mine', null, 'open', 'gme_live_mine', '<time>', <time>

-- create_many with different statuses, Update (in a scope)
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      key AS n,
      substr(?, 16 * key + 1, 16) AS i,
      ? AS g,
      value ->> 0 AS e,
      ? AS s,
      value ->> 1 AS u
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, r.u
FROM r CROSS JOIN "games" g ON g."id" = r.g AND g."apiKey_used" = ? COLLATE BINARY
WHERE 1 = 1
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE WHEN 1 = 1 THEN excluded."strategyId" END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN CASE
      WHEN compared("tasks"."updated_at") >= ? THEN (
        SELECT CASE
          WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
          WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
          ELSE second || printf('.%06d', fraction)
        END || '+00:00'
        FROM (
          SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
          FROM (SELECT compared("tasks"."updated_at") AS time)
        )
      )
      ELSE ?
    END
    ELSE "tasks"."updated_at"
  END
WHERE
  "tasks"."strategyId" <> excluded."strategyId"
  AND (
    "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."created_at") IS NOT NULL
    OR compared("tasks"."created_at") >= '0'
  )
  AND (
    "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
    AND julianday("tasks"."updated_at") IS NOT NULL
    OR compared("tasks"."updated_at") >= '0'
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>, <id>], <game>, 's', '[["Update 600","open"], ["Update 601","closed"]]',
--   <time>, <time>, 'gme_live_mine', null, 'gme_live_mine', '<time>', <time>

-- create_all of two, Update (in a scope)
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Update 400", "Update 401"]'
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, value AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS g FROM json_each(?)) d
      LEFT JOIN "games" g ON g."id" = d.g
      AND g."apiKey_used" = ? COLLATE BINARY
    WHERE g."id" IS NULL
  )
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT type, tbl_name, sql
      FROM sqlite_schema
      UNION ALL
      SELECT type, tbl_name, sql
      FROM sqlite_temp_schema
    ) t
    WHERE
      t.type = 'trigger'
      AND instr(lower(t.sql), 'ignore') > 0
      AND lower(t.tbl_name) = lower(?)
  )
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE
    WHEN 1 = 1
    AND (
      "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
      AND julianday("tasks"."created_at") IS NOT NULL
      OR compared("tasks"."created_at") >= '0'
    )
    AND (
      "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
      AND julianday("tasks"."updated_at") IS NOT NULL
      OR compared("tasks"."updated_at") >= '0'
    ) THEN excluded."strategyId"
  END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN CASE
      WHEN compared("tasks"."updated_at") >= ? THEN (
        SELECT CASE
          WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
          WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
          ELSE second || printf('.%06d', fraction)
        END || '+00:00'
        FROM (
          SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
          FROM (SELECT compared("tasks"."updated_at") AS time)
        )
      )
      ELSE ?
    END
    ELSE "tasks"."updated_at"
  END
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>, <id>], <game>, 's', '["Update 400", "Update 401"]', <time>, <time>,
--   'gme_live_mine', null, 'open', bytes of [<game>], '[0]', 'gme_live_mine', 'tasks', '<time>',
--   <time>

-- create_all of two, one of which exists, Update (in a scope)
-- as in: create_many of two that exist, Fail (in a scope)
-- with 'gme_live_mine', 'gme_live_mine', 'gme_live_mine', bytes of [<id>, <id>], <game>, 's',
--   '["Update 401", "Update 402"]'
INSERT INTO
  "tasks" (
    "id",
    "created_at",
    "updated_at",
    "apiKey_used",
    "oauth_user_id",
    "gameId",
    "externalTaskId",
    "strategyId",
    "status"
  )
WITH
r AS (
  SELECT *
  FROM (
    SELECT key AS n, substr(?, 16 * key + 1, 16) AS i, ? AS g, ? AS e, ? AS s
    FROM json_each(?)
  ) j
)
SELECT r.i, ?, ?, ?, ?, r.g, r.e, r.s, ?
FROM r
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS g FROM json_each(?)) d
      LEFT JOIN "games" g ON g."id" = d.g
      AND g."apiKey_used" = ? COLLATE BINARY
    WHERE g."id" IS NULL
  )
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT type, tbl_name, sql
      FROM sqlite_schema
      UNION ALL
      SELECT type, tbl_name, sql
      FROM sqlite_temp_schema
    ) t
    WHERE
      t.type = 'trigger'
      AND instr(lower(t.sql), 'ignore') > 0
      AND lower(t.tbl_name) = lower(?)
  )
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE
    WHEN 1 = 1
    AND (
      "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00'
      AND julianday("tasks"."created_at") IS NOT NULL
      OR compared("tasks"."created_at") >= '0'
    )
    AND (
      "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00'
      AND julianday("tasks"."updated_at") IS NOT NULL
      OR compared("tasks"."updated_at") >= '0'
    ) THEN excluded."strategyId"
  END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN CASE
      WHEN compared("tasks"."updated_at") >= ? THEN (
        SELECT CASE
          WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
          WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
          ELSE second || printf('.%06d', fraction)
        END || '+00:00'
        FROM (
          SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
          FROM (SELECT compared("tasks"."updated_at") AS time)
        )
      )
      ELSE ?
    END
    ELSE "tasks"."updated_at"
  END
RETURNING
  "id",
  CASE
    WHEN "created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("created_at" AS TEXT)
    ELSE normalised("created_at")
  END,
  CASE
    WHEN "updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("updated_at" AS TEXT)
    ELSE normalised("updated_at")
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with bytes of [<id>], <game>, 'Update 402', 's', '[0]', <time>, <time>, 'gme_live_mine', null,
--   'open', bytes of [<game>], '[0]', 'gme_live_mine', 'tasks', '<time>', <time>


-- Bulk changes, in a scope
-- ========================

-- update_many by id (in a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
      CROSS JOIN "tasks" ON "tasks"."id" = k.a
    WHERE
      1 = 1
      AND (
        "tasks"."apiKey_used" = ?
        OR EXISTS (
          SELECT 1
          FROM "games" g
          WHERE g."id" = "tasks"."gameId"
            AND g."apiKey_used" = ? COLLATE BINARY
        )
      )
      AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  );
-- with 's', 'changed 0', '<time>', <time>, bytes of [<id>, <id>], '[0, 0]', 'gme_live_mine',
--   'gme_live_mine', 's', 'changed 0'

-- update_many by game and id (in a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
      CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
      AND "tasks"."id" = k.a
    WHERE
      1 = 1
      AND (
        "tasks"."apiKey_used" = ?
        OR EXISTS (
          SELECT 1
          FROM "games" g
          WHERE g."id" = "tasks"."gameId"
            AND g."apiKey_used" = ? COLLATE BINARY
        )
      )
      AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  );
-- with 's', 'changed 1', '<time>', <time>, bytes of [<id>, <id>], <game>, '[0, 0]',
--   'gme_live_mine', 'gme_live_mine', 's', 'changed 1'

-- update_many by game and external id (in a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM
      (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
      CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
      AND "tasks"."externalTaskId" = k.e
    WHERE
      1 = 1
      AND (
        "tasks"."apiKey_used" = ?
        OR EXISTS (
          SELECT 1
          FROM "games" g
          WHERE g."id" = "tasks"."gameId"
            AND g."apiKey_used" = ? COLLATE BINARY
        )
      )
      AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  );
-- with 's', 'changed 2', '<time>', <time>, <game>, '["task 070", "task 071"]', 'gme_live_mine',
--   'gme_live_mine', 's', 'changed 2'

-- update_many by keys of two kinds (in a scope)
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM (
      SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
      FROM
        (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
        CROSS JOIN "tasks" ON "tasks"."id" = k.a
      UNION
      SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
      FROM
        (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
        CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
        AND "tasks"."externalTaskId" = k.e
    ) k
      CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
      AND "tasks"."id" = k.a
    WHERE
      1 = 1
      AND (
        "tasks"."apiKey_used" = ?
        OR EXISTS (
          SELECT 1
          FROM "games" g
          WHERE g."id" = "tasks"."gameId"
            AND g."apiKey_used" = ? COLLATE BINARY
        )
      )
      AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?)
  );
-- with 's', 'changed 3', '<time>', <time>, bytes of [<id>], '[0]', <game>, '["task 073"]',
--   'gme_live_mine', 'gme_live_mine', 's', 'changed 3'

-- update_many of a game (in a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?);
-- with 's', 'game', '<time>', <time>, <game>, 'gme_live_mine', 'gme_live_mine', 's', 'game'

-- update_many of all games, by status (in a scope)
-- as in: update_many of all games, by status (without a scope)
-- with 9999
UPDATE "tasks" SET
  "strategyId" = ?,
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  1 = 1
  AND "tasks"."status" IN (?)
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND (1 = 0 OR "tasks"."strategyId" <> ? OR "tasks"."status" <> ?);
-- with 's', 'all', '<time>', <time>, 'game', 'gme_live_mine', 'gme_live_mine', 's', 'all'

-- reassign_strategy in a game (in a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
UPDATE "tasks" SET
  "strategyId" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND "tasks"."strategyId" IN (?)
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
  AND (1 = 0 OR "tasks"."strategyId" <> ?);
-- with 't', '<time>', <time>, <game>, 's', 'gme_live_mine', 'gme_live_mine', 't'

-- delete_many by id (in a scope)
DELETE FROM "tasks"
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
      CROSS JOIN "tasks" ON "tasks"."id" = k.a
    WHERE
      1 = 1
      AND (
        "tasks"."apiKey_used" = ?
        OR EXISTS (
          SELECT 1
          FROM "games" g
          WHERE g."id" = "tasks"."gameId"
            AND g."apiKey_used" = ? COLLATE BINARY
        )
      )
  );
-- with bytes of [<id>, <id>], '[0, 0]', 'gme_live_mine', 'gme_live_mine'

-- delete_many by game and id (in a scope)
DELETE FROM "tasks"
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM
      (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
      CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
      AND "tasks"."id" = k.a
    WHERE
      1 = 1
      AND (
        "tasks"."apiKey_used" = ?
        OR EXISTS (
          SELECT 1
          FROM "games" g
          WHERE g."id" = "tasks"."gameId"
            AND g."apiKey_used" = ? COLLATE BINARY
        )
      )
  );
-- with bytes of [<id>, <id>], <game>, '[0, 0]', 'gme_live_mine', 'gme_live_mine'

-- delete_many by game and external id (in a scope)
DELETE FROM "tasks"
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM
      (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
      CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
      AND "tasks"."externalTaskId" = k.e
    WHERE
      1 = 1
      AND (
        "tasks"."apiKey_used" = ?
        OR EXISTS (
          SELECT 1
          FROM "games" g
          WHERE g."id" = "tasks"."gameId"
            AND g."apiKey_used" = ? COLLATE BINARY
        )
      )
  );
-- with <game>, '["task 070", "task 071"]', 'gme_live_mine', 'gme_live_mine'

-- delete_many by keys of two kinds (in a scope)
DELETE FROM "tasks"
WHERE
  ("tasks"."gameId", "tasks"."id") IN (
    SELECT "tasks"."gameId", "tasks"."id"
    FROM (
      SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
      FROM
        (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
        CROSS JOIN "tasks" ON "tasks"."id" = k.a
      UNION
      SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
      FROM
        (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
        CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
        AND "tasks"."externalTaskId" = k.e
    ) k
      CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
      AND "tasks"."id" = k.a
    WHERE
      1 = 1
      AND (
        "tasks"."apiKey_used" = ?
        OR EXISTS (
          SELECT 1
          FROM "games" g
          WHERE g."id" = "tasks"."gameId"
            AND g."apiKey_used" = ? COLLATE BINARY
        )
      )
  );
-- with bytes of [<id>], '[0]', <game>, '["task 073"]', 'gme_live_mine', 'gme_live_mine'

-- delete_many of all games, by strategy (in a scope)
-- as in: update_many of all games, by status (without a scope)
-- with 9999
DELETE FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."strategyId" IN (?)
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with 's', 'gme_live_mine', 'gme_live_mine'

-- delete_game (in a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
DELETE FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <game>, 'gme_live_mine', 'gme_live_mine'


-- Resolver, in a scope
-- ====================

-- resolve by id (in a scope)
SELECT
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  "tasks"."gameId" AS game_id
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- resolve_with_task by id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- resolve by game and id (in a scope)
SELECT "tasks"."strategyId" AS own, g."strategyId" AS inherited
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <game>, <id>, 'gme_live_mine', 'gme_live_mine'

-- resolve_with_task by game and id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."id" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <game>, <id>, 'gme_live_mine', 'gme_live_mine'

-- resolve by game and external id (in a scope)
SELECT
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  "tasks"."id" AS task_id
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."externalTaskId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <game>, 'task 074', 'gme_live_mine', 'gme_live_mine'

-- resolve_with_task by game and external id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  "tasks"."gameId" = ?
  AND "tasks"."externalTaskId" = ?
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <game>, 'task 074', 'gme_live_mine', 'gme_live_mine'

-- resolve_game (in a scope)
SELECT g."strategyId" AS inherited
FROM "games" g
WHERE g."id" = ? AND g."apiKey_used" = ? COLLATE BINARY;
-- with <game>, 'gme_live_mine'

-- resolve_for (in a scope)
-- as in: resolve by game and id (in a scope)
-- with <game>, <id>, 'gme_live_mine', 'gme_live_mine'

-- resolve_many by id (in a scope)
SELECT
  "tasks"."gameId" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with bytes of [<id>, <id>, <id>], '[0, 0, 0]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many_with_tasks by id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with bytes of [<id>, <id>, <id>], '[0, 0, 0]', 'gme_live_mine', 'gme_live_mine'

-- find_many by id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with bytes of [<id>, <id>, <id>], '[0, 0, 0]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many by game and id (in a scope)
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with bytes of [<id>, <id>, <id>], <game>, '[0, 0, 0]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many_with_tasks by game and id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with bytes of [<id>, <id>, <id>], <game>, '[0, 0, 0]', 'gme_live_mine', 'gme_live_mine'

-- find_many by game and id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with bytes of [<id>, <id>, <id>], <game>, '[0, 0, 0]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many by game and external id (in a scope)
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <game>, '["task 074", "task 075", "task 076"]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many_with_tasks by game and external id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <game>, '["task 074", "task 075", "task 076"]', 'gme_live_mine', 'gme_live_mine'

-- find_many by game and external id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with <game>, '["task 074", "task 075", "task 076"]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many by keys of all kinds (in a scope)
SELECT
  "tasks"."gameId" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
UNION ALL
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n + ? AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
UNION ALL
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n + ? AS n
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with bytes of [<id>], '[0]', 'gme_live_mine', 'gme_live_mine', 1, bytes of [<id>], <game>, '[0]',
--   'gme_live_mine', 'gme_live_mine', 2, <game>, '["task 076"]', 'gme_live_mine', 'gme_live_mine'

-- resolve_many_with_tasks by keys of all kinds (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n + ? AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n + ? AS n
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  );
-- with bytes of [<id>], '[0]', 'gme_live_mine', 'gme_live_mine', 1, bytes of [<id>], <game>, '[0]',
--   'gme_live_mine', 'gme_live_mine', 2, <game>, '["task 076"]', 'gme_live_mine', 'gme_live_mine'

-- find_many by keys of all kinds (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n + ? AS n
FROM
  (SELECT key AS n, substr(?, 16 * key + 1, 16) AS a, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON + "tasks"."gameId" = k.g
  AND "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
    )
  )
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."created_at" AS TEXT)
    ELSE normalised("tasks"."created_at")
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST("tasks"."updated_at" AS TEXT)
    ELSE normalised("tasks"."updated_at")
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n + ? AS n
FROM
  (SELECT key AS n, value AS e, ? AS g FROM json_each(?)) k
  CROSS JOIN "tasks" ON "tasks"."gameId" = k.g
  AND "tasks"."externalTaskId" = k.e
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = ?
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" = ? COLLATE BINARY
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
-- as in: create, where the name is taken (without a scope)
-- with bytes of [<id>], <game>, 'task', 'own', '[0]'

-- create_many of two, Fail (in a transaction)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 'default', '["Fail 0", "Fail 1"]', <time>, <time>, null,
--   null, 'open'

-- create_all of two, Fail (in a transaction)
-- as in: create_all of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 'default', '["Fail 2", "Fail 3"]', <time>, <time>, null,
--   null, 'open', bytes of [<game>], '[0]', 'tasks'

-- create_many of two, Keep (in a transaction)
-- as in: create_many of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 'default', '["Keep 0", "Keep 1"]', <time>, <time>, null,
--   null, 'open'

-- create_all of two, Keep (in a transaction)
-- as in: create_all of two, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 'default', '["Keep 2", "Keep 3"]', <time>, <time>, null,
--   null, 'open', bytes of [<game>], '[0]', 'tasks'

-- create_many of two, Update (in a transaction)
-- as in: create_many of two, Update (without a scope)
-- with bytes of [<id>, <id>], <game>, 'default', '["Update 0", "Update 1"]', <time>, <time>, null,
--   null, 'open', '<time>', <time>

-- create_all of two, Update (in a transaction)
-- as in: create_many of two that exist, Fail (without a scope)
-- with bytes of [<id>, <id>], <game>, 'default', '["Update 2", "Update 3"]'
-- as in: create_all of two, Update (without a scope)
-- with bytes of [<id>, <id>], <game>, 'default', '["Update 2", "Update 3"]', <time>, <time>, null,
--   null, 'open', bytes of [<game>], '[0]', 'tasks', '<time>', <time>

-- update by id (in a transaction)
-- as in: update of nothing (without a scope)
-- with 'closed', '<time>', <time>, <id>, 'closed'

-- transition, refused (in a transaction)
-- as in: transition (without a scope)
-- with 'done', '<time>', <time>, <id>, 'open', 'done'
-- as in: find by id (without a scope)
-- with <id>

-- update_many of a game (in a transaction)
UPDATE "tasks" SET
  "status" = ?,
  "updated_at" = CASE
    WHEN compared("tasks"."updated_at") >= ? THEN (
      SELECT CASE
        WHEN fraction = 1000000 THEN strftime('%Y-%m-%dT%H:%M:%S', second, '+1 second')
        WHEN fraction % 1000 = 0 THEN second || printf('.%03d', fraction / 1000)
        ELSE second || printf('.%06d', fraction)
      END || '+00:00'
      FROM (
        SELECT substr(time, 1, 19) AS second, substr(time, 21, 6) + 1 AS fraction
        FROM (SELECT compared("tasks"."updated_at") AS time)
      )
    )
    ELSE ?
  END
WHERE 1 = 1 AND "tasks"."gameId" = ? AND (1 = 0 OR "tasks"."status" <> ?);
-- with 'closed', '<time>', <time>, <game>, 'closed'

-- delete_many of a game (in a transaction)
-- as in: delete_game (without a scope)
-- with <game>
