-- name: add
-- Record a request; it is queued until a worker claims it.
INSERT INTO evaluator.requests (id, user_id, source, kind, project_name, path_hash, options, budget_id, idempotency_key,
                                asked_sha256)
VALUES (coalesce(%(id)s, gen_random_uuid()), %(user_id)s, %(source)s, %(kind)s, %(project_name)s, %(path_hash)s,
        %(options)s, %(budget_id)s, %(key)s, %(asked_sha256)s)
RETURNING id;

-- name: key_lock
-- One at a time submits with this key of this user; the lock goes with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('key ' || %(user_id)s::text || %(key)s, 0));

-- name: of_key
SELECT id, asked_sha256 FROM evaluator.requests WHERE user_id = %(user_id)s AND idempotency_key = %(key)s;

-- name: add_refused
-- Record a request that could not even be queued, so that the person finds it in the list with its reason.
INSERT INTO evaluator.requests (user_id, project_name, options, state, error_code, error_message, error_exit, ended_at)
VALUES (%(user_id)s, %(project_name)s, %(options)s, 'failed', %(code)s, %(message)s, %(exit_status)s, now())
RETURNING id;

-- name: limit_lock
-- Where only so many of a cohort, or of a user, may run at once, one worker at a time looks whether there is room, and
-- so does one thread of a worker for what has one try left; the locks go with the transaction.
SELECT CASE WHEN c.concurrency IS NOT NULL
            THEN pg_advisory_xact_lock(hashtextextended('runs of cohort ' || r.cohort_id::text, 0)) END,
       CASE WHEN %(user_limit)s > 0
            THEN pg_advisory_xact_lock(hashtextextended('runs of user ' || r.user_id::text, 0)) END,
       CASE WHEN r.state = 'running' AND r.tries = %(most_tries)s - 1
            THEN pg_advisory_xact_lock(hashtextextended('last tries of worker ' || %(owner)s::text, 0)) END,
       c.concurrency IS NOT NULL OR %(user_limit)s > 0 AS limited
  FROM evaluator.requests AS r
  LEFT JOIN evaluator.cohorts AS c ON c.id = r.cohort_id
 WHERE r.id = %(id)s;

-- name: claim
-- Take a request that nobody holds and that is due; an expired lease is up for taking, its worker died. Who holds the
-- limit lock sees every request that runs beside it; without it only what has no limit is taken. What dead workers
-- have left but one try of runs beside no other such request: else one that kills its worker takes the others along.
WITH taken AS (
       UPDATE evaluator.requests AS r
          SET state = 'running', stage = 'fetching', owner = %(owner)s, attempt = attempt + 1, tries = tries + 1,
              leased_until = clock_timestamp() + %(lease)s, next_try_at = NULL, fingerprint = NULL,
              started_at = coalesce(started_at, now())
        WHERE r.id = %(id)s
          AND ((r.state = 'queued' AND (r.next_try_at IS NULL OR r.next_try_at <= now()))
               OR (r.state = 'running' AND r.leased_until < now()
                   AND (r.tries <> %(most_tries)s - 1
                        OR (%(locked)s AND NOT EXISTS (
                            SELECT 1 FROM evaluator.requests AS other
                             WHERE other.owner = %(owner)s AND other.state = 'running' AND other.id <> r.id
                               AND other.tries >= %(most_tries)s AND other.leased_until >= now())))))
          AND (%(user_limit)s = 0
               OR %(user_limit)s > (SELECT count(*)
                                      FROM evaluator.requests AS other
                                     WHERE other.user_id = r.user_id AND other.state = 'running' AND other.id <> r.id
                                       AND other.leased_until >= now()))
          AND NOT EXISTS (
              SELECT 1 FROM evaluator.cohorts AS c
               WHERE c.id = r.cohort_id AND c.concurrency IS NOT NULL AND NOT %(locked)s)
          AND NOT EXISTS (
              SELECT 1 FROM evaluator.cohorts AS c
               WHERE c.id = r.cohort_id
                 AND c.concurrency <= (SELECT count(*)
                                         FROM evaluator.requests AS other
                                        WHERE other.cohort_id = c.id AND other.state = 'running' AND other.id <> r.id
                                          AND other.leased_until >= now()))
       RETURNING id, user_id, source, options, path_hash, attempt, tries, owner, budget_id),
     lost AS (
       UPDATE evaluator.attempts AS a
          SET ended_at = clock_timestamp(), outcome = 'lost'
         FROM taken
        WHERE a.request_id = taken.id AND a.attempt < taken.attempt AND a.ended_at IS NULL),
     begun AS (
       INSERT INTO evaluator.attempts (request_id, attempt, owner, began_at)
       SELECT id, attempt, owner, clock_timestamp() FROM taken)
