-- name: lock
-- One process at a time makes or fills a cohort of this name; the lock goes with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('cohort ' || lower(%(name)s), 0));

-- name: find
SELECT c.id, c.name, c.user_id, c.options, c.deadline, c.concurrency, c.budget_id, c.created_at
  FROM evaluator.cohorts AS c
 WHERE lower(c.name) = lower(%(name)s);

-- name: names
SELECT name FROM evaluator.cohorts ORDER BY created_at DESC, id LIMIT %(limit)s;

-- name: add
INSERT INTO evaluator.cohorts (name, user_id, options, deadline, concurrency, budget_id)
VALUES (%(name)s, %(user_id)s, %(options)s, %(deadline)s, %(concurrency)s, %(budget_id)s)
RETURNING id, name, user_id, options, deadline, concurrency, budget_id, created_at;

-- name: set_concurrency
UPDATE evaluator.cohorts SET concurrency = %(concurrency)s WHERE id = %(id)s;

-- name: known
-- What the cohort has already of these keys, and what was asked with them.
SELECT row_key, asked_sha256 FROM evaluator.requests WHERE cohort_id = %(cohort_id)s AND row_key = ANY(%(keys)s);

-- name: add_rows
-- All rows at once. One that another process has added meanwhile stays as it is.
INSERT INTO evaluator.requests (user_id, source, kind, project_name, path_hash, options, priority, budget_id,
                                cohort_id, row_number, row_key, asked_sha256)
SELECT r.user_id, r.source, r.kind, r.project_name, r.path_hash, r.options, %(priority)s, %(budget_id)s,
       %(cohort_id)s, r.row_number, r.row_key, r.asked_sha256
  FROM jsonb_to_recordset(%(rows)s) AS r (
       user_id uuid, source jsonb, kind text, project_name text, path_hash text, options jsonb, row_number integer,
       row_key text, asked_sha256 text)
 ORDER BY r.row_number
    ON CONFLICT (cohort_id, row_key) WHERE cohort_id IS NOT NULL DO NOTHING;

-- name: progress
-- Where all requests of a cohort stand, and what their calls did cost.
SELECT count(*) AS total,
       count(*) FILTER (WHERE r.state = 'queued') AS queued,
       count(*) FILTER (WHERE r.state = 'running') AS running,
       count(*) FILTER (WHERE r.state = 'done') AS done,
       count(*) FILTER (WHERE r.state = 'failed') AS failed,
       count(*) FILTER (WHERE r.state = 'cancelled') AS cancelled,
       max(r.error_message) FILTER (WHERE r.state = 'queued') AS trouble,
       (SELECT coalesce(sum(c.cost_usd), 0)
          FROM evaluator.calls AS c
          JOIN evaluator.requests AS q ON q.id = c.request_id
         WHERE q.cohort_id = %(cohort_id)s) AS cost,
       (SELECT b.most_usd
          FROM evaluator.cohorts AS h
          JOIN evaluator.budgets AS b ON b.id = h.budget_id
         WHERE h.id = %(cohort_id)s) AS budget
  FROM evaluator.requests AS r
 WHERE r.cohort_id = %(cohort_id)s;

-- name: passed
-- How many of a cohort stand as passed.
SELECT count(*)
  FROM evaluator.requests AS r
  JOIN public.project_evaluations AS e ON e.id = r.evaluation_id
 WHERE r.cohort_id = %(cohort_id)s AND r.state = 'done' AND e.passed;

-- name: failures
-- Why requests of a cohort failed: for each code how often, the first rows by their number, and the words of the first.
SELECT code, count(*) AS count, array_agg(row_number ORDER BY row_number) FILTER (WHERE place <= %(shown)s) AS rows,
       (array_agg(message ORDER BY row_number))[1] AS message
  FROM (SELECT error_code AS code, error_message AS message, row_number,
               row_number() OVER (PARTITION BY error_code ORDER BY row_number) AS place
          FROM evaluator.requests
         WHERE cohort_id = %(cohort_id)s AND state = 'failed') AS failed
 GROUP BY code
 ORDER BY count(*) DESC, code;
