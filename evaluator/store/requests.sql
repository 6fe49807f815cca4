-- name: add
-- Record a request; it is queued until a worker claims it.
INSERT INTO evaluator.requests (user_id, source, kind, project_name, path_hash, options, budget_id)
VALUES (%(user_id)s, %(source)s, %(kind)s, %(project_name)s, %(path_hash)s, %(options)s, %(budget_id)s)
RETURNING id;

-- name: add_refused
-- Record a request that could not even be queued, so that the person finds it in the list with its reason.
INSERT INTO evaluator.requests (user_id, project_name, options, state, error_code, error_message, error_exit, ended_at)
VALUES (%(user_id)s, %(project_name)s, %(options)s, 'failed', %(code)s, %(message)s, %(exit_status)s, now())
RETURNING id;

-- name: claim
-- Take a request that nobody holds and that is due; an expired lease is up for taking, its worker died.
UPDATE evaluator.requests
   SET state = 'running', stage = 'fetching', owner = %(owner)s, attempt = attempt + 1, tries = tries + 1,
       leased_until = clock_timestamp() + %(lease)s, next_try_at = NULL, fingerprint = NULL,
       started_at = coalesce(started_at, now())
 WHERE id = %(id)s
   AND ((state = 'queued' AND (next_try_at IS NULL OR next_try_at <= now()))
        OR (state = 'running' AND leased_until < now()))
RETURNING id, user_id, source, options, path_hash, attempt, tries, owner, budget_id;

-- name: advance
-- Show a new stage and renew the lease; matches no row where the claim is lost.
UPDATE evaluator.requests
   SET stage = %(stage)s, leased_until = clock_timestamp() + %(lease)s
 WHERE id = %(id)s AND state = 'running' AND attempt = %(attempt)s AND owner = %(owner)s
RETURNING id;

-- name: judge_lock
-- One at a time decides who judges a fingerprint of this project of this user; the lock goes with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('judge ' || %(user_id)s::text || %(path_hash)s || %(fingerprint)s, 0));

-- name: begin_judging
-- Show that this request is judged now; matches no row where the claim is lost, or where a living one for the same
-- thing is at it already.
UPDATE evaluator.requests AS r
   SET stage = 'judging', fingerprint = %(fingerprint)s, leased_until = clock_timestamp() + %(lease)s
 WHERE r.id = %(id)s AND r.state = 'running' AND r.attempt = %(attempt)s AND r.owner = %(owner)s
   AND NOT EXISTS (
       SELECT 1 FROM evaluator.requests AS other
        WHERE other.user_id = r.user_id AND other.path_hash = r.path_hash AND other.fingerprint = %(fingerprint)s
          AND other.id <> r.id AND other.state = 'running' AND other.leased_until > clock_timestamp())
RETURNING r.id;

-- name: finish_waiting
-- End what waits for the same judgement of the same project: it was read as the same thing.
UPDATE evaluator.requests
   SET state = 'done', stage = 'scoring', evaluation_id = %(evaluation_id)s, source = NULL, next_try_at = NULL,
       options = jsonb_set(options, '{rubric}', to_jsonb(regexp_replace(options ->> 'rubric', '^.*/', ''))),
       error_code = NULL, error_message = NULL, error_exit = NULL, ended_at = now()
 WHERE user_id = %(user_id)s AND path_hash = %(path_hash)s AND fingerprint = %(fingerprint)s AND state = 'queued'
   AND NOT (options ->> 'fresh')::boolean;

-- name: step_back
-- Put a request back for a moment; the try does not count.
UPDATE evaluator.requests
   SET state = 'queued', stage = 'queued', owner = NULL, leased_until = NULL, enqueued_at = NULL,
       fingerprint = coalesce(%(fingerprint)s, fingerprint), next_try_at = clock_timestamp() + %(pause)s, tries = greatest(tries - 1, 0),
       error_code = %(code)s, error_message = %(message)s, error_exit = %(exit_status)s
 WHERE id = %(id)s AND state = 'running' AND attempt = %(attempt)s AND owner = %(owner)s
RETURNING id;