SELECT * FROM taken;

-- name: advance
-- Show a new stage and renew the lease; matches no row where the claim is lost.
UPDATE evaluator.requests
   SET stage = %(stage)s, leased_until = clock_timestamp() + %(lease)s
 WHERE id = %(id)s AND state = 'running' AND attempt = %(attempt)s AND owner = %(owner)s
RETURNING id;

-- name: judge_lock
-- One at a time decides who judges a fingerprint of this project of this user, or a question, whoever asks it; the
-- locks go with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('judge ' || %(user_id)s::text || %(path_hash)s || %(fingerprint)s, 0)),
       CASE WHEN %(question)s::text IS NOT NULL
            THEN pg_advisory_xact_lock(hashtextextended('question ' || %(question)s::text, 0)) END;

-- name: begin_judging
-- Show that this request is judged now; matches no row where the claim is lost, or where a living one is at the same
-- thing already, or at the same question. Once a question has been answered all may have the answers from memory.
UPDATE evaluator.requests AS r
   SET stage = 'judging', fingerprint = %(fingerprint)s, leased_until = clock_timestamp() + %(lease)s,
       question = CASE WHEN known.answered THEN NULL ELSE %(question)s END
  FROM (SELECT EXISTS (SELECT 1 FROM evaluator.requests
                      WHERE question = %(question)s AND state = 'done' AND ended_at > now() - interval '1 hour') AS answered)
       AS known
 WHERE r.id = %(id)s AND r.state = 'running' AND r.attempt = %(attempt)s AND r.owner = %(owner)s
   AND NOT EXISTS (
       SELECT 1 FROM evaluator.requests AS other
        WHERE other.user_id = r.user_id AND other.path_hash = r.path_hash AND other.fingerprint = %(fingerprint)s
          AND other.id <> r.id AND other.state = 'running' AND other.leased_until > clock_timestamp())
   AND (known.answered
        OR NOT EXISTS (
           SELECT 1 FROM evaluator.requests AS other
            WHERE other.question = %(question)s AND other.id <> r.id AND other.state = 'running'
              AND other.stage IN ('judging', 'scoring') AND other.leased_until > clock_timestamp()))
RETURNING r.id;

-- name: finish_waiting
-- End what waits for the same judgement of the same project: it was read as the same thing. Wake who else waits for
-- the answers: they are in memory now.
WITH ended AS (
       UPDATE evaluator.requests
          SET state = 'done', stage = 'scoring', evaluation_id = %(evaluation_id)s, source = NULL, next_try_at = NULL,
              options = jsonb_set(options, '{rubric}', to_jsonb(regexp_replace(options ->> 'rubric', '^.*/', ''))),
              error_code = NULL, error_message = NULL, error_exit = NULL, question = NULL, ended_at = now()
        WHERE user_id = %(user_id)s AND path_hash = %(path_hash)s AND fingerprint = %(fingerprint)s AND state = 'queued'
          AND NOT (options ->> 'fresh')::boolean
       RETURNING id),
     woken AS (
       UPDATE evaluator.requests
          SET next_try_at = NULL, enqueued_at = NULL
        WHERE question = %(question)s AND state = 'queued' AND next_try_at IS NOT NULL
          AND NOT (user_id = %(user_id)s AND path_hash = %(path_hash)s AND fingerprint = %(fingerprint)s
                   AND NOT (options ->> 'fresh')::boolean)
       RETURNING id)
SELECT (SELECT count(*) FROM ended), (SELECT count(*) FROM woken);

