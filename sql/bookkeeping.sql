-- The migration runner's own two tables, made before the first migration and by none, so that each of them can be
-- written in the transaction of the migration it tells of. Run as tmi_owner with the schema as search_path.

-- golang-migrate's layout, so that TMI's own tools read the version here: no row, or one.
CREATE TABLE IF NOT EXISTS schema_migrations (
  version bigint NOT NULL,
  dirty boolean NOT NULL,
  CONSTRAINT schema_migrations_pkey PRIMARY KEY (version)
);

COMMENT ON TABLE schema_migrations IS 'The version that the schema is at, in the layout of golang-migrate: no row, or one.';
COMMENT ON COLUMN schema_migrations.version IS 'The number of the newest migration that has been applied.';
COMMENT ON COLUMN schema_migrations.dirty IS 'True when golang-migrate stopped in the middle of a migration; tmi-db never leaves it so.';
COMMENT ON CONSTRAINT schema_migrations_pkey ON schema_migrations IS 'A version stands here once.';
COMMENT ON INDEX schema_migrations_pkey IS 'Is this the version?';

REVOKE ALL ON schema_migrations FROM PUBLIC;
-- health() tells the version.
GRANT SELECT ON schema_migrations TO tmi_maintenance;

CREATE TABLE IF NOT EXISTS migration_log (
  id bigint GENERATED ALWAYS AS IDENTITY,
  version bigint NOT NULL,
  name text NOT NULL,
  direction text NOT NULL,
  sha256 text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  applied_by text NOT NULL DEFAULT session_user,
  duration interval NOT NULL,
  CONSTRAINT migration_log_pkey PRIMARY KEY (id),
  CONSTRAINT migration_log_direction_check CHECK (direction IN ('up', 'down')),
  CONSTRAINT migration_log_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$')
);

COMMENT ON TABLE migration_log IS 'What was applied and taken back, when and by whom; lines are added and never changed.';
COMMENT ON COLUMN migration_log.id IS 'The order of the lines.';
COMMENT ON COLUMN migration_log.version IS 'The number of the migration.';
COMMENT ON COLUMN migration_log.name IS 'The name of the migration, as in the names of its files.';
COMMENT ON COLUMN migration_log.direction IS 'Whether the migration was applied (up) or taken back (down).';
COMMENT ON COLUMN migration_log.sha256 IS 'The checksum of the file that ran; an applied file that changes is refused by it.';
COMMENT ON COLUMN migration_log.applied_at IS 'When the file had run, just before the commit.';
COMMENT ON COLUMN migration_log.applied_by IS 'The login that ran it.';
COMMENT ON COLUMN migration_log.duration IS 'How long the file ran; zero when its work was found done.';
COMMENT ON CONSTRAINT migration_log_pkey ON migration_log IS 'Lines are told apart by their order.';
COMMENT ON INDEX migration_log_pkey IS 'Which lines are the newest of each migration?';
COMMENT ON CONSTRAINT migration_log_direction_check ON migration_log IS 'A file leads up or down.';
COMMENT ON CONSTRAINT migration_log_sha256_check ON migration_log IS 'A checksum is 64 hexadecimal digits.';

-- Nobody but the owner reads the ledger, and not even the owner rewrites it by mistake.
ALTER TABLE migration_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE migration_log FORCE ROW LEVEL SECURITY;
REVOKE ALL ON migration_log FROM PUBLIC;
REVOKE UPDATE, DELETE, TRUNCATE ON migration_log FROM CURRENT_USER;
