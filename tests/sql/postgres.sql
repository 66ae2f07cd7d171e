-- The statements that the crate sends, by call. Written by the test `recorded_sql`;
-- GAME_TASKS_WRITE_SQL=1 writes them anew.


-- Migrations
-- ==========

-- the migrator on an empty database
WITH
t AS (
  SELECT
    to_regclass(
      CASE
        WHEN $2
        AND current_schema() IS NOT NULL THEN quote_ident(current_schema()) || '.' || $1
        ELSE $1
      END
    )::oid AS oid
)
SELECT
  'table' AS what,
  c.relkind::text AS name,
  coalesce(obj_description(c.oid, 'pg_class'), '') AS a,
  CASE
    WHEN c.relkind = 'r'
    AND EXISTS (SELECT 1 FROM pg_inherits WHERE inhparent = c.oid) THEN 'inherited'
    ELSE c.relpersistence::text
  END AS b,
  CASE WHEN c.relkind IN ('r', 'p', 'f') THEN 1 ELSE 0 END AS m,
  0 AS n
FROM pg_class c JOIN t ON c.oid = t.oid
UNION ALL
SELECT 'setting', 'server_encoding', getdatabaseencoding()::text, '', 0, 0
UNION ALL
SELECT 'setting', 'version', version(), '', 0, 0
UNION ALL
SELECT
  'setting',
  'session_replication_role',
  current_setting('session_replication_role'),
  '',
  0,
  0
UNION ALL
SELECT 'rule', r.rulename::text, '', '', 0, 0
FROM pg_rewrite r JOIN t ON r.ev_class = t.oid
WHERE r.is_instead AND r.ev_type <> '1' AND r.ev_enabled <> 'D'
UNION ALL
SELECT
  'column',
  a.attname::text,
  format_type(a.atttypid, a.atttypmod),
  CASE
    a.atttypid
    WHEN 'pg_catalog.uuid'::regtype THEN 'uuid'
    WHEN 'pg_catalog.timestamptz'::regtype THEN 'timestamptz'
    WHEN 'pg_catalog.varchar'::regtype THEN 'varchar'
    WHEN 'pg_catalog.text'::regtype THEN 'text'
    ELSE ''
  END || ' ' || CASE WHEN l.collisdeterministic THEN '' ELSE coalesce(l.collname::text, '') END,
  CASE WHEN a.attnotnull THEN 0 ELSE 1 END,
  CASE
    WHEN a.atttypid = 'pg_catalog.varchar'::regtype
    AND a.atttypmod > 0 THEN a.atttypmod - 4
    ELSE a.atttypmod
  END
FROM
  pg_attribute a
  JOIN t ON a.attrelid = t.oid
  LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT
  'unique',
  '',
  json_agg(a.attname ORDER BY k.place)::text,
  json_agg(coalesce(l.collname::text, '') ORDER BY k.place)::text,
  0,
  0
FROM
  pg_index i
  JOIN t ON i.indrelid = t.oid
  CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indcollation::oid[])
WITH
ORDINALITY AS k (number, coll, place) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number LEFT JOIN pg_collation l ON l.oid = k.coll
WHERE
  i.indisunique
  AND i.indisvalid
  AND i.indimmediate
  AND i.indpred IS NULL
  AND i.indexprs IS NULL
  AND k.place <= i.indnkeyatts
GROUP BY i.indexrelid
UNION ALL
SELECT
  'reference',
  '',
  json_agg(f.attname ORDER BY k.place)::text,
  json_agg(p.attname ORDER BY k.place)::text,
  CASE WHEN c.convalidated THEN 1 ELSE 0 END,
  CASE
    WHEN c.condeferred THEN 1
    WHEN EXISTS (
      SELECT 1
      FROM pg_trigger g
      WHERE g.tgconstraint = c.oid
        AND g.tgenabled = 'D'
    ) THEN 2
    ELSE 0
  END
FROM
  pg_constraint c
  JOIN t ON c.conrelid = t.oid
  CROSS JOIN LATERAL unnest(c.conkey, c.confkey)
WITH
ORDINALITY AS k (source, target, place) JOIN pg_attribute f ON f.attrelid = c.conrelid AND f.attnum = k.source JOIN pg_attribute p ON p.attrelid = c.confrelid AND p.attnum = k.target
WHERE c.contype = 'f' AND c.confrelid = to_regclass($3)
GROUP BY c.oid, c.convalidated, c.condeferred;
-- with '"game_tasks_migrations"', TRUE, '"game_tasks_migrations"'
WITH
s AS (
  SELECT oid, nspname::text AS name, to_regclass($4)::oid AS tasks
  FROM pg_namespace
  WHERE
    nspname = coalesce(
      $1,
      (
        SELECT n.nspname
        FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE $5
          AND c.oid = to_regclass($4)
      ),
      current_schema()
    )
)
SELECT
  c.relname::text,
  CASE
    WHEN x.indrelid IS NOT NULL THEN 'an index of table ' || x.indrelid::regclass::text
    WHEN c.relkind = 'S' THEN 'a sequence'
    WHEN c.relkind IN ('v', 'm') THEN 'a view'
    WHEN c.relkind = 'c' THEN 'a type'
    ELSE 'a table'
  END,
  CASE WHEN x.indrelid = s.tasks THEN 1 ELSE 0 END,
  (
    SELECT json_agg(a.attname ORDER BY a.attnum)::text
    FROM pg_attribute a
    WHERE a.attrelid = c.oid
      AND x.indrelid IS NOT NULL
  ),
  s.name
FROM
  s
  JOIN pg_class c ON c.relnamespace = s.oid
  LEFT JOIN pg_index x ON x.indexrelid = c.oid
WHERE c.relname::text IN (SELECT json_array_elements_text($3::json))
UNION ALL
SELECT t.typname::text, 'a type', 0, NULL, s.name
FROM s JOIN pg_type t ON t.typnamespace = s.oid
WHERE
  NOT $5
  AND t.typname::text = $2
  AND t.typrelid = 0
  AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = t.oid);
-- with null, 'game_tasks_migrations', '["game_tasks_migrations"]', '"game_tasks_migrations"',
--   FALSE
CREATE TABLE IF NOT EXISTS "game_tasks_migrations" ("version" varchar NOT NULL PRIMARY KEY, "applied_at" bigint NOT NULL);
-- as in: the migrator on an empty database
-- with '"game_tasks_migrations"', TRUE, '"game_tasks_migrations"'
-- as in: the migrator on an empty database
-- with '"game_tasks_migrations"', TRUE, '"game_tasks_migrations"'
-- as in: the migrator on an empty database
-- with '"game_tasks_migrations"', TRUE, '"game_tasks_migrations"'
SELECT version, applied_at
FROM "game_tasks_migrations"
ORDER BY version;
SELECT VERSION();
-- as in: the migrator on an empty database
-- with '"games"', TRUE, '"games"'
-- as in: the migrator on an empty database
-- with null, 'games', '["games"]', '"games"', FALSE
-- as in: the migrator on an empty database
-- with '"tasks"', TRUE, '"games"'
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_game_created", "uq_tasks_game_external", "tasks"]', '"tasks"',
--   FALSE
CREATE TABLE "games" (
  "id" uuid NOT NULL,
  "created_at" timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_at" timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "externalGameId" varchar(255) COLLATE "C" NOT NULL,
  "strategyId" varchar(255) COLLATE "C" NOT NULL DEFAULT 'default',
  "platform" varchar(255) COLLATE "C" NULL,
  "apiKey_used" varchar(255) COLLATE "C" NULL,
  "oauth_user_id" varchar(255) COLLATE "C" NULL,
  PRIMARY KEY ("id"),
  UNIQUE ("externalGameId")
);
COMMENT ON TABLE "games" IS 'made by game-tasks';
INSERT INTO "game_tasks_migrations" ("version", "applied_at")
VALUES ($1, $2)
RETURNING "version";
-- with 'm20261124_000001_game_tasks_create_games', <seconds>
-- as in: the migrator on an empty database
-- as in: the migrator on an empty database
-- with '"games"', FALSE, '"games"'
-- as in: the migrator on an empty database
-- with '"tasks"', TRUE, '"games"'
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_game_created", "uq_tasks_game_external", "tasks"]', '"tasks"',
--   FALSE
CREATE TABLE "tasks" (
  "id" uuid NOT NULL,
  "created_at" timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_at" timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "apiKey_used" varchar(255) COLLATE "C" NULL,
  "oauth_user_id" varchar(255) COLLATE "C" NULL,
  "externalTaskId" varchar(255) COLLATE "C" NOT NULL,
  "gameId" uuid NOT NULL,
  "strategyId" varchar(255) COLLATE "C" NOT NULL DEFAULT 'default',
  "status" varchar(255) COLLATE "C" NOT NULL DEFAULT 'open',
  PRIMARY KEY ("id"),
  CONSTRAINT "uq_tasks_game_external" UNIQUE ("gameId", "externalTaskId"),
  CONSTRAINT "tasks_gameId_fkey" FOREIGN KEY ("gameId") REFERENCES "games" ("id")
);
CREATE INDEX "ix_tasks_game_created" ON "tasks" ("gameId", "created_at", "id");
COMMENT ON TABLE "tasks" IS 'made by game-tasks';
-- as in: the migrator on an empty database
-- with 'm20261124_000002_game_tasks_create_tasks', <seconds>

-- migrate, where nothing is to be done
-- as in: the migrator on an empty database
-- as in: the migrator on an empty database
-- with '"game_tasks_migrations"', TRUE, '"game_tasks_migrations"'
-- as in: the migrator on an empty database

-- the schema check
-- as in: the migrator on an empty database
-- with '"games"', FALSE, '"games"'
-- as in: the migrator on an empty database
-- with '"tasks"', FALSE, '"games"'

-- the opt-in index CreatedAt
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_by_created_at"]', '"tasks"', TRUE
CREATE INDEX IF NOT EXISTS "ix_tasks_by_created_at" ON "tasks" ("created_at", "id");

-- the opt-in index CreatedAt, down
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_by_created_at"]', '"tasks"', TRUE
DROP INDEX IF EXISTS "public"."ix_tasks_by_created_at";

-- the opt-in index ExternalTaskId
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_by_external_task_id"]', '"tasks"', TRUE
CREATE INDEX IF NOT EXISTS "ix_tasks_by_external_task_id" ON "tasks" ("externalTaskId", "id");

-- the opt-in index ExternalTaskId, down
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_by_external_task_id"]', '"tasks"', TRUE
DROP INDEX IF EXISTS "public"."ix_tasks_by_external_task_id";

-- the opt-in index GameUpdatedAt
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_by_game_updated_at"]', '"tasks"', TRUE
CREATE INDEX IF NOT EXISTS "ix_tasks_by_game_updated_at" ON "tasks" ("gameId", "updated_at", "id");

-- the opt-in index GameUpdatedAt, down
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_by_game_updated_at"]', '"tasks"', TRUE
DROP INDEX IF EXISTS "public"."ix_tasks_by_game_updated_at";

-- the opt-in index UpdatedAt
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_by_updated_at"]', '"tasks"', TRUE
CREATE INDEX IF NOT EXISTS "ix_tasks_by_updated_at" ON "tasks" ("updated_at", "id");

-- the opt-in index UpdatedAt, down
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_by_updated_at"]', '"tasks"', TRUE
DROP INDEX IF EXISTS "public"."ix_tasks_by_updated_at";

-- the opt-in index Status
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_by_status"]', '"tasks"', TRUE
CREATE INDEX IF NOT EXISTS "ix_tasks_by_status" ON "tasks" ("status", "created_at", "id");

-- the opt-in index Status, down
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_by_status"]', '"tasks"', TRUE
DROP INDEX IF EXISTS "public"."ix_tasks_by_status";

-- the opt-in index StrategyId
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_by_strategy_id"]', '"tasks"', TRUE
CREATE INDEX IF NOT EXISTS "ix_tasks_by_strategy_id" ON "tasks" ("strategyId", "id");

-- the opt-in index StrategyId, down
-- as in: the migrator on an empty database
-- with null, 'tasks', '["ix_tasks_by_strategy_id"]', '"tasks"', TRUE
DROP INDEX IF EXISTS "public"."ix_tasks_by_strategy_id";

-- the opt-in trigger
SELECT
  n.nspname::text,
  EXISTS (SELECT 1 FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgname::text = $2),
  EXISTS (
    SELECT 1
    FROM pg_trigger g
      JOIN pg_proc p ON p.oid = g.tgfoid
    WHERE
      g.tgrelid = c.oid
      AND g.tgname::text = $2
      AND p.pronamespace = n.oid
      AND p.proname::text = $2
      AND obj_description(p.oid, 'pg_proc') = $3
  ),
  EXISTS (
    SELECT 1
    FROM pg_proc p
    WHERE p.pronamespace = n.oid
      AND p.proname::text = $2 AND p.pronargs = 0
  ),
  EXISTS (
    SELECT 1
    FROM pg_proc p
    WHERE
      p.pronamespace = n.oid
      AND p.proname::text = $2
      AND p.pronargs = 0
      AND obj_description(p.oid, 'pg_proc') = $3
  )
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = to_regclass($1);
-- with '"tasks"', 'tasks_updated_at_grows', 'made by game-tasks'
CREATE FUNCTION "public"."tasks_updated_at_grows"() RETURNS trigger LANGUAGE plpgsql AS $body$BEGIN NEW.updated_at := GREATEST(clock_timestamp(), OLD.updated_at + INTERVAL '1 microsecond');
RETURN NEW;
END $body$;
COMMENT ON FUNCTION "public"."tasks_updated_at_grows"() IS 'made by game-tasks';
CREATE TRIGGER "tasks_updated_at_grows" BEFORE
UPDATE
  ON "tasks" FOR EACH ROW
  WHEN (NEW.updated_at <= OLD.updated_at AND NEW *<> OLD) EXECUTE FUNCTION "public"."tasks_updated_at_grows"();

-- the opt-in trigger, down
-- as in: the opt-in trigger
-- with '"tasks"', 'tasks_updated_at_grows', 'made by game-tasks'
DROP TRIGGER "tasks_updated_at_grows" ON "tasks";
DROP FUNCTION "public"."tasks_updated_at_grows"();

