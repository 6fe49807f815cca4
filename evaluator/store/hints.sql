-- A hint says to some worker that a request is due. `enqueued_at` is when the last one was sent and nobody has answered.

-- name: lock
-- One at a time sends hints, whichever process it is; the lock goes with the transaction. Who is stopped in the middle
-- of it loses the transaction, and keeps nobody waiting.
SELECT pg_try_advisory_xact_lock(hashtextextended('reconciler', 0)),
       set_config('idle_in_transaction_session_timeout', '3s', true);

-- name: note
-- Note that a hint of a new request is on its way, where few enough are; else the reconciler sends one in its turn.
UPDATE evaluator.requests
   SET enqueued_at = clock_timestamp()
 WHERE id = %(id)s AND state = 'queued' AND enqueued_at IS NULL AND next_try_at IS NULL
   AND (SELECT count(*) FROM evaluator.requests WHERE state = 'queued' AND enqueued_at IS NOT NULL)
       < greatest(%(least)s, %(each)s * (SELECT sum(threads) FROM evaluator.workers WHERE seen_at > now() - %(alive)s))
RETURNING id;

-- name: take_back
-- Note that there is no hint of these: it could not be sent, or came to nothing.
UPDATE evaluator.requests SET enqueued_at = NULL WHERE id = ANY(%(ids)s) AND state = 'queued' AND enqueued_at IS NOT NULL;

-- name: forsaken
-- What a worker held that died. Whichever: workers that look at the same moment must not all be after the same one.
SELECT id FROM evaluator.requests WHERE state = 'running' AND leased_until < now() ORDER BY random() LIMIT 1;

-- name: forget
-- Redis was emptied: nobody has been told anything.
UPDATE evaluator.requests
   SET enqueued_at = NULL
 WHERE id IN (SELECT id FROM evaluator.requests
               WHERE enqueued_at IS NOT NULL
                 AND (state = 'queued' OR (state = 'running' AND leased_until < now()))
                 FOR UPDATE SKIP LOCKED);

-- name: rested
-- The time of the next try has come.
UPDATE evaluator.requests
   SET next_try_at = NULL, enqueued_at = NULL
 WHERE id IN (SELECT id FROM evaluator.requests
               WHERE state = 'queued' AND next_try_at <= now()
                 FOR UPDATE SKIP LOCKED);

-- name: wake
-- Wake who waits for an answer that nobody is after any more: all where the answer is known, else the first in line.
UPDATE evaluator.requests
   SET next_try_at = NULL, enqueued_at = NULL
 WHERE id IN (
       SELECT r.id
         FROM (SELECT DISTINCT question
                 FROM evaluator.requests
                WHERE question IS NOT NULL AND state = 'queued' AND next_try_at IS NOT NULL) AS asked
        CROSS JOIN LATERAL (
              SELECT EXISTS (SELECT 1 FROM evaluator.requests AS d
                              WHERE d.question = asked.question AND d.state = 'done'
                                AND d.ended_at > now() - interval '1 hour') AS answered) AS known
        CROSS JOIN LATERAL (
              SELECT NOT EXISTS (SELECT 1 FROM evaluator.requests AS f
                                  WHERE f.question = asked.question
                                    AND ((f.state = 'running' AND f.leased_until > now())
                                         OR (f.state = 'queued' AND f.next_try_at IS NULL))) AS idle) AS about
        CROSS JOIN LATERAL (
              SELECT n.id
                FROM evaluator.requests AS n
               WHERE n.question = asked.question AND n.state = 'queued' AND n.next_try_at IS NOT NULL
                 AND (known.answered OR about.idle)
               ORDER BY n.priority DESC, n.created_at, n.row_number, n.id
               LIMIT CASE WHEN known.answered THEN NULL ELSE 1 END) AS next
         JOIN evaluator.requests AS r ON r.id = next.id
          FOR UPDATE OF r SKIP LOCKED);

