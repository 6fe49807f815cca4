-- What judging more than once needs: what judges have said before, and the money that calls may cost.
-- Programs of before this migration go on working: every new column has a default or may be empty.

ALTER TABLE evaluator.calls ADD COLUMN reasoning_tokens bigint NOT NULL DEFAULT 0;

-- What one call established, verified and without quotes, by what was asked; it is nobody's, equal questions share it.
CREATE TABLE evaluator.verdicts (
    key      varchar(64) PRIMARY KEY,
    content  jsonb NOT NULL,
    made_at  timestamptz NOT NULL DEFAULT now(),
    used_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX verdicts_by_use ON evaluator.verdicts (used_at);

-- Money that the calls of one request, or of many, may cost.
CREATE TABLE evaluator.budgets (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    most_usd      numeric(14, 8) NOT NULL CHECK (most_usd >= 0),
    spent_usd     numeric(20, 8) NOT NULL DEFAULT 0 CHECK (spent_usd >= 0),
    reserved_usd  numeric(20, 8) NOT NULL DEFAULT 0 CHECK (reserved_usd >= 0),  -- the sum of its reservations
    created_at    timestamptz NOT NULL DEFAULT now()
);

-- What a call that is under way may cost at most; gone when it is settled.
CREATE TABLE evaluator.reservations (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    budget_id   uuid NOT NULL REFERENCES evaluator.budgets (id) ON DELETE CASCADE,
    request_id  uuid REFERENCES evaluator.requests (id) ON DELETE SET NULL,
    attempt     integer NOT NULL,  -- of the request: a later one shows that the worker which asked is dead
    usd         numeric(14, 8) NOT NULL CHECK (usd >= 0),
    made_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX reservations_of_budget ON evaluator.reservations (budget_id);
CREATE INDEX reservations_of_request ON evaluator.reservations (request_id);

ALTER TABLE evaluator.requests ADD COLUMN budget_id uuid REFERENCES evaluator.budgets (id) ON DELETE SET NULL;
CREATE INDEX requests_of_budget ON evaluator.requests (budget_id) WHERE budget_id IS NOT NULL;
