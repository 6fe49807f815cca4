-- name: lock
-- One process at a time; the lock goes with the transaction. The number is ours alone: "modu" in ASCII.
SELECT pg_advisory_xact_lock(1836016757);

-- name: has_ledger
-- Not to_regclass(): it answers from a cache, which does not know yet what another process made while we waited.
SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'evaluator' AND tablename = 'migrations');

-- name: ledger
SELECT number, sha256 FROM evaluator.migrations;

-- name: make_schema
CREATE SCHEMA IF NOT EXISTS evaluator;

-- name: make_ledger
CREATE TABLE evaluator.migrations (
    number      integer PRIMARY KEY,
    name        text NOT NULL,
    sha256      varchar(64) NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT now()
);

-- name: note
INSERT INTO evaluator.migrations (number, name, sha256) VALUES (%(number)s, %(name)s, %(sha256)s);