-- name: due
-- Pick what gets a hint, and note it. First what was in somebody's hands: a worker that died, a hint that was lost
-- (later ones were answered, or Redis has none left). Then new ones as far as living workers will soon have a use for
-- them: by priority, and within one priority in turn over cohorts by what each has under way, a single submission
-- being a cohort of its own. Cohorts and users at their limit wait.
WITH RECURSIVE
  held AS (
       SELECT user_id, cohort_id FROM evaluator.requests WHERE state = 'running' AND leased_until >= now()
       UNION ALL
       SELECT user_id, cohort_id FROM evaluator.requests WHERE state = 'queued' AND enqueued_at IS NOT NULL),
  room AS (
       SELECT greatest(0, %(each)s * greatest(%(threads)s, (SELECT sum(threads) FROM evaluator.workers
                                                             WHERE seen_at > now() - %(alive)s))
                          - (SELECT count(*) FROM evaluator.requests
                              WHERE state = 'queued' AND enqueued_at IS NOT NULL)) AS hints),
  dead AS (
       SELECT id FROM evaluator.requests
        WHERE state = 'running' AND leased_until < now()
          AND (enqueued_at IS NULL OR enqueued_at < greatest(leased_until, now() - %(patience)s))),
  lost AS (
       SELECT id FROM evaluator.requests
        WHERE state = 'queued' AND enqueued_at < now() - %(patience)s
          AND (%(drained)s
               OR (enqueued_at < now() - 3 * %(patience)s::interval
                   AND enqueued_at < (SELECT max(enqueued_at) FROM evaluator.requests
                                       WHERE state = 'running' AND leased_until > now())))),
  busy AS (SELECT user_id, count(*) AS has FROM held WHERE %(user_limit)s > 0 GROUP BY user_id),
  cohort AS (
       (SELECT cohort_id FROM evaluator.requests
         WHERE state = 'queued' AND enqueued_at IS NULL AND next_try_at IS NULL AND cohort_id IS NOT NULL
         ORDER BY cohort_id LIMIT 1)
       UNION ALL
       SELECT (SELECT r.cohort_id FROM evaluator.requests AS r
                WHERE r.state = 'queued' AND r.enqueued_at IS NULL AND r.next_try_at IS NULL
                  AND r.cohort_id > cohort.cohort_id
                ORDER BY r.cohort_id LIMIT 1)
         FROM cohort WHERE cohort.cohort_id IS NOT NULL),
  candidate AS (
       (SELECT id, user_id, priority, created_at, row_number, 1 AS turn
          FROM evaluator.requests
         WHERE state = 'queued' AND enqueued_at IS NULL AND next_try_at IS NULL AND cohort_id IS NULL
           AND user_id NOT IN (SELECT user_id FROM busy WHERE has >= %(user_limit)s)
         ORDER BY priority DESC, created_at, row_number
         LIMIT (SELECT hints FROM room))
       UNION ALL
       SELECT first.id, first.user_id, first.priority, first.created_at, first.row_number, first.place + running.has
         FROM cohort
         JOIN evaluator.cohorts AS c ON c.id = cohort.cohort_id
        CROSS JOIN LATERAL (SELECT count(*) AS has FROM held WHERE held.cohort_id = c.id) AS running
        CROSS JOIN LATERAL (
              SELECT r.id, r.user_id, r.priority, r.created_at, r.row_number,
                     row_number() OVER (ORDER BY r.priority DESC, r.created_at, r.row_number) AS place
                FROM evaluator.requests AS r
               WHERE r.state = 'queued' AND r.enqueued_at IS NULL AND r.next_try_at IS NULL AND r.cohort_id = c.id
                 AND r.user_id NOT IN (SELECT user_id FROM busy WHERE has >= %(user_limit)s)
               ORDER BY r.priority DESC, r.created_at, r.row_number
               LIMIT (SELECT hints FROM room)) AS first
        WHERE c.concurrency IS NULL OR first.place + running.has <= c.concurrency),
  ready AS (
       SELECT candidate.*,
              coalesce(busy.has, 0)
              + row_number() OVER (PARTITION BY candidate.user_id
                                   ORDER BY priority DESC, turn, created_at, row_number) AS of_user
         FROM candidate LEFT JOIN busy USING (user_id)),
  next AS (
       SELECT id, row_number() OVER (ORDER BY priority DESC, turn, created_at, row_number) AS place
         FROM ready
        WHERE %(user_limit)s = 0 OR of_user <= %(user_limit)s
        ORDER BY place
        LIMIT (SELECT hints FROM room)),
  picked AS (
       SELECT id, 0 AS place FROM dead UNION ALL SELECT id, 0 FROM lost UNION ALL SELECT id, place FROM next),
  locked AS (
       SELECT r.id, picked.place
         FROM evaluator.requests AS r JOIN picked ON picked.id = r.id
        WHERE r.state IN ('queued', 'running')
          FOR UPDATE OF r SKIP LOCKED),
  noted AS (
       UPDATE evaluator.requests AS r
          SET enqueued_at = clock_timestamp()
         FROM locked
        WHERE r.id = locked.id
       RETURNING r.id, locked.place)
SELECT id FROM noted ORDER BY place;