-- name: step_back
-- Put a request back for a moment; the try does not count. With a question it waits for who is judged on that.
WITH ended AS (
       UPDATE evaluator.requests
          SET state = 'queued', stage = 'queued', owner = NULL, leased_until = NULL, enqueued_at = NULL,
              fingerprint = coalesce(%(fingerprint)s, fingerprint), question = %(question)s,
              next_try_at = clock_timestamp() + %(pause)s, tries = greatest(tries - 1, 0),
              error_code = %(code)s, error_message = %(message)s, error_exit = %(exit_status)s
        WHERE id = %(id)s AND state = 'running' AND attempt = %(attempt)s AND owner = %(owner)s
       RETURNING id),
     closed AS (
       UPDATE evaluator.attempts AS a
          SET ended_at = clock_timestamp(), outcome = coalesce(%(code)s, 'waits')
         FROM ended
        WHERE a.request_id = ended.id AND a.ended_at IS NULL)
SELECT id FROM ended;

-- name: renew
-- Renew the leases of what one worker has in hand, and say what it still holds.
UPDATE evaluator.requests AS r
   SET leased_until = clock_timestamp() + %(lease)s
  FROM unnest(%(ids)s::uuid[], %(attempts)s::integer[]) AS held (id, attempt)
 WHERE r.id = held.id AND r.attempt = held.attempt AND r.owner = %(owner)s AND r.state = 'running'
RETURNING r.id, r.attempt;

-- name: finish
-- End a request with its evaluation; erase its source and the path of its rubric file; matches no row where a later
-- attempt has taken over. What was judged by somebody else before has answered no question.
WITH ended AS (
       UPDATE evaluator.requests
          SET state = 'done', stage = 'scoring', evaluation_id = %(evaluation_id)s, source = NULL, owner = NULL,
              options = jsonb_set(options, '{rubric}', to_jsonb(regexp_replace(options ->> 'rubric', '^.*/', ''))),
              question = CASE WHEN stage IN ('judging', 'scoring') THEN question END,
              leased_until = NULL, next_try_at = NULL, error_code = NULL, error_message = NULL,
              error_exit = NULL, ended_at = now()
        WHERE id = %(id)s AND state = 'running' AND attempt = %(attempt)s AND owner = %(owner)s
       RETURNING id),
     closed AS (
       UPDATE evaluator.attempts AS a
          SET ended_at = clock_timestamp(), outcome = 'done'
         FROM ended
        WHERE a.request_id = ended.id AND a.ended_at IS NULL)
SELECT id FROM ended;

-- name: is_finished
SELECT 1 FROM evaluator.requests WHERE id = %(id)s AND state = 'done' AND evaluation_id = %(evaluation_id)s;

-- name: retry_later
-- Put a request back with the time of its next try and what went wrong this time.
WITH ended AS (
       UPDATE evaluator.requests
          SET state = 'queued', stage = 'queued', owner = NULL, leased_until = NULL, enqueued_at = NULL, question = NULL,
              next_try_at = clock_timestamp() + %(pause)s, error_code = %(code)s, error_message = %(message)s,
              error_exit = %(exit_status)s
        WHERE id = %(id)s AND state = 'running' AND attempt = %(attempt)s AND owner = %(owner)s
       RETURNING id),
     closed AS (
       UPDATE evaluator.attempts AS a
          SET ended_at = clock_timestamp(), outcome = %(code)s
         FROM ended
        WHERE a.request_id = ended.id AND a.ended_at IS NULL)
SELECT id FROM ended;

-- name: fail
-- End a request without a grade; its source is kept for a retry until it expires.
WITH ended AS (
       UPDATE evaluator.requests
          SET state = 'failed', owner = NULL, leased_until = NULL, next_try_at = NULL, question = NULL,
              error_code = %(code)s, error_message = %(message)s, error_exit = %(exit_status)s, ended_at = now(),
              expires_at = now() + %(keep)s
        WHERE id = %(id)s AND state = 'running' AND attempt = %(attempt)s AND owner = %(owner)s
       RETURNING id),
     closed AS (
       UPDATE evaluator.attempts AS a
          SET ended_at = clock_timestamp(), outcome = %(code)s
         FROM ended
        WHERE a.request_id = ended.id AND a.ended_at IS NULL)
SELECT id FROM ended;

-- name: fail_queued
-- End a request that no worker has claimed yet.
UPDATE evaluator.requests
   SET state = 'failed', error_code = %(code)s, error_message = %(message)s, error_exit = %(exit_status)s,
       next_try_at = NULL, question = NULL, ended_at = now(), expires_at = now() + %(keep)s
 WHERE id = %(id)s AND state = 'queued'
