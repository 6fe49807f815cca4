-- What is ours alone: requests, the ledger of calls, grading records. The platform's tables stay the platform's.

CREATE SCHEMA IF NOT EXISTS evaluator;

-- One row: what this installation keeps secret from the authors of projects (the fence mark is derived from it).
CREATE TABLE evaluator.installation (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    secret      text NOT NULL DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    created_at  timestamptz NOT NULL DEFAULT now()
);
INSERT INTO evaluator.installation DEFAULT VALUES;

-- One ask to grade one source for one user. `source` is erased when it is done or cancelled.
CREATE TABLE evaluator.requests (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id        uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    source         jsonb,
    kind           varchar(10) CHECK (kind IN ('path', 'git', 'archive', 'readme')),
    project_name   varchar(255) NOT NULL,
    path_hash      varchar(64),
    options        jsonb NOT NULL,
    fingerprint    varchar(64),  -- of what was last read of the source, and is judged or waits for its judgement
    state          varchar(10) NOT NULL DEFAULT 'queued'
                   CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    stage          varchar(10) NOT NULL DEFAULT 'queued'
                   CHECK (stage IN ('queued', 'fetching', 'reading', 'judging', 'scoring')),
    priority       integer NOT NULL DEFAULT 0,
    attempt        integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),  -- the fence: only ever goes up
    tries          integer NOT NULL DEFAULT 0 CHECK (tries >= 0),    -- of those, how many were not handed back
    owner          uuid,
    leased_until   timestamptz,
    next_try_at    timestamptz,
    enqueued_at    timestamptz,
    error_code     varchar(100),
    error_message  text,
    error_exit     smallint,  -- exit status of the command line that waits for this request
    evaluation_id  uuid,
    created_at     timestamptz NOT NULL DEFAULT now(),
    started_at     timestamptz,
    ended_at       timestamptz,
    expires_at     timestamptz,
    CHECK ((state = 'running') = (owner IS NOT NULL AND leased_until IS NOT NULL)),
    CHECK ((state IN ('done', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK (state <> 'failed' OR error_code IS NOT NULL),
    CHECK (state NOT IN ('done', 'cancelled') OR source IS NULL),
    CHECK (state NOT IN ('queued', 'running') OR source IS NOT NULL)
);
CREATE INDEX requests_open ON evaluator.requests (priority DESC, created_at) WHERE state IN ('queued', 'running');
CREATE INDEX requests_by_user ON evaluator.requests (user_id, created_at DESC, id);
CREATE INDEX requests_judged ON evaluator.requests (user_id, fingerprint)
 WHERE state IN ('queued', 'running') AND fingerprint IS NOT NULL;
CREATE INDEX requests_expiring ON evaluator.requests (expires_at) WHERE source IS NOT NULL AND expires_at IS NOT NULL;
CREATE INDEX requests_of_evaluation ON evaluator.requests (evaluation_id) WHERE evaluation_id IS NOT NULL;

-- How an evaluation came about: everything that is needed to recompute it, no code and no quotes.
CREATE TABLE evaluator.records (
    evaluation_id   uuid PRIMARY KEY REFERENCES public.project_evaluations (id) ON DELETE CASCADE,
    request_id      uuid NOT NULL REFERENCES evaluator.requests (id) ON DELETE CASCADE,
    user_id         uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    path_hash       varchar(64) NOT NULL,
    fingerprint     varchar(64) NOT NULL,
    kind            varchar(10) NOT NULL,
    "commit"        varchar(64),
    tree            varchar(64) NOT NULL,
    scorecard       jsonb NOT NULL,
    criteria        jsonb NOT NULL,  -- of the rubric: id, dimension, weight, gate and title, to recompute and to show
    manifest        jsonb NOT NULL,
    counted         boolean NOT NULL,  -- whether a pass counts towards successful_projects_count
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX records_by_fingerprint ON evaluator.records (user_id, path_hash, fingerprint, created_at DESC);
CREATE INDEX records_of_request ON evaluator.records (request_id);

-- Every call of a judge, also of attempts that came to nothing.
CREATE TABLE evaluator.calls (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id      uuid NOT NULL REFERENCES evaluator.requests (id) ON DELETE CASCADE,
    attempt         integer NOT NULL,
    purpose         varchar(50) NOT NULL,
    provider        varchar(50) NOT NULL,
    model_asked     varchar(140) NOT NULL,
    model_returned  varchar(200),
    input_tokens    bigint NOT NULL DEFAULT 0,
    output_tokens   bigint NOT NULL DEFAULT 0,
    cached_tokens   bigint NOT NULL DEFAULT 0,
    cost_usd        numeric(14, 8),
    seconds         double precision NOT NULL,
    outcome         varchar(100) NOT NULL,
    called_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX calls_of_request ON evaluator.calls (request_id);