-- the migrator, down
-- as in: the migrator on an empty database
-- with '"game_tasks_migrations"', TRUE, '"game_tasks_migrations"'
-- as in: the migrator on an empty database
-- with '"game_tasks_migrations"', TRUE, '"game_tasks_migrations"'
-- as in: the migrator on an empty database
-- as in: the migrator on an empty database
-- with '"game_tasks_migrations"', TRUE, '"game_tasks_migrations"'
-- as in: the migrator on an empty database
-- with '"game_tasks_migrations"', TRUE, '"game_tasks_migrations"'
-- as in: the migrator on an empty database
-- as in: the migrator on an empty database
-- with '"tasks"', TRUE, '"tasks"'
DELETE FROM "game_tasks_migrations"
WHERE "version" = $1;
-- with 'm20261124_000002_game_tasks_create_tasks'
-- as in: the migrator on an empty database
-- with '"games"', TRUE, '"games"'
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
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
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
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "externalGameId",
  "strategyId",
  "platform",
  "apiKey_used",
  "oauth_user_id"
FROM "games"
WHERE "externalGameId" = $1;
-- with 'other'

-- insert, where the id is taken
-- as in: insert
-- with <id>, <time>, <time>, 'new', 'default', null, null, null
-- as in: insert, where the name is taken
-- with 'new'
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "externalGameId",
  "strategyId",
  "platform",
  "apiKey_used",
  "oauth_user_id"