-- name: renew
-- Renew the leases of what one worker has in hand.
UPDATE evaluator.requests
   SET leased_until = clock_timestamp() + %(lease)s
 WHERE owner = %(owner)s AND state = 'running' AND id = ANY(%(ids)s);

-- name: finish
-- End a request with its evaluation; erase its source and the path of its rubric file; matches no row where a later attempt has taken over.
UPDATE evaluator.requests
   SET state = 'done', stage = 'scoring', evaluation_id = %(evaluation_id)s, source = NULL, owner = NULL,
       options = jsonb_set(options, '{rubric}', to_jsonb(regexp_replace(options ->> 'rubric', '^.*/', ''))),
       leased_until = NULL, next_try_at = NULL, error_code = NULL, error_message = NULL,
       error_exit = NULL, ended_at = now()
 WHERE id = %(id)s AND state = 'running' AND attempt = %(attempt)s AND owner = %(owner)s
RETURNING id;

-- name: retry_later
-- Put a request back with the time of its next try and what went wrong this time.
UPDATE evaluator.requests
   SET state = 'queued', stage = 'queued', owner = NULL, leased_until = NULL, enqueued_at = NULL,
       next_try_at = clock_timestamp() + %(pause)s, error_code = %(code)s, error_message = %(message)s,
       error_exit = %(exit_status)s
 WHERE id = %(id)s AND state = 'running' AND attempt = %(attempt)s AND owner = %(owner)s
RETURNING id;

-- name: fail
-- End a request without a grade; its source is kept for a retry until it expires.
UPDATE evaluator.requests
   SET state = 'failed', owner = NULL, leased_until = NULL, next_try_at = NULL,
       error_code = %(code)s, error_message = %(message)s, error_exit = %(exit_status)s, ended_at = now(),
       expires_at = now() + %(keep)s
 WHERE id = %(id)s AND state = 'running' AND attempt = %(attempt)s AND owner = %(owner)s
RETURNING id;

-- name: fail_queued
-- End a request that no worker has claimed yet.
UPDATE evaluator.requests
   SET state = 'failed', error_code = %(code)s, error_message = %(message)s, error_exit = %(exit_status)s, ended_at = now(),
       expires_at = now() + %(keep)s
 WHERE id = %(id)s AND state = 'queued'
RETURNING id;

-- name: hand_back
-- Give up every claim of a worker that stops; the try does not count.
UPDATE evaluator.requests
   SET state = 'queued', stage = 'queued', owner = NULL, leased_until = NULL, enqueued_at = NULL,
       tries = greatest(tries - 1, 0)
 WHERE owner = %(owner)s AND state = 'running';

-- name: due
-- Pick requests that need a hint: never sent, sent long ago, due for another try, or held by a worker that died.
UPDATE evaluator.requests
   SET enqueued_at = now()
 WHERE id IN (
       SELECT id
         FROM evaluator.requests
        WHERE (state = 'queued'
               AND (next_try_at IS NULL OR next_try_at <= now())
               AND (enqueued_at IS NULL OR enqueued_at < now() - %(patience)s))
           OR (state = 'running' AND leased_until < now()
               AND (enqueued_at IS NULL OR enqueued_at < greatest(leased_until, now() - %(patience)s)))
        ORDER BY priority DESC, created_at
        LIMIT %(limit)s
          FOR UPDATE SKIP LOCKED)
RETURNING id;

-- name: expire
-- Erase the sources, and paths of rubric files, of failed requests whose time is over.
UPDATE evaluator.requests
   SET source = NULL, expires_at = NULL,
       options = jsonb_set(options, '{rubric}', to_jsonb(regexp_replace(options ->> 'rubric', '^.*/', '')))
 WHERE state = 'failed' AND source IS NOT NULL AND expires_at < now();

-- name: progress
SELECT r.state, r.stage, r.next_try_at, r.error_code, r.error_message, r.error_exit,
       EXISTS (SELECT 1 FROM evaluator.records AS rec
                WHERE rec.evaluation_id = r.evaluation_id AND rec.request_id <> r.id) AS reused
  FROM evaluator.requests AS r
 WHERE r.id = %(id)s;
