-- Cohorts, and what a queue needs that workers on many machines share.
-- Programs of before this migration go on working: every new column has a default or may be empty.

-- A named set of requests that are graded together.
CREATE TABLE evaluator.cohorts (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name         varchar(255) NOT NULL,
    user_id      uuid REFERENCES public.users (id) ON DELETE SET NULL,  -- the organizer
    options      jsonb NOT NULL,  -- how its requests are graded
    deadline     timestamptz,     -- the last commit before it is graded; null: the newest
    concurrency  integer CHECK (concurrency > 0),  -- of its requests, how many may run at once; null: no limit
    budget_id    uuid REFERENCES evaluator.budgets (id) ON DELETE SET NULL,
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX cohorts_by_name ON evaluator.cohorts (lower(name));

-- Users that stand for a team of a cohort: nobody signs in as one.
CREATE TABLE evaluator.teams (
    user_id     uuid PRIMARY KEY REFERENCES public.users (id) ON DELETE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE evaluator.requests
    ADD COLUMN cohort_id uuid REFERENCES evaluator.cohorts (id) ON DELETE CASCADE,
    ADD COLUMN row_number integer,             -- in the file of the cohort, counted from 1, without the heading
    ADD COLUMN row_key varchar(255),           -- what tells the rows of one cohort apart
    ADD COLUMN idempotency_key varchar(255),   -- the same one of the same user is the same request
    ADD COLUMN asked_sha256 varchar(64),       -- of what was asked with that key: another thing is a mistake
    ADD COLUMN question varchar(64);           -- of what the judge is asked just now, or waited for; it is nobody's
CREATE UNIQUE INDEX requests_of_cohort ON evaluator.requests (cohort_id, row_key) WHERE cohort_id IS NOT NULL;
CREATE UNIQUE INDEX requests_by_key ON evaluator.requests (user_id, idempotency_key)
 WHERE idempotency_key IS NOT NULL;
CREATE INDEX requests_asked ON evaluator.requests (question, state) WHERE question IS NOT NULL;
CREATE INDEX requests_running_by_user ON evaluator.requests (user_id) WHERE state = 'running';
CREATE INDEX requests_running_of_cohort ON evaluator.requests (cohort_id) WHERE state = 'running';
-- What waits for a hint, in the order in which hints are sent; what was sent one; what waits for a time.
CREATE INDEX requests_ready ON evaluator.requests (cohort_id, priority DESC, created_at, row_number)
 WHERE state = 'queued' AND enqueued_at IS NULL AND next_try_at IS NULL;
CREATE INDEX requests_hinted ON evaluator.requests (enqueued_at) WHERE state = 'queued' AND enqueued_at IS NOT NULL;
CREATE INDEX requests_resting ON evaluator.requests (next_try_at) WHERE state = 'queued' AND next_try_at IS NOT NULL;

-- What tells a note that was written again, because nobody knew whether it had been, from a new one.
ALTER TABLE evaluator.calls ADD COLUMN entry uuid UNIQUE;
ALTER TABLE evaluator.reservations ADD COLUMN entry uuid UNIQUE;

-- Every try of a request, also of those that came to nothing.
CREATE TABLE evaluator.attempts (
    request_id  uuid NOT NULL REFERENCES evaluator.requests (id) ON DELETE CASCADE,
    attempt     integer NOT NULL,
    owner       uuid NOT NULL,
    began_at    timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz,
    outcome     varchar(100),  -- done, waits, cancelled, handed_back, lost, or the code of what went wrong
    PRIMARY KEY (request_id, attempt)
);

-- Worker processes, by their heartbeat: what is sent to Redis is measured by how much they can do at once.
CREATE UNLOGGED TABLE evaluator.workers (
    owner    uuid PRIMARY KEY,
    threads  integer NOT NULL CHECK (threads > 0),
    seen_at  timestamptz NOT NULL DEFAULT now()
);