FROM "games"
WHERE "id" = $1;
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
  "strategyId" = $1,
  "platform" = $2,
  "apiKey_used" = $3,
  "oauth_user_id" = $4,
  "updated_at" = GREATEST(
    $5,
    (
      CASE
        WHEN "updated_at" > '-infinity'
        AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "id" = $6
  AND (
    1 = 0
    OR "strategyId" IS NULL
    OR "strategyId" <> $7
    OR "platform" IS NULL
    OR "platform" <> $8
    OR "apiKey_used" IS NULL
    OR "apiKey_used" <> $9
    OR "oauth_user_id" IS NOT NULL
  )
  AND "created_at" > '-infinity'
  AND "created_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "externalGameId",
  "strategyId",
  "platform",
  "apiKey_used",
  "oauth_user_id";
-- with 'default', 'web', 'gme_live_mine', null, <time>, <id>, 'default', 'web', 'gme_live_mine'

-- update, where nothing changes
-- as in: update
-- with 'default', 'web', 'gme_live_mine', null, <time>, <id>, 'default', 'web', 'gme_live_mine'
-- as in: insert, where the id is taken
-- with <id>

-- insert, where the name is taken (in a transaction)
-- as in: insert
-- with <id>, <time>, <time>, 'other', 'default', null, null, null
-- as in: insert, where the name is taken
-- with 'other'

-- update (in a transaction)
UPDATE "games" SET
  "platform" = $1,
  "updated_at" = GREATEST(
    $2,
    (
      CASE
        WHEN "updated_at" > '-infinity'
        AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "id" = $3
  AND (1 = 0 OR "platform" IS NOT NULL)
  AND "created_at" > '-infinity'
  AND "created_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "externalGameId",
  "strategyId",
  "platform",
  "apiKey_used",
  "oauth_user_id";
-- with null, <time>, <id>


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
SELECT $1, $2, $3, $4, $5, g."id", $6, $7, $8
FROM "games" g
WHERE g."id" = $9
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
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
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      a.n - 1 AS n,
      a.i AS i,
      CAST($1 AS uuid) AS g,
      CAST($2 AS text) AS e,
      CAST($3 AS text) AS s
    FROM unnest((SELECT CAST($4 AS uuid[])))
    WITH ORDINALITY AS a(i, n)
    WHERE a.n > 0 OFFSET 0
  ) r
)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  r.n AS n,
  CAST(NULL AS uuid) AS game,
  CASE WHEN 1 = 1 THEN "tasks"."id" END AS seen,
  CAST(NULL AS uuid) AS taken
FROM
  r
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ r.g, r.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = r.e
  AND "tasks"."externalTaskId" COLLATE "C" >= r.e
  AND "tasks"."externalTaskId" COLLATE "C" <= r.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
UNION ALL
SELECT
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  r.n,
  CASE WHEN 1 = 1 THEN g."id" END,
  NULL,
  NULL
FROM r JOIN "games" g ON g."id" = r.g
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, r.n, NULL, NULL, x."id"
FROM r JOIN "tasks" x ON x."id" = r.i;
-- with <game>, 'task', 'own', uuids [<id>]

-- create, where the id is taken (without a scope)
-- as in: create (without a scope)
-- with <id>, <time>, <time>, null, null, 'other', 'default', 'open', <game>
-- as in: create, where the name is taken (without a scope)
-- with <game>, 'other', 'default', uuids [<id>]

-- create, where the game is missing (without a scope)
-- as in: create (without a scope)
-- with <id>, <time>, <time>, null, null, 'task', 'default', 'open', <id>
-- as in: create, where the name is taken (without a scope)
-- with <id>, 'task', 'default', uuids [<id>]

-- find by id (without a scope)
SELECT
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE "tasks"."id" = $1;
-- with <id>

-- find by game and id (without a scope)
SELECT
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE "tasks"."gameId" = $1 AND "tasks"."id" = $2;
-- with <game>, <id>

-- find by game and external id (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE "tasks"."gameId" = $1 AND "tasks"."externalTaskId" COLLATE "C" = $2;
-- with <game>, 'task'

-- update by id (without a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."id" = $4
  AND (1 = 0 OR "tasks"."strategyId" <> $5 OR "tasks"."status" <> $6)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'another', 'by id', <time>, <id>, 'another', 'by id'

-- update by game and id (without a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."gameId" = $4
  AND "tasks"."id" = $5
  AND (1 = 0 OR "tasks"."strategyId" <> $6 OR "tasks"."status" <> $7)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'another', 'by game and id', <time>, <game>, <id>, 'another', 'by game and id'

-- update by game and external id (without a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."gameId" = $4
  AND "tasks"."externalTaskId" COLLATE "C" = $5
  AND (1 = 0 OR "tasks"."strategyId" <> $6 OR "tasks"."status" <> $7)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'another', 'by game and external id', <time>, <game>, 'task', 'another',
--   'by game and external id'

-- update, with preconditions (without a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "updated_at" = GREATEST(
    $2,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."id" = $3
  AND "tasks"."status" = $4
  AND "tasks"."updated_at" <= $5
  AND (1 = 0 OR "tasks"."strategyId" <> $6)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'third', <time>, <id>, 'by game and external id', <time>, 'third'

-- update, refused (without a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "updated_at" = GREATEST(
    $2,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."id" = $3
  AND "tasks"."status" = $4
  AND (1 = 0 OR "tasks"."strategyId" <> $5)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'fourth', <time>, <id>, 'no such status', 'fourth'
-- as in: find by id (without a scope)
-- with <id>

-- update of nothing (without a scope)
UPDATE "tasks" SET
  "status" = $1,
  "updated_at" = GREATEST(
    $2,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."id" = $3
  AND (1 = 0 OR "tasks"."status" <> $4)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'closed', <time>, <id>, 'closed'
-- as in: find by id (without a scope)
-- with <id>

-- transition (without a scope)
UPDATE "tasks" SET
  "status" = $1,
  "updated_at" = GREATEST(
    $2,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."id" = $3
  AND "tasks"."status" = $4
  AND (1 = 0 OR "tasks"."status" <> $5)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'closed', <time>, <id>, 'by game and external id', 'closed'

-- transition, refused (without a scope)
-- as in: transition (without a scope)
-- with 'done', <time>, <id>, 'open', 'done'
-- as in: find by id (without a scope)
-- with <id>

-- delete by id (without a scope)
DELETE FROM "tasks"
WHERE
  "tasks"."id" = $1
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
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
  "tasks"."gameId" = $1
  AND "tasks"."id" = $2
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
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
  "tasks"."gameId" = $1
  AND "tasks"."externalTaskId" COLLATE "C" = $2
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
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
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = $1
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>

-- list by Created, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND ("tasks"."created_at", "tasks"."id") > (SELECT $2, $3)
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>, <time>, <id>

-- list by Created, descending (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = $1
ORDER BY "tasks"."created_at" DESC, "tasks"."id" DESC
LIMIT 11;
-- with <game>

-- list by Created, descending, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND ("tasks"."created_at", "tasks"."id") < (SELECT $2, $3)
ORDER BY "tasks"."created_at" DESC, "tasks"."id" DESC
LIMIT 11;
-- with <game>, <time>, <id>

-- list by Updated (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = $1
ORDER BY "tasks"."updated_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>

-- list by Updated, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND ("tasks"."updated_at", "tasks"."id") > (SELECT $2, $3)
ORDER BY "tasks"."updated_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>, <time>, <id>

-- list by Updated, descending (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = $1
ORDER BY "tasks"."updated_at" DESC, "tasks"."id" DESC
LIMIT 11;
-- with <game>

-- list by Updated, descending, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND ("tasks"."updated_at", "tasks"."id") < (SELECT $2, $3)
ORDER BY "tasks"."updated_at" DESC, "tasks"."id" DESC
LIMIT 11;
-- with <game>, <time>, <id>

-- list by ExternalId (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = $1
ORDER BY "tasks"."externalTaskId" COLLATE "C" ASC
LIMIT 11;
-- with <game>

-- list by ExternalId, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = $1 AND "tasks"."externalTaskId" COLLATE "C" > $2
ORDER BY "tasks"."externalTaskId" COLLATE "C" ASC
LIMIT 11;
-- with <game>, 'task 012'

-- list by ExternalId, descending (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = $1
ORDER BY "tasks"."externalTaskId" COLLATE "C" DESC
LIMIT 11;
-- with <game>

-- list by ExternalId, descending, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = $1 AND "tasks"."externalTaskId" COLLATE "C" < $2
ORDER BY "tasks"."externalTaskId" COLLATE "C" DESC
LIMIT 11;
-- with <game>, 'task 018'

-- list, the second page of seven, with the total (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = $1
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT $2 OFFSET $3;
-- with <game>, 8, 7
SELECT COUNT(*)
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = $1;
-- with <game>

-- list of all games (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE 1 = 1
ORDER BY "tasks"."externalTaskId" COLLATE "C" ASC, "tasks"."id" ASC
LIMIT 11;

-- list of all games, after a cursor (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
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
  AND ("tasks"."externalTaskId" COLLATE "C", "tasks"."id") > (SELECT $1, $2)
ORDER BY "tasks"."externalTaskId" COLLATE "C" ASC, "tasks"."id" ASC
LIMIT 11;
-- with 'task 012', <id>

-- list by a filter of everything but keys (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND "tasks"."status" IN ($2, $3)
  AND "tasks"."strategyId" IN ($4)
  AND "tasks"."externalTaskId" COLLATE "C" >= $5
  AND "tasks"."externalTaskId" COLLATE "C" < $6
  AND "tasks"."created_at" >= $7
  AND "tasks"."created_at" < $8
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>, 'closed', 'open', 'default', 'task', 'tasl', <time>, <time>

-- count by a filter of everything but keys (without a scope)
SELECT COUNT(*)
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND "tasks"."status" IN ($2, $3)
  AND "tasks"."strategyId" IN ($4)
  AND "tasks"."externalTaskId" COLLATE "C" >= $5
  AND "tasks"."externalTaskId" COLLATE "C" < $6
  AND "tasks"."created_at" >= $7
  AND "tasks"."created_at" < $8;
-- with <game>, 'closed', 'open', 'default', 'task', 'tasl', <time>, <time>

-- list by id (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
WHERE 1 = 1
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with uuids [<id>, <id>]

-- count by id (without a scope)
SELECT COUNT(*)
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
WHERE 1 = 1;
-- with uuids [<id>, <id>]

-- list by game and id (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
WHERE 1 = 1
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>, uuids [<id>, <id>]

-- count by game and id (without a scope)
SELECT COUNT(*)
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
WHERE 1 = 1;
-- with <game>, uuids [<id>, <id>]

-- list by game and external id (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
WHERE 1 = 1
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>, texts ['task 007', 'task 008']

-- count by game and external id (without a scope)
SELECT COUNT(*)
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
WHERE 1 = 1;
-- with <game>, texts ['task 007', 'task 008']

-- list by keys of two kinds (without a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM (
    SELECT a.n - 1 AS n, a.a AS a
    FROM unnest((SELECT CAST($1 AS uuid[])))
    WITH ORDINALITY AS a(a, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."id" = k.a
  UNION
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM (
    SELECT a.n - 1 AS n, a.e AS e, CAST($2 AS uuid) AS g
    FROM unnest((SELECT CAST($3 AS text[])))
    WITH ORDINALITY AS a(e, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."externalTaskId" COLLATE "C" = k.e
    AND "tasks"."externalTaskId" COLLATE "C" >= k.e
    AND "tasks"."externalTaskId" COLLATE "C" <= k.e
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
WHERE 1 = 1
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with uuids [<id>], <game>, texts ['task 010']

-- count by keys of two kinds (without a scope)
SELECT COUNT(*)
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM (
    SELECT a.n - 1 AS n, a.a AS a
    FROM unnest((SELECT CAST($1 AS uuid[])))
    WITH ORDINALITY AS a(a, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."id" = k.a
  UNION
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM (
    SELECT a.n - 1 AS n, a.e AS e, CAST($2 AS uuid) AS g
    FROM unnest((SELECT CAST($3 AS text[])))
    WITH ORDINALITY AS a(e, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."externalTaskId" COLLATE "C" = k.e
    AND "tasks"."externalTaskId" COLLATE "C" >= k.e
    AND "tasks"."externalTaskId" COLLATE "C" <= k.e
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
WHERE 1 = 1;
-- with uuids [<id>], <game>, texts ['task 010']

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
    SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
    FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
    WITH ORDINALITY AS a(i, e, n)
    WHERE a.n > 0 OFFSET 0
  ) j
)
SELECT
  r.i,
  CAST($5 AS timestamptz),
  CAST($6 AS timestamptz),
  CAST($7 AS text),
  CAST($8 AS text),
  r.g,
  r.e,
  r.s,
  CAST($9 AS text)
FROM r JOIN "games" g ON g."id" = r.g
WHERE 1 = 1
ORDER BY r.n
ON CONFLICT DO NOTHING
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "gameId",
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text;
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 0', 'Fail 1'], <time>, <time>, null, null,
--   'open'

-- create_many of two that exist, Fail (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 0', 'Fail 1'], <time>, <time>, null, null,
--   'open'
WITH
r AS (
  SELECT *
  FROM (
    SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
    FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
    WITH ORDINALITY AS a(i, e, n)
    WHERE a.n > 0 OFFSET 0
  ) r
)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  r.n AS n,
  CAST(NULL AS uuid) AS game,
  CASE WHEN 1 = 1 THEN "tasks"."id" END AS seen,
  CAST(NULL AS uuid) AS taken
FROM
  r
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ r.g, r.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = r.e
  AND "tasks"."externalTaskId" COLLATE "C" >= r.e
  AND "tasks"."externalTaskId" COLLATE "C" <= r.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
UNION ALL
SELECT
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  r.n,
  CASE WHEN 1 = 1 THEN g."id" END,
  NULL,
  NULL
FROM r JOIN "games" g ON g."id" = r.g
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, r.n, NULL, NULL, x."id"
FROM r JOIN "tasks" x ON x."id" = r.i;
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 0', 'Fail 1']

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
    SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
    FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
    WITH ORDINALITY AS a(i, e, n)
    WHERE a.n > 0 OFFSET 0
  ) j
)
SELECT
  r.i,
  CAST($5 AS timestamptz),
  CAST($6 AS timestamptz),
  CAST($7 AS text),
  CAST($8 AS text),
  r.g,
  r.e,
  r.s,
  CAST($9 AS text)
FROM r
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT a.n - 1 AS n, a.g AS g
      FROM unnest((SELECT CAST($10 AS uuid[])))
      WITH ORDINALITY AS a(g, n)
      WHERE a.n > 0 OFFSET 0
    ) d
      LEFT JOIN "games" g ON g."id" = d.g
    WHERE g."id" IS NULL
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "gameId",
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text;
-- with <game>, 's', uuids [<id>, <id>, <id>, …], texts ['Fail 10', 'Fail 100', 'Fail 101', …],
--   <time>, <time>, null, null, 'open', uuids [<game>]

-- create_many of two hundred, two of which exist, Fail (without a scope)
-- as in: create_many of two hundred, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …], texts ['Fail 200', 'Fail 201', 'Fail 202', …],
--   <time>, <time>, null, null, 'open', uuids [<game>]
-- as in: create_many of two, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …], texts ['Fail 200', 'Fail 201', 'Fail 202', …],
--   <time>, <time>, null, null, 'open'
-- as in: create_many of two that exist, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 200', 'Fail 201']

-- create_many with ids, Fail (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 500', 'Fail 501'], <time>, <time>, null, null,
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
      a.n - 1 AS n,
      a.i AS i,
      CAST($1 AS uuid) AS g,
      a.e AS e,
      CAST($2 AS text) AS s,
      a.u AS u
    FROM
      unnest(
        (SELECT CAST($3 AS uuid[])),
        (SELECT CAST($4 AS text[])),
        (SELECT CAST($5 AS text[]))
      )
    WITH ORDINALITY AS a(i, e, u, n)
    WHERE a.n > 0 OFFSET 0
  ) j
)
SELECT
  r.i,
  CAST($6 AS timestamptz),
  CAST($7 AS timestamptz),
  CAST($8 AS text),
  CAST($9 AS text),
  r.g,
  r.e,
  r.s,
  r.u
FROM r JOIN "games" g ON g."id" = r.g
WHERE 1 = 1
ORDER BY r.n
ON CONFLICT DO NOTHING
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "gameId",
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text;
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 600', 'Fail 601'], texts ['open', 'closed'],
--   <time>, <time>, null, null

-- create_all of two, Fail (without a scope)
WITH
w AS (
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
      SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
      FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
      WITH ORDINALITY AS a(i, e, n)
      WHERE a.n > 0 OFFSET 0
    ) j
  )
  SELECT
    r.i,
    CAST($5 AS timestamptz),
    CAST($6 AS timestamptz),
    CAST($7 AS text),
    CAST($8 AS text),
    r.g,
    r.e,
    r.s,
    CAST($9 AS text)
  FROM r
  WHERE
    1 = 1
    AND NOT EXISTS (
      SELECT 1
      FROM (
        SELECT a.n - 1 AS n, a.g AS g
        FROM unnest((SELECT CAST($10 AS uuid[])))
        WITH ORDINALITY AS a(g, n)
        WHERE a.n > 0 OFFSET 0
      ) d
        LEFT JOIN "games" g ON g."id" = d.g
      WHERE g."id" IS NULL
    )
  RETURNING
    "id",
    CASE
      WHEN "created_at" > '-infinity'
      AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
    END,
    CASE
      WHEN "updated_at" > '-infinity'
      AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
    END,
    "apiKey_used"::text,
    "oauth_user_id"::text,
    "gameId",
    "externalTaskId"::text,
    "strategyId"::text,
    "status"::text
)
SELECT *
FROM w
LIMIT CASE
  WHEN (SELECT COUNT(*) FROM w) IN (0, CAST($11 AS bigint)) THEN NULL
  ELSE -1
END;
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 400', 'Fail 401'], <time>, <time>, null, null,
--   'open', uuids [<game>], 2

-- create_all of two, one of which exists, Fail (without a scope)
-- as in: create_all of two, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 401', 'Fail 402'], <time>, <time>, null, null,
--   'open', uuids [<game>], 2
-- as in: create_many of two that exist, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 401', 'Fail 402']

-- create_many of two, Keep (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 0', 'Keep 1'], <time>, <time>, null, null,
--   'open'

-- create_many of two that exist, Keep (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 0', 'Keep 1'], <time>, <time>, null, null,
--   'open'
-- as in: create_many of two that exist, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 0', 'Keep 1']

-- create_many of two hundred, Keep (without a scope)
-- as in: create_many of two hundred, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …], texts ['Keep 10', 'Keep 100', 'Keep 101', …],
--   <time>, <time>, null, null, 'open', uuids [<game>]

-- create_many of two hundred, two of which exist, Keep (without a scope)
-- as in: create_many of two hundred, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …], texts ['Keep 200', 'Keep 201', 'Keep 202', …],
--   <time>, <time>, null, null, 'open', uuids [<game>]
-- as in: create_many of two, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …], texts ['Keep 200', 'Keep 201', 'Keep 202', …],
--   <time>, <time>, null, null, 'open'
-- as in: create_many of two that exist, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 200', 'Keep 201']

-- create_many with ids, Keep (without a scope)
-- as in: create_many of two, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 500', 'Keep 501'], <time>, <time>, null, null,
--   'open'

-- create_many with different statuses, Keep (without a scope)
-- as in: create_many with different statuses, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 600', 'Keep 601'], texts ['open', 'closed'],
--   <time>, <time>, null, null

-- create_all of two, Keep (without a scope)
-- as in: create_all of two, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 400', 'Keep 401'], <time>, <time>, null, null,
--   'open', uuids [<game>], 2

-- create_all of two, one of which exists, Keep (without a scope)
-- as in: create_all of two, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 401', 'Keep 402'], <time>, <time>, null, null,
--   'open', uuids [<game>], 2
-- as in: create_many of two that exist, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 401', 'Keep 402']
WITH
w AS (
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
        a.n - 1 AS n,
        a.i AS i,
        CAST($1 AS uuid) AS g,
        CAST($2 AS text) AS e,
        CAST($3 AS text) AS s
      FROM unnest((SELECT CAST($4 AS uuid[])))
      WITH ORDINALITY AS a(i, n)
      WHERE a.n > 0 OFFSET 0
    ) j
  )
  SELECT
    r.i,
    CAST($5 AS timestamptz),
    CAST($6 AS timestamptz),
    CAST($7 AS text),
    CAST($8 AS text),
    r.g,
    r.e,
    r.s,
    CAST($9 AS text)
  FROM r
  WHERE
    1 = 1
    AND NOT EXISTS (
      SELECT 1
      FROM (
        SELECT a.n - 1 AS n, a.g AS g
        FROM unnest((SELECT CAST($10 AS uuid[])))
        WITH ORDINALITY AS a(g, n)
        WHERE a.n > 0 OFFSET 0
      ) d
        LEFT JOIN "games" g ON g."id" = d.g
      WHERE g."id" IS NULL
    )
  RETURNING
    "id",
    CASE
      WHEN "created_at" > '-infinity'
      AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
    END,
    CASE
      WHEN "updated_at" > '-infinity'
      AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
    END,
    "apiKey_used"::text,
    "oauth_user_id"::text,
    "gameId",
    "externalTaskId"::text,
    "strategyId"::text,
    "status"::text
)
SELECT *
FROM w
LIMIT CASE
  WHEN (SELECT COUNT(*) FROM w) IN (0, CAST($11 AS bigint)) THEN NULL
  ELSE -1
END;
-- with <game>, 'Keep 402', 's', uuids [<id>], <time>, <time>, null, null, 'open', uuids [<game>],
--   1

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
    SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
    FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
    WITH ORDINALITY AS a(i, e, n)
    WHERE a.n > 0 OFFSET 0
  ) j
)
SELECT
  r.i,
  CAST($5 AS timestamptz),
  CAST($6 AS timestamptz),
  CAST($7 AS text),
  CAST($8 AS text),
  r.g,
  r.e,
  r.s,
  CAST($9 AS text)
FROM r JOIN "games" g ON g."id" = r.g
WHERE 1 = 1
ORDER BY r.n
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE WHEN 1 = 1 THEN excluded."strategyId" END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN GREATEST(
      excluded."updated_at",
      (
        CASE
          WHEN "tasks"."updated_at" > '-infinity'
          AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
        END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
      ) AT TIME ZONE 'UTC'
    )
    ELSE "tasks"."updated_at"
  END
WHERE
  "tasks"."strategyId" <> excluded."strategyId"
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "gameId",
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text;
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 0', 'Update 1'], <time>, <time>, null, null,
--   'open'

-- create_many of two that exist, Update (without a scope)
-- as in: create_many of two, Update (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 0', 'Update 1'], <time>, <time>, null, null,
--   'open'
-- as in: create_many of two that exist, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 0', 'Update 1']

-- create_many of two hundred, Update (without a scope)
-- as in: create_many of two, Update (without a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …],
--   texts ['Update 10', 'Update 100', 'Update 101', …], <time>, <time>, null, null, 'open'

-- create_many of two hundred, two of which exist, Update (without a scope)
-- as in: create_many of two, Update (without a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …],
--   texts ['Update 200', 'Update 201', 'Update 202', …], <time>, <time>, null, null, 'open'
-- as in: create_many of two that exist, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 200', 'Update 201']

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
    SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
    FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
    WITH ORDINALITY AS a(i, e, n)
    WHERE a.n > 0 OFFSET 0
  ) j
)
SELECT
  r.i,
  CAST($5 AS timestamptz),
  CAST($6 AS timestamptz),
  CAST($7 AS text),
  CAST($8 AS text),
  r.g,
  r.e,
  r.s,
  CAST($9 AS text)
FROM r JOIN "games" g ON g."id" = r.g
WHERE
  1 = 1
  AND r.n NOT IN (
    SELECT q.n
    FROM
      r q
      JOIN "tasks" ON "tasks"."id" = q.i
      AND NOT ("tasks"."gameId" = q.g AND "tasks"."externalTaskId" COLLATE "C" = q.e)
  )
ORDER BY r.n
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE WHEN 1 = 1 THEN excluded."strategyId" END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN GREATEST(
      excluded."updated_at",
      (
        CASE
          WHEN "tasks"."updated_at" > '-infinity'
          AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
        END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
      ) AT TIME ZONE 'UTC'
    )
    ELSE "tasks"."updated_at"
  END
WHERE
  "tasks"."strategyId" <> excluded."strategyId"
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "gameId",
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text;
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 500', 'Update 501'], <time>, <time>, null,
--   null, 'open'

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
      a.n - 1 AS n,
      a.i AS i,
      CAST($1 AS uuid) AS g,
      a.e AS e,
      CAST($2 AS text) AS s,
      a.u AS u
    FROM
      unnest(
        (SELECT CAST($3 AS uuid[])),
        (SELECT CAST($4 AS text[])),
        (SELECT CAST($5 AS text[]))
      )
    WITH ORDINALITY AS a(i, e, u, n)
    WHERE a.n > 0 OFFSET 0
  ) j
)
SELECT
  r.i,
  CAST($6 AS timestamptz),
  CAST($7 AS timestamptz),
  CAST($8 AS text),
  CAST($9 AS text),
  r.g,
  r.e,
  r.s,
  r.u
FROM r JOIN "games" g ON g."id" = r.g
WHERE 1 = 1
ORDER BY r.n
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE WHEN 1 = 1 THEN excluded."strategyId" END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN GREATEST(
      excluded."updated_at",
      (
        CASE
          WHEN "tasks"."updated_at" > '-infinity'
          AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
        END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
      ) AT TIME ZONE 'UTC'
    )
    ELSE "tasks"."updated_at"
  END
WHERE
  "tasks"."strategyId" <> excluded."strategyId"
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "gameId",
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text;
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 600', 'Update 601'],
--   texts ['open', 'closed'], <time>, <time>, null, null

-- create_all of two, Update (without a scope)
-- as in: create_many of two that exist, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 400', 'Update 401']
WITH
w AS (
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
      SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
      FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
      WITH ORDINALITY AS a(i, e, n)
      WHERE a.n > 0 OFFSET 0
    ) j
  )
  SELECT
    r.i,
    CAST($5 AS timestamptz),
    CAST($6 AS timestamptz),
    CAST($7 AS text),
    CAST($8 AS text),
    r.g,
    r.e,
    r.s,
    CAST($9 AS text)
  FROM r
  WHERE
    1 = 1
    AND NOT EXISTS (
      SELECT 1
      FROM (
        SELECT a.n - 1 AS n, a.g AS g
        FROM unnest((SELECT CAST($10 AS uuid[])))
        WITH ORDINALITY AS a(g, n)
        WHERE a.n > 0 OFFSET 0
      ) d
        LEFT JOIN "games" g ON g."id" = d.g
      WHERE g."id" IS NULL
    )
  ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
    "strategyId" = CASE
      WHEN 1 = 1
      AND "tasks"."created_at" > '-infinity'
      AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
      AND "tasks"."updated_at" > '-infinity'
      AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN excluded."strategyId"
    END,
    "updated_at" = CASE
      WHEN "tasks"."strategyId" <> excluded."strategyId" THEN GREATEST(
        excluded."updated_at",
        (
          CASE
            WHEN "tasks"."updated_at" > '-infinity'
            AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
          END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
        ) AT TIME ZONE 'UTC'
      )
      ELSE "tasks"."updated_at"
    END
  RETURNING
    "id",
    CASE
      WHEN "created_at" > '-infinity'
      AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
    END,
    CASE
      WHEN "updated_at" > '-infinity'
      AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
    END,
    "apiKey_used"::text,
    "oauth_user_id"::text,
    "gameId",
    "externalTaskId"::text,
    "strategyId"::text,
    "status"::text
)
SELECT *
FROM w
LIMIT CASE
  WHEN (SELECT COUNT(*) FROM w) IN (0, CAST($11 AS bigint)) THEN NULL
  ELSE -1
END;
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 400', 'Update 401'], <time>, <time>, null,
--   null, 'open', uuids [<game>], 2

-- create_all of two, one of which exists, Update (without a scope)
-- as in: create_many of two that exist, Fail (without a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 401', 'Update 402']
WITH
w AS (
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
        a.n - 1 AS n,
        a.i AS i,
        CAST($1 AS uuid) AS g,
        CAST($2 AS text) AS e,
        CAST($3 AS text) AS s
      FROM unnest((SELECT CAST($4 AS uuid[])))
      WITH ORDINALITY AS a(i, n)
      WHERE a.n > 0 OFFSET 0
    ) j
  )
  SELECT
    r.i,
    CAST($5 AS timestamptz),
    CAST($6 AS timestamptz),
    CAST($7 AS text),
    CAST($8 AS text),
    r.g,
    r.e,
    r.s,
    CAST($9 AS text)
  FROM r
  WHERE
    1 = 1
    AND NOT EXISTS (
      SELECT 1
      FROM (
        SELECT a.n - 1 AS n, a.g AS g
        FROM unnest((SELECT CAST($10 AS uuid[])))
        WITH ORDINALITY AS a(g, n)
        WHERE a.n > 0 OFFSET 0
      ) d
        LEFT JOIN "games" g ON g."id" = d.g
      WHERE g."id" IS NULL
    )
  ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
    "strategyId" = CASE
      WHEN 1 = 1
      AND "tasks"."created_at" > '-infinity'
      AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
      AND "tasks"."updated_at" > '-infinity'
      AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN excluded."strategyId"
    END,
    "updated_at" = CASE
      WHEN "tasks"."strategyId" <> excluded."strategyId" THEN GREATEST(
        excluded."updated_at",
        (
          CASE
            WHEN "tasks"."updated_at" > '-infinity'
            AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
          END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
        ) AT TIME ZONE 'UTC'
      )
      ELSE "tasks"."updated_at"
    END
  RETURNING
    "id",
    CASE
      WHEN "created_at" > '-infinity'
      AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
    END,
    CASE
      WHEN "updated_at" > '-infinity'
      AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
    END,
    "apiKey_used"::text,
    "oauth_user_id"::text,
    "gameId",
    "externalTaskId"::text,
    "strategyId"::text,
    "status"::text
)
SELECT *
FROM w
LIMIT CASE
  WHEN (SELECT COUNT(*) FROM w) IN (0, CAST($11 AS bigint)) THEN NULL
  ELSE -1
END;
-- with <game>, 'Update 402', 's', uuids [<id>], <time>, <time>, null, null, 'open', uuids [<game>],
--   1


-- Bulk changes, without a scope
-- =============================

-- update_many by id (without a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT a.n - 1 AS n, a.a AS a
    FROM unnest((SELECT CAST($4 AS uuid[])))
    WITH ORDINALITY AS a(a, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."id" = k.a
  WHERE 1 = 1
    AND (1 = 0 OR "tasks"."strategyId" <> $5 OR "tasks"."status" <> $6)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's', 'changed 0', <time>, uuids [<id>, <id>], 's', 'changed 0'

-- update_many by game and id (without a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT a.n - 1 AS n, a.a AS a, CAST($4 AS uuid) AS g
    FROM unnest((SELECT CAST($5 AS uuid[])))
    WITH ORDINALITY AS a(a, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."id" = k.a
  WHERE 1 = 1
    AND (1 = 0 OR "tasks"."strategyId" <> $6 OR "tasks"."status" <> $7)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's', 'changed 1', <time>, <game>, uuids [<id>, <id>], 's', 'changed 1'

-- update_many by game and external id (without a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT a.n - 1 AS n, a.e AS e, CAST($4 AS uuid) AS g
    FROM unnest((SELECT CAST($5 AS text[])))
    WITH ORDINALITY AS a(e, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."externalTaskId" COLLATE "C" = k.e
    AND "tasks"."externalTaskId" COLLATE "C" >= k.e
    AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  WHERE 1 = 1
    AND (1 = 0 OR "tasks"."strategyId" <> $6 OR "tasks"."status" <> $7)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's', 'changed 2', <time>, <game>, texts ['task 032', 'task 033'], 's', 'changed 2'

-- update_many by keys of two kinds (without a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
    FROM (
      SELECT a.n - 1 AS n, a.a AS a
      FROM unnest((SELECT CAST($4 AS uuid[])))
      WITH ORDINALITY AS a(a, n)
      WHERE a.n > 0 OFFSET 0
    ) k
      JOIN "tasks" ON "tasks"."id" = k.a
    UNION
    SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
    FROM (
      SELECT a.n - 1 AS n, a.e AS e, CAST($5 AS uuid) AS g
      FROM unnest((SELECT CAST($6 AS text[])))
      WITH ORDINALITY AS a(e, n)
      WHERE a.n > 0 OFFSET 0
    ) k
      JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
      AND "tasks"."externalTaskId" COLLATE "C" = k.e
      AND "tasks"."externalTaskId" COLLATE "C" >= k.e
      AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."id" = k.a
  WHERE 1 = 1
    AND (1 = 0 OR "tasks"."strategyId" <> $7 OR "tasks"."status" <> $8)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's', 'changed 3', <time>, uuids [<id>], <game>, texts ['task 035'], 's', 'changed 3'

-- update_many of a game (without a scope)
SELECT "tasks"."externalTaskId" COLLATE "C"
FROM "tasks"
WHERE 1 = 1 AND "tasks"."gameId" = $1
ORDER BY "tasks"."externalTaskId" COLLATE "C"
LIMIT 1 OFFSET $2;
-- with <game>, 9999
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM "tasks"
  WHERE
    1 = 1
    AND "tasks"."gameId" = $4
    AND (1 = 0 OR "tasks"."strategyId" <> $5 OR "tasks"."status" <> $6)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's', 'game', <time>, <game>, 's', 'game'

-- update_many of all games, by status (without a scope)
SELECT "tasks"."id"
FROM "tasks"
WHERE 1 = 1
ORDER BY "tasks"."id"
LIMIT 1 OFFSET $1;
-- with 9999
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM "tasks"
  WHERE
    1 = 1
    AND "tasks"."status" IN ($4)
    AND (1 = 0 OR "tasks"."strategyId" <> $5 OR "tasks"."status" <> $6)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's', 'all', <time>, 'game', 's', 'all'

-- reassign_strategy in a game (without a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
UPDATE "tasks" SET
  "strategyId" = $1,
  "updated_at" = GREATEST(
    $2,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM "tasks"
  WHERE
    1 = 1
    AND "tasks"."gameId" = $3
    AND "tasks"."strategyId" IN ($4)
    AND (1 = 0 OR "tasks"."strategyId" <> $5)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 't', <time>, <game>, 's', 't'

-- delete_many by id (without a scope)
DELETE FROM "tasks"
USING (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT a.n - 1 AS n, a.a AS a
    FROM unnest((SELECT CAST($1 AS uuid[])))
    WITH ORDINALITY AS a(a, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."id" = k.a
  WHERE 1 = 1
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with uuids [<id>, <id>]

-- delete_many by game and id (without a scope)
DELETE FROM "tasks"
USING (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT a.n - 1 AS n, a.a AS a, CAST($1 AS uuid) AS g
    FROM unnest((SELECT CAST($2 AS uuid[])))
    WITH ORDINALITY AS a(a, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."id" = k.a
  WHERE 1 = 1
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with <game>, uuids [<id>, <id>]

-- delete_many by game and external id (without a scope)
DELETE FROM "tasks"
USING (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT a.n - 1 AS n, a.e AS e, CAST($1 AS uuid) AS g
    FROM unnest((SELECT CAST($2 AS text[])))
    WITH ORDINALITY AS a(e, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."externalTaskId" COLLATE "C" = k.e
    AND "tasks"."externalTaskId" COLLATE "C" >= k.e
    AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  WHERE 1 = 1
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with <game>, texts ['task 032', 'task 033']

-- delete_many by keys of two kinds (without a scope)
DELETE FROM "tasks"
USING (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
    FROM (
      SELECT a.n - 1 AS n, a.a AS a
      FROM unnest((SELECT CAST($1 AS uuid[])))
      WITH ORDINALITY AS a(a, n)
      WHERE a.n > 0 OFFSET 0
    ) k
      JOIN "tasks" ON "tasks"."id" = k.a
    UNION
    SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
    FROM (
      SELECT a.n - 1 AS n, a.e AS e, CAST($2 AS uuid) AS g
      FROM unnest((SELECT CAST($3 AS text[])))
      WITH ORDINALITY AS a(e, n)
      WHERE a.n > 0 OFFSET 0
    ) k
      JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
      AND "tasks"."externalTaskId" COLLATE "C" = k.e
      AND "tasks"."externalTaskId" COLLATE "C" >= k.e
      AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."id" = k.a
  WHERE 1 = 1
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with uuids [<id>], <game>, texts ['task 035']

-- delete_many of all games, by strategy (without a scope)
-- as in: update_many of all games, by status (without a scope)
-- with 9999
DELETE FROM "tasks"
USING (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM "tasks"
  WHERE 1 = 1
    AND "tasks"."strategyId" IN ($1)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's'

-- delete_game (without a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
DELETE FROM "tasks"
USING (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM "tasks"
  WHERE 1 = 1
    AND "tasks"."gameId" = $1
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with <game>


-- Resolver, without a scope
-- =========================

-- resolve by id (without a scope)
SELECT
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  "tasks"."gameId" AS game_id
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE "tasks"."id" = $1;
-- with <id>

-- resolve_with_task by id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE "tasks"."id" = $1;
-- with <id>

-- resolve by game and id (without a scope)
SELECT "tasks"."strategyId" AS own, g."strategyId" AS inherited
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE "tasks"."gameId" = $1 AND "tasks"."id" = $2;
-- with <game>, <id>

-- resolve_with_task by game and id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE "tasks"."gameId" = $1 AND "tasks"."id" = $2;
-- with <game>, <id>

-- resolve by game and external id (without a scope)
SELECT
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  "tasks"."id" AS task_id
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE "tasks"."gameId" = $1 AND "tasks"."externalTaskId" COLLATE "C" = $2;
-- with <game>, 'task 036'

-- resolve_with_task by game and external id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE "tasks"."gameId" = $1 AND "tasks"."externalTaskId" COLLATE "C" = $2;
-- with <game>, 'task 036'

-- resolve_game (without a scope)
SELECT g."strategyId" AS inherited
FROM "games" g
WHERE g."id" = $1;
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
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with uuids [<id>, <id>, <id>]

-- resolve_many_with_tasks by id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with uuids [<id>, <id>, <id>]

-- find_many by id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
WHERE 1 = 1;
-- with uuids [<id>, <id>, <id>]

-- resolve_many by game and id (without a scope)
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with <game>, uuids [<id>, <id>, <id>]

-- resolve_many_with_tasks by game and id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with <game>, uuids [<id>, <id>, <id>]

-- find_many by game and id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
WHERE 1 = 1;
-- with <game>, uuids [<id>, <id>, <id>]

-- resolve_many by game and external id (without a scope)
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with <game>, texts ['task 036', 'task 037', 'task 038']

-- resolve_many_with_tasks by game and external id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with <game>, texts ['task 036', 'task 037', 'task 038']

-- find_many by game and external id (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
WHERE 1 = 1;
-- with <game>, texts ['task 036', 'task 037', 'task 038']

-- resolve_many by keys of all kinds (without a scope)
SELECT
  "tasks"."gameId" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1
UNION ALL
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n + $2 AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($3 AS uuid) AS g
  FROM unnest((SELECT CAST($4 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1
UNION ALL
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n + $5 AS n
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($6 AS uuid) AS g
  FROM unnest((SELECT CAST($7 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with uuids [<id>], 1, <game>, uuids [<id>], 2, <game>, texts ['task 038']

-- resolve_many_with_tasks by keys of all kinds (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n + $2 AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($3 AS uuid) AS g
  FROM unnest((SELECT CAST($4 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n + $5 AS n
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($6 AS uuid) AS g
  FROM unnest((SELECT CAST($7 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE 1 = 1;
-- with uuids [<id>], 1, <game>, uuids [<id>], 2, <game>, texts ['task 038']

-- find_many by keys of all kinds (without a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
WHERE 1 = 1
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n + $2 AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($3 AS uuid) AS g
  FROM unnest((SELECT CAST($4 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
WHERE 1 = 1
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n + $5 AS n
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($6 AS uuid) AS g
  FROM unnest((SELECT CAST($7 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
WHERE 1 = 1;
-- with uuids [<id>], 1, <game>, uuids [<id>], 2, <game>, texts ['task 038']


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
SELECT $1, $2, $3, $4, $5, g."id", $6, $7, $8
FROM "games" g
WHERE g."id" = $9 AND g."apiKey_used" COLLATE "C" = $10
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
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
WITH
r AS (
  SELECT *
  FROM (
    SELECT
      a.n - 1 AS n,
      a.i AS i,
      CAST($1 AS uuid) AS g,
      CAST($2 AS text) AS e,
      CAST($3 AS text) AS s
    FROM unnest((SELECT CAST($4 AS uuid[])))
    WITH ORDINALITY AS a(i, n)
    WHERE a.n > 0 OFFSET 0
  ) r
)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  r.n AS n,
  CAST(NULL AS uuid) AS game,
  CASE
    WHEN 1 = 1
    AND ("tasks"."apiKey_used" = $5 OR g."apiKey_used" COLLATE "C" = $6) THEN "tasks"."id"
  END AS seen,
  CAST(NULL AS uuid) AS taken
FROM
  r
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ r.g, r.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = r.e
  AND "tasks"."externalTaskId" COLLATE "C" >= r.e
  AND "tasks"."externalTaskId" COLLATE "C" <= r.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
UNION ALL
SELECT
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  r.n,
  CASE WHEN 1 = 1 AND g."apiKey_used" COLLATE "C" = $7 THEN g."id" END,
  NULL,
  NULL
FROM r JOIN "games" g ON g."id" = r.g
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, r.n, NULL, NULL, x."id"
FROM r JOIN "tasks" x ON x."id" = r.i;
-- with <game>, 'task', 'own', uuids [<id>], 'gme_live_mine', 'gme_live_mine', 'gme_live_mine'

-- create, where the id is taken (in a scope)
-- as in: create (in a scope)
-- with <id>, <time>, <time>, 'gme_live_mine', null, 'other', 'default', 'open', <game>,
--   'gme_live_mine'
-- as in: create, where the name is taken (in a scope)
-- with <game>, 'other', 'default', uuids [<id>], 'gme_live_mine', 'gme_live_mine', 'gme_live_mine'

-- create, where the game is missing (in a scope)
-- as in: create (in a scope)
-- with <id>, <time>, <time>, 'gme_live_mine', null, 'task', 'default', 'open', <id>,
--   'gme_live_mine'
-- as in: create, where the name is taken (in a scope)
-- with <id>, 'task', 'default', uuids [<id>], 'gme_live_mine', 'gme_live_mine', 'gme_live_mine'

-- find by id (in a scope)
SELECT
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  "tasks"."id" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  );
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- find by game and id (in a scope)
SELECT
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  "tasks"."gameId" = $1
  AND "tasks"."id" = $2
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  );
-- with <game>, <id>, 'gme_live_mine', 'gme_live_mine'

-- find by game and external id (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  "tasks"."gameId" = $1
  AND "tasks"."externalTaskId" COLLATE "C" = $2
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  );
-- with <game>, 'task', 'gme_live_mine', 'gme_live_mine'

-- update by id (in a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."id" = $4
  AND (
    "tasks"."apiKey_used" = $5
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $6
    )
  )
  AND (1 = 0 OR "tasks"."strategyId" <> $7 OR "tasks"."status" <> $8)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'another', 'by id', <time>, <id>, 'gme_live_mine', 'gme_live_mine', 'another', 'by id'

-- update by game and id (in a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."gameId" = $4
  AND "tasks"."id" = $5
  AND (
    "tasks"."apiKey_used" = $6
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $7
    )
  )
  AND (1 = 0 OR "tasks"."strategyId" <> $8 OR "tasks"."status" <> $9)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'another', 'by game and id', <time>, <game>, <id>, 'gme_live_mine', 'gme_live_mine',
--   'another', 'by game and id'

-- update by game and external id (in a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."gameId" = $4
  AND "tasks"."externalTaskId" COLLATE "C" = $5
  AND (
    "tasks"."apiKey_used" = $6
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $7
    )
  )
  AND (1 = 0 OR "tasks"."strategyId" <> $8 OR "tasks"."status" <> $9)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'another', 'by game and external id', <time>, <game>, 'task', 'gme_live_mine',
--   'gme_live_mine', 'another', 'by game and external id'

-- update, with preconditions (in a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "updated_at" = GREATEST(
    $2,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."id" = $3
  AND (
    "tasks"."apiKey_used" = $4
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $5
    )
  )
  AND "tasks"."status" = $6
  AND "tasks"."updated_at" <= $7
  AND (1 = 0 OR "tasks"."strategyId" <> $8)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'third', <time>, <id>, 'gme_live_mine', 'gme_live_mine', 'by game and external id', <time>,
--   'third'

-- update, refused (in a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "updated_at" = GREATEST(
    $2,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."id" = $3
  AND (
    "tasks"."apiKey_used" = $4
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $5
    )
  )
  AND "tasks"."status" = $6
  AND (1 = 0 OR "tasks"."strategyId" <> $7)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'fourth', <time>, <id>, 'gme_live_mine', 'gme_live_mine', 'no such status', 'fourth'
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- update of nothing (in a scope)
UPDATE "tasks" SET
  "status" = $1,
  "updated_at" = GREATEST(
    $2,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."id" = $3
  AND (
    "tasks"."apiKey_used" = $4
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $5
    )
  )
  AND (1 = 0 OR "tasks"."status" <> $6)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'closed', <time>, <id>, 'gme_live_mine', 'gme_live_mine', 'closed'
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- transition (in a scope)
UPDATE "tasks" SET
  "status" = $1,
  "updated_at" = GREATEST(
    $2,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
WHERE
  "tasks"."id" = $3
  AND (
    "tasks"."apiKey_used" = $4
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $5
    )
  )
  AND "tasks"."status" = $6
  AND (1 = 0 OR "tasks"."status" <> $7)
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with 'closed', <time>, <id>, 'gme_live_mine', 'gme_live_mine', 'by game and external id',
--   'closed'

-- transition, refused (in a scope)
-- as in: transition (in a scope)
-- with 'done', <time>, <id>, 'gme_live_mine', 'gme_live_mine', 'open', 'done'
-- as in: find by id (in a scope)
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- delete by id (in a scope)
DELETE FROM "tasks"
WHERE
  "tasks"."id" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
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
  "tasks"."gameId" = $1
  AND "tasks"."id" = $2
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  )
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
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
  "tasks"."gameId" = $1
  AND "tasks"."externalTaskId" COLLATE "C" = $2
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  )
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
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
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by Created, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
  AND ("tasks"."created_at", "tasks"."id") > (SELECT $4, $5)
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', <time>, <id>

-- list by Created, descending (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
ORDER BY "tasks"."created_at" DESC, "tasks"."id" DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by Created, descending, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
  AND ("tasks"."created_at", "tasks"."id") < (SELECT $4, $5)
ORDER BY "tasks"."created_at" DESC, "tasks"."id" DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', <time>, <id>

-- list by Updated (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
ORDER BY "tasks"."updated_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by Updated, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
  AND ("tasks"."updated_at", "tasks"."id") > (SELECT $4, $5)
ORDER BY "tasks"."updated_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', <time>, <id>

-- list by Updated, descending (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
ORDER BY "tasks"."updated_at" DESC, "tasks"."id" DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by Updated, descending, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
  AND ("tasks"."updated_at", "tasks"."id") < (SELECT $4, $5)
ORDER BY "tasks"."updated_at" DESC, "tasks"."id" DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', <time>, <id>

-- list by ExternalId (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
ORDER BY "tasks"."externalTaskId" COLLATE "C" ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by ExternalId, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
  AND "tasks"."externalTaskId" COLLATE "C" > $4
ORDER BY "tasks"."externalTaskId" COLLATE "C" ASC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', 'task 050'

-- list by ExternalId, descending (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
ORDER BY "tasks"."externalTaskId" COLLATE "C" DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list by ExternalId, descending, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
  AND "tasks"."externalTaskId" COLLATE "C" < $4
ORDER BY "tasks"."externalTaskId" COLLATE "C" DESC
LIMIT 11;
-- with <game>, 'gme_live_mine', 'gme_live_mine', 'task 056'

-- list, the second page of seven, with the total (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT $4 OFFSET $5;
-- with <game>, 'gme_live_mine', 'gme_live_mine', 8, 7
SELECT COUNT(*)
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  );
-- with <game>, 'gme_live_mine', 'gme_live_mine'

-- list of all games (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
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
    "tasks"."apiKey_used" = $1
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $2
    )
  )
ORDER BY "tasks"."externalTaskId" COLLATE "C" ASC, "tasks"."id" ASC
LIMIT 11;
-- with 'gme_live_mine', 'gme_live_mine'

-- list of all games, after a cursor (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
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
    "tasks"."apiKey_used" = $1
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $2
    )
  )
  AND ("tasks"."externalTaskId" COLLATE "C", "tasks"."id") > (SELECT $3, $4)
ORDER BY "tasks"."externalTaskId" COLLATE "C" ASC, "tasks"."id" ASC
LIMIT 11;
-- with 'gme_live_mine', 'gme_live_mine', 'task 050', <id>

-- list by a filter of everything but keys (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "externalTaskId",
  "strategyId",
  "status"
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND "tasks"."status" IN ($2, $3)
  AND "tasks"."strategyId" IN ($4)
  AND "tasks"."externalTaskId" COLLATE "C" >= $5
  AND "tasks"."externalTaskId" COLLATE "C" < $6
  AND "tasks"."created_at" >= $7
  AND "tasks"."created_at" < $8
  AND (
    "tasks"."apiKey_used" = $9
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $10
    )
  )
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>, 'closed', 'open', 'default', 'task', 'tasl', <time>, <time>, 'gme_live_mine',
--   'gme_live_mine'

-- count by a filter of everything but keys (in a scope)
SELECT COUNT(*)
FROM "tasks"
WHERE
  1 = 1
  AND "tasks"."gameId" = $1
  AND "tasks"."status" IN ($2, $3)
  AND "tasks"."strategyId" IN ($4)
  AND "tasks"."externalTaskId" COLLATE "C" >= $5
  AND "tasks"."externalTaskId" COLLATE "C" < $6
  AND "tasks"."created_at" >= $7
  AND "tasks"."created_at" < $8
  AND (
    "tasks"."apiKey_used" = $9
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $10
    )
  );
-- with <game>, 'closed', 'open', 'default', 'task', 'tasl', <time>, <time>, 'gme_live_mine',
--   'gme_live_mine'

-- list by id (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with uuids [<id>, <id>], 'gme_live_mine', 'gme_live_mine'

-- count by id (in a scope)
SELECT COUNT(*)
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  );
-- with uuids [<id>, <id>], 'gme_live_mine', 'gme_live_mine'

-- list by game and id (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  )
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>, uuids [<id>, <id>], 'gme_live_mine', 'gme_live_mine'

-- count by game and id (in a scope)
SELECT COUNT(*)
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  );
-- with <game>, uuids [<id>, <id>], 'gme_live_mine', 'gme_live_mine'

-- list by game and external id (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  )
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with <game>, texts ['task 045', 'task 046'], 'gme_live_mine', 'gme_live_mine'

-- count by game and external id (in a scope)
SELECT COUNT(*)
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  );
-- with <game>, texts ['task 045', 'task 046'], 'gme_live_mine', 'gme_live_mine'

-- list by keys of two kinds (in a scope)
SELECT
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status"
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM (
    SELECT a.n - 1 AS n, a.a AS a
    FROM unnest((SELECT CAST($1 AS uuid[])))
    WITH ORDINALITY AS a(a, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."id" = k.a
  UNION
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM (
    SELECT a.n - 1 AS n, a.e AS e, CAST($2 AS uuid) AS g
    FROM unnest((SELECT CAST($3 AS text[])))
    WITH ORDINALITY AS a(e, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."externalTaskId" COLLATE "C" = k.e
    AND "tasks"."externalTaskId" COLLATE "C" >= k.e
    AND "tasks"."externalTaskId" COLLATE "C" <= k.e
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $4
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $5
    )
  )
ORDER BY "tasks"."created_at" ASC, "tasks"."id" ASC
LIMIT 11;
-- with uuids [<id>], <game>, texts ['task 048'], 'gme_live_mine', 'gme_live_mine'

-- count by keys of two kinds (in a scope)
SELECT COUNT(*)
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM (
    SELECT a.n - 1 AS n, a.a AS a
    FROM unnest((SELECT CAST($1 AS uuid[])))
    WITH ORDINALITY AS a(a, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."id" = k.a
  UNION
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
  FROM (
    SELECT a.n - 1 AS n, a.e AS e, CAST($2 AS uuid) AS g
    FROM unnest((SELECT CAST($3 AS text[])))
    WITH ORDINALITY AS a(e, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."externalTaskId" COLLATE "C" = k.e
    AND "tasks"."externalTaskId" COLLATE "C" >= k.e
    AND "tasks"."externalTaskId" COLLATE "C" <= k.e
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $4
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $5
    )
  );
-- with uuids [<id>], <game>, texts ['task 048'], 'gme_live_mine', 'gme_live_mine'

-- count of all games (in a scope)
SELECT COUNT(*)
FROM "tasks"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $1
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $2
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
    SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
    FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
    WITH ORDINALITY AS a(i, e, n)
    WHERE a.n > 0 OFFSET 0
  ) j
)
SELECT
  r.i,
  CAST($5 AS timestamptz),
  CAST($6 AS timestamptz),
  CAST($7 AS text),
  CAST($8 AS text),
  r.g,
  r.e,
  r.s,
  CAST($9 AS text)
FROM
  r
  JOIN "games" g ON g."id" = r.g
  AND g."apiKey_used" COLLATE "C" = CAST($10 AS text)
WHERE 1 = 1
ORDER BY r.n
ON CONFLICT DO NOTHING
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "gameId",
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text;
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 0', 'Fail 1'], <time>, <time>,
--   'gme_live_mine', null, 'open', 'gme_live_mine'

-- create_many of two that exist, Fail (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 0', 'Fail 1'], <time>, <time>,
--   'gme_live_mine', null, 'open', 'gme_live_mine'
WITH
r AS (
  SELECT *
  FROM (
    SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
    FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
    WITH ORDINALITY AS a(i, e, n)
    WHERE a.n > 0 OFFSET 0
  ) r
)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  r.n AS n,
  CAST(NULL AS uuid) AS game,
  CASE
    WHEN 1 = 1
    AND ("tasks"."apiKey_used" = $5 OR g."apiKey_used" COLLATE "C" = $6) THEN "tasks"."id"
  END AS seen,
  CAST(NULL AS uuid) AS taken
FROM
  r
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ r.g, r.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = r.e
  AND "tasks"."externalTaskId" COLLATE "C" >= r.e
  AND "tasks"."externalTaskId" COLLATE "C" <= r.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
UNION ALL
SELECT
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  r.n,
  CASE WHEN 1 = 1 AND g."apiKey_used" COLLATE "C" = $7 THEN g."id" END,
  NULL,
  NULL
FROM r JOIN "games" g ON g."id" = r.g
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, r.n, NULL, NULL, x."id"
FROM r JOIN "tasks" x ON x."id" = r.i;
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 0', 'Fail 1'], 'gme_live_mine',
--   'gme_live_mine', 'gme_live_mine'

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
    SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
    FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
    WITH ORDINALITY AS a(i, e, n)
    WHERE a.n > 0 OFFSET 0
  ) j
)
SELECT
  r.i,
  CAST($5 AS timestamptz),
  CAST($6 AS timestamptz),
  CAST($7 AS text),
  CAST($8 AS text),
  r.g,
  r.e,
  r.s,
  CAST($9 AS text)
FROM r
WHERE
  1 = 1
  AND NOT EXISTS (
    SELECT 1
    FROM (
      SELECT a.n - 1 AS n, a.g AS g
      FROM unnest((SELECT CAST($10 AS uuid[])))
      WITH ORDINALITY AS a(g, n)
      WHERE a.n > 0 OFFSET 0
    ) d
      LEFT JOIN "games" g ON g."id" = d.g
      AND g."apiKey_used" COLLATE "C" = CAST($11 AS text)
    WHERE g."id" IS NULL
  )
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "gameId",
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text;
-- with <game>, 's', uuids [<id>, <id>, <id>, …], texts ['Fail 10', 'Fail 100', 'Fail 101', …],
--   <time>, <time>, 'gme_live_mine', null, 'open', uuids [<game>], 'gme_live_mine'

-- create_many of two hundred, two of which exist, Fail (in a scope)
-- as in: create_many of two hundred, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …], texts ['Fail 200', 'Fail 201', 'Fail 202', …],
--   <time>, <time>, 'gme_live_mine', null, 'open', uuids [<game>], 'gme_live_mine'
-- as in: create_many of two, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …], texts ['Fail 200', 'Fail 201', 'Fail 202', …],
--   <time>, <time>, 'gme_live_mine', null, 'open', 'gme_live_mine'
-- as in: create_many of two that exist, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 200', 'Fail 201'], 'gme_live_mine',
--   'gme_live_mine', 'gme_live_mine'

-- create_many with ids, Fail (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 500', 'Fail 501'], <time>, <time>,
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
      a.n - 1 AS n,
      a.i AS i,
      CAST($1 AS uuid) AS g,
      a.e AS e,
      CAST($2 AS text) AS s,
      a.u AS u
    FROM
      unnest(
        (SELECT CAST($3 AS uuid[])),
        (SELECT CAST($4 AS text[])),
        (SELECT CAST($5 AS text[]))
      )
    WITH ORDINALITY AS a(i, e, u, n)
    WHERE a.n > 0 OFFSET 0
  ) j
)
SELECT
  r.i,
  CAST($6 AS timestamptz),
  CAST($7 AS timestamptz),
  CAST($8 AS text),
  CAST($9 AS text),
  r.g,
  r.e,
  r.s,
  r.u
FROM
  r
  JOIN "games" g ON g."id" = r.g
  AND g."apiKey_used" COLLATE "C" = CAST($10 AS text)
WHERE 1 = 1
ORDER BY r.n
ON CONFLICT DO NOTHING
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "gameId",
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text;
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 600', 'Fail 601'], texts ['open', 'closed'],
--   <time>, <time>, 'gme_live_mine', null, 'gme_live_mine'

-- create_all of two, Fail (in a scope)
WITH
w AS (
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
      SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
      FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
      WITH ORDINALITY AS a(i, e, n)
      WHERE a.n > 0 OFFSET 0
    ) j
  )
  SELECT
    r.i,
    CAST($5 AS timestamptz),
    CAST($6 AS timestamptz),
    CAST($7 AS text),
    CAST($8 AS text),
    r.g,
    r.e,
    r.s,
    CAST($9 AS text)
  FROM r
  WHERE
    1 = 1
    AND NOT EXISTS (
      SELECT 1
      FROM (
        SELECT a.n - 1 AS n, a.g AS g
        FROM unnest((SELECT CAST($10 AS uuid[])))
        WITH ORDINALITY AS a(g, n)
        WHERE a.n > 0 OFFSET 0
      ) d
        LEFT JOIN "games" g ON g."id" = d.g
        AND g."apiKey_used" COLLATE "C" = CAST($11 AS text)
      WHERE g."id" IS NULL
    )
  RETURNING
    "id",
    CASE
      WHEN "created_at" > '-infinity'
      AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
    END,
    CASE
      WHEN "updated_at" > '-infinity'
      AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
    END,
    "apiKey_used"::text,
    "oauth_user_id"::text,
    "gameId",
    "externalTaskId"::text,
    "strategyId"::text,
    "status"::text
)
SELECT *
FROM w
LIMIT CASE
  WHEN (SELECT COUNT(*) FROM w) IN (0, CAST($12 AS bigint)) THEN NULL
  ELSE -1
END;
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 400', 'Fail 401'], <time>, <time>,
--   'gme_live_mine', null, 'open', uuids [<game>], 'gme_live_mine', 2

-- create_all of two, one of which exists, Fail (in a scope)
-- as in: create_all of two, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 401', 'Fail 402'], <time>, <time>,
--   'gme_live_mine', null, 'open', uuids [<game>], 'gme_live_mine', 2
-- as in: create_many of two that exist, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Fail 401', 'Fail 402'], 'gme_live_mine',
--   'gme_live_mine', 'gme_live_mine'

-- create_many of two, Keep (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 0', 'Keep 1'], <time>, <time>,
--   'gme_live_mine', null, 'open', 'gme_live_mine'

-- create_many of two that exist, Keep (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 0', 'Keep 1'], <time>, <time>,
--   'gme_live_mine', null, 'open', 'gme_live_mine'
-- as in: create_many of two that exist, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 0', 'Keep 1'], 'gme_live_mine',
--   'gme_live_mine', 'gme_live_mine'

-- create_many of two hundred, Keep (in a scope)
-- as in: create_many of two hundred, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …], texts ['Keep 10', 'Keep 100', 'Keep 101', …],
--   <time>, <time>, 'gme_live_mine', null, 'open', uuids [<game>], 'gme_live_mine'

-- create_many of two hundred, two of which exist, Keep (in a scope)
-- as in: create_many of two hundred, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …], texts ['Keep 200', 'Keep 201', 'Keep 202', …],
--   <time>, <time>, 'gme_live_mine', null, 'open', uuids [<game>], 'gme_live_mine'
-- as in: create_many of two, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …], texts ['Keep 200', 'Keep 201', 'Keep 202', …],
--   <time>, <time>, 'gme_live_mine', null, 'open', 'gme_live_mine'
-- as in: create_many of two that exist, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 200', 'Keep 201'], 'gme_live_mine',
--   'gme_live_mine', 'gme_live_mine'

-- create_many with ids, Keep (in a scope)
-- as in: create_many of two, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 500', 'Keep 501'], <time>, <time>,
--   'gme_live_mine', null, 'open', 'gme_live_mine'

-- create_many with different statuses, Keep (in a scope)
-- as in: create_many with different statuses, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 600', 'Keep 601'], texts ['open', 'closed'],
--   <time>, <time>, 'gme_live_mine', null, 'gme_live_mine'

-- create_all of two, Keep (in a scope)
-- as in: create_all of two, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 400', 'Keep 401'], <time>, <time>,
--   'gme_live_mine', null, 'open', uuids [<game>], 'gme_live_mine', 2

-- create_all of two, one of which exists, Keep (in a scope)
-- as in: create_all of two, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 401', 'Keep 402'], <time>, <time>,
--   'gme_live_mine', null, 'open', uuids [<game>], 'gme_live_mine', 2
-- as in: create_many of two that exist, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Keep 401', 'Keep 402'], 'gme_live_mine',
--   'gme_live_mine', 'gme_live_mine'
WITH
w AS (
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
        a.n - 1 AS n,
        a.i AS i,
        CAST($1 AS uuid) AS g,
        CAST($2 AS text) AS e,
        CAST($3 AS text) AS s
      FROM unnest((SELECT CAST($4 AS uuid[])))
      WITH ORDINALITY AS a(i, n)
      WHERE a.n > 0 OFFSET 0
    ) j
  )
  SELECT
    r.i,
    CAST($5 AS timestamptz),
    CAST($6 AS timestamptz),
    CAST($7 AS text),
    CAST($8 AS text),
    r.g,
    r.e,
    r.s,
    CAST($9 AS text)
  FROM r
  WHERE
    1 = 1
    AND NOT EXISTS (
      SELECT 1
      FROM (
        SELECT a.n - 1 AS n, a.g AS g
        FROM unnest((SELECT CAST($10 AS uuid[])))
        WITH ORDINALITY AS a(g, n)
        WHERE a.n > 0 OFFSET 0
      ) d
        LEFT JOIN "games" g ON g."id" = d.g
        AND g."apiKey_used" COLLATE "C" = CAST($11 AS text)
      WHERE g."id" IS NULL
    )
  RETURNING
    "id",
    CASE
      WHEN "created_at" > '-infinity'
      AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
    END,
    CASE
      WHEN "updated_at" > '-infinity'
      AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
    END,
    "apiKey_used"::text,
    "oauth_user_id"::text,
    "gameId",
    "externalTaskId"::text,
    "strategyId"::text,
    "status"::text
)
SELECT *
FROM w
LIMIT CASE
  WHEN (SELECT COUNT(*) FROM w) IN (0, CAST($12 AS bigint)) THEN NULL
  ELSE -1
END;
-- with <game>, 'Keep 402', 's', uuids [<id>], <time>, <time>, 'gme_live_mine', null, 'open',
--   uuids [<game>], 'gme_live_mine', 1

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
    SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
    FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
    WITH ORDINALITY AS a(i, e, n)
    WHERE a.n > 0 OFFSET 0
  ) j
)
SELECT
  r.i,
  CAST($5 AS timestamptz),
  CAST($6 AS timestamptz),
  CAST($7 AS text),
  CAST($8 AS text),
  r.g,
  r.e,
  r.s,
  CAST($9 AS text)
FROM
  r
  JOIN "games" g ON g."id" = r.g
  AND g."apiKey_used" COLLATE "C" = CAST($10 AS text)
WHERE 1 = 1
ORDER BY r.n
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE WHEN 1 = 1 THEN excluded."strategyId" END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN GREATEST(
      excluded."updated_at",
      (
        CASE
          WHEN "tasks"."updated_at" > '-infinity'
          AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
        END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
      ) AT TIME ZONE 'UTC'
    )
    ELSE "tasks"."updated_at"
  END
WHERE
  "tasks"."strategyId" <> excluded."strategyId"
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "gameId",
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text;
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 0', 'Update 1'], <time>, <time>,
--   'gme_live_mine', null, 'open', 'gme_live_mine'

-- create_many of two that exist, Update (in a scope)
-- as in: create_many of two, Update (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 0', 'Update 1'], <time>, <time>,
--   'gme_live_mine', null, 'open', 'gme_live_mine'
-- as in: create_many of two that exist, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 0', 'Update 1'], 'gme_live_mine',
--   'gme_live_mine', 'gme_live_mine'

-- create_many of two hundred, Update (in a scope)
-- as in: create_many of two, Update (in a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …],
--   texts ['Update 10', 'Update 100', 'Update 101', …], <time>, <time>, 'gme_live_mine', null,
--   'open', 'gme_live_mine'

-- create_many of two hundred, two of which exist, Update (in a scope)
-- as in: create_many of two, Update (in a scope)
-- with <game>, 's', uuids [<id>, <id>, <id>, …],
--   texts ['Update 200', 'Update 201', 'Update 202', …], <time>, <time>, 'gme_live_mine', null,
--   'open', 'gme_live_mine'
-- as in: create_many of two that exist, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 200', 'Update 201'], 'gme_live_mine',
--   'gme_live_mine', 'gme_live_mine'

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
    SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
    FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
    WITH ORDINALITY AS a(i, e, n)
    WHERE a.n > 0 OFFSET 0
  ) j
)
SELECT
  r.i,
  CAST($5 AS timestamptz),
  CAST($6 AS timestamptz),
  CAST($7 AS text),
  CAST($8 AS text),
  r.g,
  r.e,
  r.s,
  CAST($9 AS text)
FROM
  r
  JOIN "games" g ON g."id" = r.g
  AND g."apiKey_used" COLLATE "C" = CAST($10 AS text)
WHERE
  1 = 1
  AND r.n NOT IN (
    SELECT q.n
    FROM
      r q
      JOIN "tasks" ON "tasks"."id" = q.i
      AND NOT ("tasks"."gameId" = q.g AND "tasks"."externalTaskId" COLLATE "C" = q.e)
  )
ORDER BY r.n
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE WHEN 1 = 1 THEN excluded."strategyId" END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN GREATEST(
      excluded."updated_at",
      (
        CASE
          WHEN "tasks"."updated_at" > '-infinity'
          AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
        END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
      ) AT TIME ZONE 'UTC'
    )
    ELSE "tasks"."updated_at"
  END
WHERE
  "tasks"."strategyId" <> excluded."strategyId"
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "gameId",
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text;
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 500', 'Update 501'], <time>, <time>,
--   'gme_live_mine', null, 'open', 'gme_live_mine'

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
      a.n - 1 AS n,
      a.i AS i,
      CAST($1 AS uuid) AS g,
      a.e AS e,
      CAST($2 AS text) AS s,
      a.u AS u
    FROM
      unnest(
        (SELECT CAST($3 AS uuid[])),
        (SELECT CAST($4 AS text[])),
        (SELECT CAST($5 AS text[]))
      )
    WITH ORDINALITY AS a(i, e, u, n)
    WHERE a.n > 0 OFFSET 0
  ) j
)
SELECT
  r.i,
  CAST($6 AS timestamptz),
  CAST($7 AS timestamptz),
  CAST($8 AS text),
  CAST($9 AS text),
  r.g,
  r.e,
  r.s,
  r.u
FROM
  r
  JOIN "games" g ON g."id" = r.g
  AND g."apiKey_used" COLLATE "C" = CAST($10 AS text)
WHERE 1 = 1
ORDER BY r.n
ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
  "strategyId" = CASE WHEN 1 = 1 THEN excluded."strategyId" END,
  "updated_at" = CASE
    WHEN "tasks"."strategyId" <> excluded."strategyId" THEN GREATEST(
      excluded."updated_at",
      (
        CASE
          WHEN "tasks"."updated_at" > '-infinity'
          AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
        END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
      ) AT TIME ZONE 'UTC'
    )
    ELSE "tasks"."updated_at"
  END
WHERE
  "tasks"."strategyId" <> excluded."strategyId"
  AND "tasks"."created_at" > '-infinity'
  AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
  AND "tasks"."updated_at" > '-infinity'
  AND "tasks"."updated_at" < '262142-01-01 00:00:00+00'
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used"::text,
  "oauth_user_id"::text,
  "gameId",
  "externalTaskId"::text,
  "strategyId"::text,
  "status"::text;
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 600', 'Update 601'],
--   texts ['open', 'closed'], <time>, <time>, 'gme_live_mine', null, 'gme_live_mine'

-- create_all of two, Update (in a scope)
-- as in: create_many of two that exist, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 400', 'Update 401'], 'gme_live_mine',
--   'gme_live_mine', 'gme_live_mine'
WITH
w AS (
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
      SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
      FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
      WITH ORDINALITY AS a(i, e, n)
      WHERE a.n > 0 OFFSET 0
    ) j
  )
  SELECT
    r.i,
    CAST($5 AS timestamptz),
    CAST($6 AS timestamptz),
    CAST($7 AS text),
    CAST($8 AS text),
    r.g,
    r.e,
    r.s,
    CAST($9 AS text)
  FROM r
  WHERE
    1 = 1
    AND NOT EXISTS (
      SELECT 1
      FROM (
        SELECT a.n - 1 AS n, a.g AS g
        FROM unnest((SELECT CAST($10 AS uuid[])))
        WITH ORDINALITY AS a(g, n)
        WHERE a.n > 0 OFFSET 0
      ) d
        LEFT JOIN "games" g ON g."id" = d.g
        AND g."apiKey_used" COLLATE "C" = CAST($11 AS text)
      WHERE g."id" IS NULL
    )
  ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
    "strategyId" = CASE
      WHEN 1 = 1
      AND "tasks"."created_at" > '-infinity'
      AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
      AND "tasks"."updated_at" > '-infinity'
      AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN excluded."strategyId"
    END,
    "updated_at" = CASE
      WHEN "tasks"."strategyId" <> excluded."strategyId" THEN GREATEST(
        excluded."updated_at",
        (
          CASE
            WHEN "tasks"."updated_at" > '-infinity'
            AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
          END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
        ) AT TIME ZONE 'UTC'
      )
      ELSE "tasks"."updated_at"
    END
  RETURNING
    "id",
    CASE
      WHEN "created_at" > '-infinity'
      AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
    END,
    CASE
      WHEN "updated_at" > '-infinity'
      AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
    END,
    "apiKey_used"::text,
    "oauth_user_id"::text,
    "gameId",
    "externalTaskId"::text,
    "strategyId"::text,
    "status"::text
)
SELECT *
FROM w
LIMIT CASE
  WHEN (SELECT COUNT(*) FROM w) IN (0, CAST($12 AS bigint)) THEN NULL
  ELSE -1
END;
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 400', 'Update 401'], <time>, <time>,
--   'gme_live_mine', null, 'open', uuids [<game>], 'gme_live_mine', 2

-- create_all of two, one of which exists, Update (in a scope)
-- as in: create_many of two that exist, Fail (in a scope)
-- with <game>, 's', uuids [<id>, <id>], texts ['Update 401', 'Update 402'], 'gme_live_mine',
--   'gme_live_mine', 'gme_live_mine'
WITH
w AS (
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
        a.n - 1 AS n,
        a.i AS i,
        CAST($1 AS uuid) AS g,
        CAST($2 AS text) AS e,
        CAST($3 AS text) AS s
      FROM unnest((SELECT CAST($4 AS uuid[])))
      WITH ORDINALITY AS a(i, n)
      WHERE a.n > 0 OFFSET 0
    ) j
  )
  SELECT
    r.i,
    CAST($5 AS timestamptz),
    CAST($6 AS timestamptz),
    CAST($7 AS text),
    CAST($8 AS text),
    r.g,
    r.e,
    r.s,
    CAST($9 AS text)
  FROM r
  WHERE
    1 = 1
    AND NOT EXISTS (
      SELECT 1
      FROM (
        SELECT a.n - 1 AS n, a.g AS g
        FROM unnest((SELECT CAST($10 AS uuid[])))
        WITH ORDINALITY AS a(g, n)
        WHERE a.n > 0 OFFSET 0
      ) d
        LEFT JOIN "games" g ON g."id" = d.g
        AND g."apiKey_used" COLLATE "C" = CAST($11 AS text)
      WHERE g."id" IS NULL
    )
  ON CONFLICT ("gameId", "externalTaskId") DO UPDATE SET
    "strategyId" = CASE
      WHEN 1 = 1
      AND "tasks"."created_at" > '-infinity'
      AND "tasks"."created_at" < '262142-01-01 00:00:00+00'
      AND "tasks"."updated_at" > '-infinity'
      AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN excluded."strategyId"
    END,
    "updated_at" = CASE
      WHEN "tasks"."strategyId" <> excluded."strategyId" THEN GREATEST(
        excluded."updated_at",
        (
          CASE
            WHEN "tasks"."updated_at" > '-infinity'
            AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
          END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
        ) AT TIME ZONE 'UTC'
      )
      ELSE "tasks"."updated_at"
    END
  RETURNING
    "id",
    CASE
      WHEN "created_at" > '-infinity'
      AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
    END,
    CASE
      WHEN "updated_at" > '-infinity'
      AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
    END,
    "apiKey_used"::text,
    "oauth_user_id"::text,
    "gameId",
    "externalTaskId"::text,
    "strategyId"::text,
    "status"::text
)
SELECT *
FROM w
LIMIT CASE
  WHEN (SELECT COUNT(*) FROM w) IN (0, CAST($12 AS bigint)) THEN NULL
  ELSE -1
END;
-- with <game>, 'Update 402', 's', uuids [<id>], <time>, <time>, 'gme_live_mine', null, 'open',
--   uuids [<game>], 'gme_live_mine', 1


-- Bulk changes, in a scope
-- ========================

-- update_many by id (in a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT a.n - 1 AS n, a.a AS a
    FROM unnest((SELECT CAST($4 AS uuid[])))
    WITH ORDINALITY AS a(a, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."id" = k.a
  WHERE
    1 = 1
    AND (
      "tasks"."apiKey_used" = $5
      OR EXISTS (
        SELECT 1
        FROM "games" g
        WHERE g."id" = "tasks"."gameId"
          AND g."apiKey_used" COLLATE "C" = $6
      )
    )
    AND (1 = 0 OR "tasks"."strategyId" <> $7 OR "tasks"."status" <> $8)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's', 'changed 0', <time>, uuids [<id>, <id>], 'gme_live_mine', 'gme_live_mine', 's',
--   'changed 0'

-- update_many by game and id (in a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT a.n - 1 AS n, a.a AS a, CAST($4 AS uuid) AS g
    FROM unnest((SELECT CAST($5 AS uuid[])))
    WITH ORDINALITY AS a(a, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."id" = k.a
  WHERE
    1 = 1
    AND (
      "tasks"."apiKey_used" = $6
      OR EXISTS (
        SELECT 1
        FROM "games" g
        WHERE g."id" = "tasks"."gameId"
          AND g."apiKey_used" COLLATE "C" = $7
      )
    )
    AND (1 = 0 OR "tasks"."strategyId" <> $8 OR "tasks"."status" <> $9)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's', 'changed 1', <time>, <game>, uuids [<id>, <id>], 'gme_live_mine', 'gme_live_mine', 's',
--   'changed 1'

-- update_many by game and external id (in a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT a.n - 1 AS n, a.e AS e, CAST($4 AS uuid) AS g
    FROM unnest((SELECT CAST($5 AS text[])))
    WITH ORDINALITY AS a(e, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."externalTaskId" COLLATE "C" = k.e
    AND "tasks"."externalTaskId" COLLATE "C" >= k.e
    AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  WHERE
    1 = 1
    AND (
      "tasks"."apiKey_used" = $6
      OR EXISTS (
        SELECT 1
        FROM "games" g
        WHERE g."id" = "tasks"."gameId"
          AND g."apiKey_used" COLLATE "C" = $7
      )
    )
    AND (1 = 0 OR "tasks"."strategyId" <> $8 OR "tasks"."status" <> $9)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's', 'changed 2', <time>, <game>, texts ['task 070', 'task 071'], 'gme_live_mine',
--   'gme_live_mine', 's', 'changed 2'

-- update_many by keys of two kinds (in a scope)
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
    FROM (
      SELECT a.n - 1 AS n, a.a AS a
      FROM unnest((SELECT CAST($4 AS uuid[])))
      WITH ORDINALITY AS a(a, n)
      WHERE a.n > 0 OFFSET 0
    ) k
      JOIN "tasks" ON "tasks"."id" = k.a
    UNION
    SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
    FROM (
      SELECT a.n - 1 AS n, a.e AS e, CAST($5 AS uuid) AS g
      FROM unnest((SELECT CAST($6 AS text[])))
      WITH ORDINALITY AS a(e, n)
      WHERE a.n > 0 OFFSET 0
    ) k
      JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
      AND "tasks"."externalTaskId" COLLATE "C" = k.e
      AND "tasks"."externalTaskId" COLLATE "C" >= k.e
      AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."id" = k.a
  WHERE
    1 = 1
    AND (
      "tasks"."apiKey_used" = $7
      OR EXISTS (
        SELECT 1
        FROM "games" g
        WHERE g."id" = "tasks"."gameId"
          AND g."apiKey_used" COLLATE "C" = $8
      )
    )
    AND (1 = 0 OR "tasks"."strategyId" <> $9 OR "tasks"."status" <> $10)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's', 'changed 3', <time>, uuids [<id>], <game>, texts ['task 073'], 'gme_live_mine',
--   'gme_live_mine', 's', 'changed 3'

-- update_many of a game (in a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM "tasks"
  WHERE
    1 = 1
    AND "tasks"."gameId" = $4
    AND (
      "tasks"."apiKey_used" = $5
      OR EXISTS (
        SELECT 1
        FROM "games" g
        WHERE g."id" = "tasks"."gameId"
          AND g."apiKey_used" COLLATE "C" = $6
      )
    )
    AND (1 = 0 OR "tasks"."strategyId" <> $7 OR "tasks"."status" <> $8)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's', 'game', <time>, <game>, 'gme_live_mine', 'gme_live_mine', 's', 'game'

-- update_many of all games, by status (in a scope)
-- as in: update_many of all games, by status (without a scope)
-- with 9999
UPDATE "tasks" SET
  "strategyId" = $1,
  "status" = $2,
  "updated_at" = GREATEST(
    $3,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM "tasks"
  WHERE
    1 = 1
    AND "tasks"."status" IN ($4)
    AND (
      "tasks"."apiKey_used" = $5
      OR EXISTS (
        SELECT 1
        FROM "games" g
        WHERE g."id" = "tasks"."gameId"
          AND g."apiKey_used" COLLATE "C" = $6
      )
    )
    AND (1 = 0 OR "tasks"."strategyId" <> $7 OR "tasks"."status" <> $8)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's', 'all', <time>, 'game', 'gme_live_mine', 'gme_live_mine', 's', 'all'

-- reassign_strategy in a game (in a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
UPDATE "tasks" SET
  "strategyId" = $1,
  "updated_at" = GREATEST(
    $2,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM "tasks"
  WHERE
    1 = 1
    AND "tasks"."gameId" = $3
    AND "tasks"."strategyId" IN ($4)
    AND (
      "tasks"."apiKey_used" = $5
      OR EXISTS (
        SELECT 1
        FROM "games" g
        WHERE g."id" = "tasks"."gameId"
          AND g."apiKey_used" COLLATE "C" = $6
      )
    )
    AND (1 = 0 OR "tasks"."strategyId" <> $7)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 't', <time>, <game>, 's', 'gme_live_mine', 'gme_live_mine', 't'

-- delete_many by id (in a scope)
DELETE FROM "tasks"
USING (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT a.n - 1 AS n, a.a AS a
    FROM unnest((SELECT CAST($1 AS uuid[])))
    WITH ORDINALITY AS a(a, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."id" = k.a
  WHERE
    1 = 1
    AND (
      "tasks"."apiKey_used" = $2
      OR EXISTS (
        SELECT 1
        FROM "games" g
        WHERE g."id" = "tasks"."gameId"
          AND g."apiKey_used" COLLATE "C" = $3
      )
    )
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with uuids [<id>, <id>], 'gme_live_mine', 'gme_live_mine'

-- delete_many by game and id (in a scope)
DELETE FROM "tasks"
USING (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT a.n - 1 AS n, a.a AS a, CAST($1 AS uuid) AS g
    FROM unnest((SELECT CAST($2 AS uuid[])))
    WITH ORDINALITY AS a(a, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."id" = k.a
  WHERE
    1 = 1
    AND (
      "tasks"."apiKey_used" = $3
      OR EXISTS (
        SELECT 1
        FROM "games" g
        WHERE g."id" = "tasks"."gameId"
          AND g."apiKey_used" COLLATE "C" = $4
      )
    )
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with <game>, uuids [<id>, <id>], 'gme_live_mine', 'gme_live_mine'

-- delete_many by game and external id (in a scope)
DELETE FROM "tasks"
USING (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT a.n - 1 AS n, a.e AS e, CAST($1 AS uuid) AS g
    FROM unnest((SELECT CAST($2 AS text[])))
    WITH ORDINALITY AS a(e, n)
    WHERE a.n > 0 OFFSET 0
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."externalTaskId" COLLATE "C" = k.e
    AND "tasks"."externalTaskId" COLLATE "C" >= k.e
    AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  WHERE
    1 = 1
    AND (
      "tasks"."apiKey_used" = $3
      OR EXISTS (
        SELECT 1
        FROM "games" g
        WHERE g."id" = "tasks"."gameId"
          AND g."apiKey_used" COLLATE "C" = $4
      )
    )
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with <game>, texts ['task 070', 'task 071'], 'gme_live_mine', 'gme_live_mine'

-- delete_many by keys of two kinds (in a scope)
DELETE FROM "tasks"
USING (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM (
    SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
    FROM (
      SELECT a.n - 1 AS n, a.a AS a
      FROM unnest((SELECT CAST($1 AS uuid[])))
      WITH ORDINALITY AS a(a, n)
      WHERE a.n > 0 OFFSET 0
    ) k
      JOIN "tasks" ON "tasks"."id" = k.a
    UNION
    SELECT "tasks"."gameId" AS g, "tasks"."id" AS a
    FROM (
      SELECT a.n - 1 AS n, a.e AS e, CAST($2 AS uuid) AS g
      FROM unnest((SELECT CAST($3 AS text[])))
      WITH ORDINALITY AS a(e, n)
      WHERE a.n > 0 OFFSET 0
    ) k
      JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
      AND "tasks"."externalTaskId" COLLATE "C" = k.e
      AND "tasks"."externalTaskId" COLLATE "C" >= k.e
      AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  ) k
    JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
    AND "tasks"."id" = k.a
  WHERE
    1 = 1
    AND (
      "tasks"."apiKey_used" = $4
      OR EXISTS (
        SELECT 1
        FROM "games" g
        WHERE g."id" = "tasks"."gameId"
          AND g."apiKey_used" COLLATE "C" = $5
      )
    )
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with uuids [<id>], <game>, texts ['task 073'], 'gme_live_mine', 'gme_live_mine'

-- delete_many of all games, by strategy (in a scope)
-- as in: update_many of all games, by status (without a scope)
-- with 9999
DELETE FROM "tasks"
USING (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM "tasks"
  WHERE
    1 = 1
    AND "tasks"."strategyId" IN ($1)
    AND (
      "tasks"."apiKey_used" = $2
      OR EXISTS (
        SELECT 1
        FROM "games" g
        WHERE g."id" = "tasks"."gameId"
          AND g."apiKey_used" COLLATE "C" = $3
      )
    )
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 's', 'gme_live_mine', 'gme_live_mine'

-- delete_game (in a scope)
-- as in: update_many of a game (without a scope)
-- with <game>, 9999
DELETE FROM "tasks"
USING (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM "tasks"
  WHERE
    1 = 1
    AND "tasks"."gameId" = $1
    AND (
      "tasks"."apiKey_used" = $2
      OR EXISTS (
        SELECT 1
        FROM "games" g
        WHERE g."id" = "tasks"."gameId"
          AND g."apiKey_used" COLLATE "C" = $3
      )
    )
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
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
  "tasks"."id" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  );
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- resolve_with_task by id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
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
  "tasks"."id" = $1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  );
-- with <id>, 'gme_live_mine', 'gme_live_mine'

-- resolve by game and id (in a scope)
SELECT "tasks"."strategyId" AS own, g."strategyId" AS inherited
FROM "tasks" LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  "tasks"."gameId" = $1
  AND "tasks"."id" = $2
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  );
-- with <game>, <id>, 'gme_live_mine', 'gme_live_mine'

-- resolve_with_task by game and id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
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
  "tasks"."gameId" = $1
  AND "tasks"."id" = $2
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
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
  "tasks"."gameId" = $1
  AND "tasks"."externalTaskId" COLLATE "C" = $2
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  );
-- with <game>, 'task 074', 'gme_live_mine', 'gme_live_mine'

-- resolve_with_task by game and external id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
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
  "tasks"."gameId" = $1
  AND "tasks"."externalTaskId" COLLATE "C" = $2
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  );
-- with <game>, 'task 074', 'gme_live_mine', 'gme_live_mine'

-- resolve_game (in a scope)
SELECT g."strategyId" AS inherited
FROM "games" g
WHERE g."id" = $1 AND g."apiKey_used" COLLATE "C" = $2;
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
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  );
-- with uuids [<id>, <id>, <id>], 'gme_live_mine', 'gme_live_mine'

-- resolve_many_with_tasks by id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  );
-- with uuids [<id>, <id>, <id>], 'gme_live_mine', 'gme_live_mine'

-- find_many by id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  );
-- with uuids [<id>, <id>, <id>], 'gme_live_mine', 'gme_live_mine'

-- resolve_many by game and id (in a scope)
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  );
-- with <game>, uuids [<id>, <id>, <id>], 'gme_live_mine', 'gme_live_mine'

-- resolve_many_with_tasks by game and id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  );
-- with <game>, uuids [<id>, <id>, <id>], 'gme_live_mine', 'gme_live_mine'

-- find_many by game and id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  );
-- with <game>, uuids [<id>, <id>, <id>], 'gme_live_mine', 'gme_live_mine'

-- resolve_many by game and external id (in a scope)
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  );
-- with <game>, texts ['task 074', 'task 075', 'task 076'], 'gme_live_mine', 'gme_live_mine'

-- resolve_many_with_tasks by game and external id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  );
-- with <game>, texts ['task 074', 'task 075', 'task 076'], 'gme_live_mine', 'gme_live_mine'

-- find_many by game and external id (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($1 AS uuid) AS g
  FROM unnest((SELECT CAST($2 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $3
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $4
    )
  );
-- with <game>, texts ['task 074', 'task 075', 'task 076'], 'gme_live_mine', 'gme_live_mine'

-- resolve_many by keys of all kinds (in a scope)
SELECT
  "tasks"."gameId" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
UNION ALL
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n + $4 AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($5 AS uuid) AS g
  FROM unnest((SELECT CAST($6 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $7
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $8
    )
  )
UNION ALL
SELECT
  "tasks"."id" AS other_id,
  "tasks"."strategyId" AS own,
  g."strategyId" AS inherited,
  k.n + $9 AS n
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($10 AS uuid) AS g
  FROM unnest((SELECT CAST($11 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $12
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $13
    )
  );
-- with uuids [<id>], 'gme_live_mine', 'gme_live_mine', 1, <game>, uuids [<id>], 'gme_live_mine',
--   'gme_live_mine', 2, <game>, texts ['task 076'], 'gme_live_mine', 'gme_live_mine'

-- resolve_many_with_tasks by keys of all kinds (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n + $4 AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($5 AS uuid) AS g
  FROM unnest((SELECT CAST($6 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $7
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $8
    )
  )
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  g."strategyId" AS inherited,
  k.n + $9 AS n
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($10 AS uuid) AS g
  FROM unnest((SELECT CAST($11 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
  LEFT JOIN "games" g ON g."id" = "tasks"."gameId"
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $12
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $13
    )
  );
-- with uuids [<id>], 'gme_live_mine', 'gme_live_mine', 1, <game>, uuids [<id>], 'gme_live_mine',
--   'gme_live_mine', 2, <game>, texts ['task 076'], 'gme_live_mine', 'gme_live_mine'

-- find_many by keys of all kinds (in a scope)
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a
  FROM unnest((SELECT CAST($1 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $2
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $3
    )
  )
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n + $4 AS n
FROM (
  SELECT a.n - 1 AS n, a.a AS a, CAST($5 AS uuid) AS g
  FROM unnest((SELECT CAST($6 AS uuid[])))
  WITH ORDINALITY AS a(a, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."id" = k.a
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $7
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $8
    )
  )
UNION ALL
SELECT
  "tasks"."id",
  CASE
    WHEN "tasks"."created_at" > '-infinity'
    AND "tasks"."created_at" < '262142-01-01 00:00:00+00' THEN "tasks"."created_at"
  END AS "created_at",
  CASE
    WHEN "tasks"."updated_at" > '-infinity'
    AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
  END AS "updated_at",
  "tasks"."apiKey_used",
  "tasks"."oauth_user_id",
  "tasks"."gameId",
  "tasks"."externalTaskId",
  "tasks"."strategyId",
  "tasks"."status",
  k.n + $9 AS n
FROM (
  SELECT a.n - 1 AS n, a.e AS e, CAST($10 AS uuid) AS g
  FROM unnest((SELECT CAST($11 AS text[])))
  WITH ORDINALITY AS a(e, n)
  WHERE a.n > 0 OFFSET 0
) k
  JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ k.g, k.g ])
  AND "tasks"."externalTaskId" COLLATE "C" = k.e
  AND "tasks"."externalTaskId" COLLATE "C" >= k.e
  AND "tasks"."externalTaskId" COLLATE "C" <= k.e
WHERE
  1 = 1
  AND (
    "tasks"."apiKey_used" = $12
    OR EXISTS (
      SELECT 1
      FROM "games" g
      WHERE g."id" = "tasks"."gameId"
        AND g."apiKey_used" COLLATE "C" = $13
    )
  );
-- with uuids [<id>], 'gme_live_mine', 'gme_live_mine', 1, <game>, uuids [<id>], 'gme_live_mine',
--   'gme_live_mine', 2, <game>, texts ['task 076'], 'gme_live_mine', 'gme_live_mine'


-- In the application's transaction, where that differs
-- ====================================================

-- create (in a transaction)
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
SELECT $1, $2, $3, $4, $5, g."id", $6, $7, $8
FROM "games" g
WHERE g."id" = $9
ON CONFLICT DO NOTHING
RETURNING
  "id",
  CASE
    WHEN "created_at" > '-infinity'
    AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
  END,
  CASE
    WHEN "updated_at" > '-infinity'
    AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
  END,
  "apiKey_used",
  "oauth_user_id",
  "gameId",
  "externalTaskId",
  "strategyId",
  "status";
-- with <id>, <time>, <time>, null, null, 'task', 'own', 'open', <game>

-- create, where the name is taken (in a transaction)
-- as in: create (in a transaction)
-- with <id>, <time>, <time>, null, null, 'task', 'own', 'open', <game>
-- as in: create, where the name is taken (without a scope)
-- with <game>, 'task', 'own', uuids [<id>]

-- create_many of two, Fail (in a transaction)
-- as in: create_many of two, Fail (without a scope)
-- with <game>, 'default', uuids [<id>, <id>], texts ['Fail 0', 'Fail 1'], <time>, <time>, null,
--   null, 'open'

-- create_all of two, Fail (in a transaction)
WITH
w AS (
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
      SELECT a.n - 1 AS n, a.i AS i, CAST($1 AS uuid) AS g, a.e AS e, CAST($2 AS text) AS s
      FROM unnest((SELECT CAST($3 AS uuid[])), (SELECT CAST($4 AS text[])))
      WITH ORDINALITY AS a(i, e, n)
      WHERE a.n > 0 OFFSET 0
    ) j
  )
  SELECT
    r.i,
    CAST($5 AS timestamptz),
    CAST($6 AS timestamptz),
    CAST($7 AS text),
    CAST($8 AS text),
    r.g,
    r.e,
    r.s,
    CAST($9 AS text)
  FROM r
  WHERE
    1 = 1
    AND NOT EXISTS (
      SELECT 1
      FROM (
        SELECT a.n - 1 AS n, a.g AS g
        FROM unnest((SELECT CAST($10 AS uuid[])))
        WITH ORDINALITY AS a(g, n)
        WHERE a.n > 0 OFFSET 0
      ) d
        LEFT JOIN "games" g ON g."id" = d.g
      WHERE g."id" IS NULL
    )
    AND NOT EXISTS (
      SELECT 1
      FROM
        r q
        JOIN "tasks" ON "tasks"."gameId" = ANY(ARRAY [ q.g, q.g ])
        AND "tasks"."externalTaskId" COLLATE "C" = q.e
        AND "tasks"."externalTaskId" COLLATE "C" >= q.e
        AND "tasks"."externalTaskId" COLLATE "C" <= q.e
    )
  RETURNING
    "id",
    CASE
      WHEN "created_at" > '-infinity'
      AND "created_at" < '262142-01-01 00:00:00+00' THEN "created_at"
    END,
    CASE
      WHEN "updated_at" > '-infinity'
      AND "updated_at" < '262142-01-01 00:00:00+00' THEN "updated_at"
    END,
    "apiKey_used"::text,
    "oauth_user_id"::text,
    "gameId",
    "externalTaskId"::text,
    "strategyId"::text,
    "status"::text
)
SELECT *
FROM w
LIMIT CASE
  WHEN (SELECT COUNT(*) FROM w) IN (0, CAST($11 AS bigint)) THEN NULL
  ELSE -1
END;
-- with <game>, 'default', uuids [<id>, <id>], texts ['Fail 2', 'Fail 3'], <time>, <time>, null,
--   null, 'open', uuids [<game>], 2

-- create_many of two, Keep (in a transaction)
-- as in: create_many of two, Fail (without a scope)
-- with <game>, 'default', uuids [<id>, <id>], texts ['Keep 0', 'Keep 1'], <time>, <time>, null,
--   null, 'open'

-- create_all of two, Keep (in a transaction)
-- as in: create_all of two, Fail (in a transaction)
-- with <game>, 'default', uuids [<id>, <id>], texts ['Keep 2', 'Keep 3'], <time>, <time>, null,
--   null, 'open', uuids [<game>], 2

-- create_many of two, Update (in a transaction)
-- as in: create_many of two, Update (without a scope)
-- with <game>, 'default', uuids [<id>, <id>], texts ['Update 0', 'Update 1'], <time>, <time>, null,
--   null, 'open'

-- create_all of two, Update (in a transaction)
-- as in: create_many of two that exist, Fail (without a scope)
-- with <game>, 'default', uuids [<id>, <id>], texts ['Update 2', 'Update 3']
-- as in: create_all of two, Update (without a scope)
-- with <game>, 'default', uuids [<id>, <id>], texts ['Update 2', 'Update 3'], <time>, <time>, null,
--   null, 'open', uuids [<game>], 2

-- update by id (in a transaction)
-- as in: update of nothing (without a scope)
-- with 'closed', <time>, <id>, 'closed'

-- transition, refused (in a transaction)
-- as in: transition (without a scope)
-- with 'done', <time>, <id>, 'open', 'done'
-- as in: find by id (without a scope)
-- with <id>

-- update_many of a game (in a transaction)
SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL;
UPDATE "tasks" SET
  "status" = $1,
  "updated_at" = GREATEST(
    $2,
    (
      CASE
        WHEN "tasks"."updated_at" > '-infinity'
        AND "tasks"."updated_at" < '262142-01-01 00:00:00+00' THEN "tasks"."updated_at"
      END AT TIME ZONE 'UTC' + INTERVAL '1 microsecond'
    ) AT TIME ZONE 'UTC'
  )
FROM (
  SELECT "tasks"."gameId" AS g, "tasks"."id" AS i
  FROM "tasks"
  WHERE 1 = 1
    AND "tasks"."gameId" = $3 AND (1 = 0 OR "tasks"."status" <> $4)
  ORDER BY "tasks"."gameId", "tasks"."externalTaskId" COLLATE "C"
  FOR NO KEY UPDATE OF "tasks"
) m
WHERE "tasks"."gameId" = ANY(ARRAY [ m.g, m.g ]) AND "tasks"."id" = m.i;
-- with 'closed', <time>, <game>, 'closed'

-- delete_many of a game (in a transaction)
-- as in: delete_game (without a scope)
-- with <game>