RETURNING id;

-- name: hand_back
-- Give up claims of a worker, all of them or those that it no longer has in hand; the try does not count. A claim
-- younger than the grace may be on its way into somebody's hand.
WITH ended AS (
       UPDATE evaluator.requests AS r
          SET state = 'queued', stage = 'queued', owner = NULL, leased_until = NULL, enqueued_at = NULL, question = NULL,
              tries = greatest(tries - 1, 0)
        WHERE r.owner = %(owner)s AND r.state = 'running'
          AND NOT EXISTS (SELECT 1
                            FROM unnest(%(ids)s::uuid[], %(attempts)s::integer[]) AS held (id, attempt)
                           WHERE held.id = r.id AND held.attempt = r.attempt)
          AND NOT EXISTS (SELECT 1
                            FROM evaluator.attempts AS a
                           WHERE a.request_id = r.id AND a.attempt = r.attempt
                             AND a.began_at > clock_timestamp() - %(grace)s)
       RETURNING id),
     closed AS (
       UPDATE evaluator.attempts AS a
          SET ended_at = clock_timestamp(), outcome = 'handed_back'
         FROM ended
        WHERE a.request_id = ended.id AND a.ended_at IS NULL)
SELECT id FROM ended;

-- name: cancel
-- End requests that have not ended, and erase their sources. Who is at one finds its claim lost.
WITH ended AS (
       UPDATE evaluator.requests
          SET state = 'cancelled', owner = NULL, leased_until = NULL, next_try_at = NULL, question = NULL, source = NULL,
              options = jsonb_set(options, '{rubric}', to_jsonb(regexp_replace(options ->> 'rubric', '^.*/', ''))),
              error_code = NULL, error_message = NULL, error_exit = NULL, ended_at = now()
        WHERE id IN (SELECT id FROM evaluator.requests
                      WHERE id = ANY(%(ids)s) AND state IN ('queued', 'running')
                      ORDER BY id
                        FOR UPDATE)
       RETURNING id),
     closed AS (
       UPDATE evaluator.attempts AS a
          SET ended_at = clock_timestamp(), outcome = 'cancelled'
         FROM ended
        WHERE a.request_id = ended.id AND a.ended_at IS NULL)
SELECT id FROM ended;

-- name: cancel_cohort
WITH ended AS (
       UPDATE evaluator.requests
          SET state = 'cancelled', owner = NULL, leased_until = NULL, next_try_at = NULL, question = NULL, source = NULL,
              options = jsonb_set(options, '{rubric}', to_jsonb(regexp_replace(options ->> 'rubric', '^.*/', ''))),
              error_code = NULL, error_message = NULL, error_exit = NULL, ended_at = now()
        WHERE id IN (SELECT id FROM evaluator.requests
                      WHERE cohort_id = %(cohort_id)s AND state IN ('queued', 'running')
                      ORDER BY id
                        FOR UPDATE)
       RETURNING id),
     closed AS (
       UPDATE evaluator.attempts AS a
          SET ended_at = clock_timestamp(), outcome = 'cancelled'
         FROM ended
        WHERE a.request_id = ended.id AND a.ended_at IS NULL)
SELECT id FROM ended;

-- name: retry
-- Queue failed requests again that still have their source, as if they had never been tried.
UPDATE evaluator.requests
   SET state = 'queued', stage = 'queued', tries = 0, fingerprint = NULL, enqueued_at = NULL,
       error_code = NULL, error_message = NULL, error_exit = NULL, ended_at = NULL, expires_at = NULL
 WHERE id = ANY(%(ids)s) AND state = 'failed' AND source IS NOT NULL;

-- name: retry_cohort
UPDATE evaluator.requests
   SET state = 'queued', stage = 'queued', tries = 0, fingerprint = NULL, enqueued_at = NULL,
       error_code = NULL, error_message = NULL, error_exit = NULL, ended_at = NULL, expires_at = NULL
 WHERE cohort_id = %(cohort_id)s AND state = 'failed' AND source IS NOT NULL
   AND (%(codes)s::text[] IS NULL OR error_code = ANY(%(codes)s));

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
