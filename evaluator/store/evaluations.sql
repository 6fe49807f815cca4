-- name: equal
-- The newest evaluation of the same user and project that the same fingerprint made.
SELECT evaluation_id
  FROM evaluator.records
 WHERE user_id = %(user_id)s AND path_hash = %(path_hash)s AND fingerprint = %(fingerprint)s
 ORDER BY created_at DESC
 LIMIT 1;

-- name: add
-- The project is called as its request says: the organizer of a cohort may have named it. The record is written beside
-- it, in one statement.
WITH added AS (
       INSERT INTO public.project_evaluations
              (id, user_id, project_path_hash, project_name, total_score, rubric_functionality, rubric_practicality,
               llm_model, llm_provider, passed, feedback, evaluated_at)
       SELECT %(id)s, %(user_id)s, %(path_hash)s, r.project_name, %(total)s, %(functionality)s, %(practicality)s,
              %(model)s, %(provider)s, %(passed)s, %(feedback)s, now()
         FROM evaluator.requests AS r
        WHERE r.id = %(request_id)s)
INSERT INTO evaluator.records
       (evaluation_id, request_id, user_id, path_hash, fingerprint, kind, "commit", tree, scorecard, criteria, manifest,
        counted)
VALUES (%(id)s, %(request_id)s, %(user_id)s, %(path_hash)s, %(fingerprint)s, %(kind)s, %(commit)s, %(tree)s,
        %(scorecard)s, %(criteria)s, %(manifest)s, %(counted)s);

-- name: show
-- A request with its evaluation, by the id of either; a row that the platform wrote has no request.
SELECT r.id AS request_id, r.state, r.stage, r.kind, r.project_name AS request_name, r.error_code, r.error_message,
       r.created_at, e.id, e.project_path_hash, e.project_name, e.total_score, e.rubric_functionality,
       e.rubric_practicality, e.llm_model, e.llm_provider, e.passed, e.feedback, e.evaluated_at,
       rec.kind AS record_kind, rec."commit", rec.tree, rec.scorecard, rec.criteria,
       u.github_username AS user_name, u.id AS user_id
  FROM (SELECT %(id)s::uuid AS id) AS asked
  LEFT JOIN LATERAL (
        SELECT * FROM evaluator.requests
         WHERE id = asked.id
            OR id = (SELECT request_id FROM evaluator.records WHERE evaluation_id = asked.id)
         LIMIT 1) AS r ON true
  LEFT JOIN public.project_evaluations AS e ON e.id = coalesce(r.evaluation_id, asked.id)
  LEFT JOIN evaluator.records AS rec ON rec.evaluation_id = e.id
  LEFT JOIN public.users AS u ON u.id = coalesce(r.user_id, e.user_id)
 WHERE r.id IS NOT NULL OR e.id IS NOT NULL;

-- name: record
-- How an evaluation came about, by its id or that of a request which it answered.
SELECT e.id, e.evaluated_at, e.total_score, e.rubric_functionality, e.rubric_practicality, e.passed, e.llm_model,
       e.llm_provider, rec.path_hash, rec.kind, rec."commit", rec.tree, rec.scorecard,
       rec.criteria, rec.manifest
  FROM evaluator.records AS rec
  JOIN public.project_evaluations AS e ON e.id = rec.evaluation_id
 WHERE e.id = coalesce((SELECT evaluation_id FROM evaluator.requests WHERE id = %(id)s), %(id)s);

-- name: by_prefix
-- The ids of requests and evaluations between two ids: those that begin alike.
SELECT id FROM evaluator.requests WHERE id BETWEEN %(first)s AND %(last)s
UNION
SELECT id FROM public.project_evaluations WHERE id BETWEEN %(first)s AND %(last)s
 LIMIT 2;

-- name: usage
-- What the calls of the request that made an evaluation cost, over all its attempts.
SELECT count(*) AS calls, coalesce(sum(c.input_tokens), 0)::bigint AS input_tokens,
       coalesce(sum(c.output_tokens), 0)::bigint AS output_tokens,
       coalesce(sum(c.cached_tokens), 0)::bigint AS cached_tokens,
       coalesce(sum(c.reasoning_tokens), 0)::bigint AS reasoning_tokens,
       CASE WHEN count(*) FILTER (WHERE c.cost_usd IS NULL AND (c.outcome = 'ok' OR c.output_tokens > 0)) = 0
            THEN coalesce(sum(c.cost_usd), 0) END AS cost_usd,
       count(*) FILTER (WHERE c.cost_usd IS NULL AND c.output_tokens = 0
                          AND c.outcome IN ('judge_unavailable', 'interrupted')) AS lost_calls
  FROM evaluator.calls AS c
 WHERE c.request_id = %(request_id)s;

-- name: listing
-- Evaluations, and requests that have none, newest first. A request that was answered by a stored evaluation adds
-- nothing; rows that the platform wrote stand beside ours.
SELECT r.id AS request_id, r.evaluation_id AS id, r.state, r.project_name, r.error_code, e.total_score,
       e.rubric_functionality, e.rubric_practicality, e.passed, e.llm_provider, e.llm_model, u.github_username AS user_name,
       coalesce(r.ended_at, r.created_at) AS at
  FROM evaluator.requests AS r
  JOIN public.users AS u ON u.id = r.user_id
  LEFT JOIN public.project_evaluations AS e ON e.id = r.evaluation_id
 WHERE (%(user_id)s::uuid IS NULL OR r.user_id = %(user_id)s)
   AND (%(refused)s OR r.kind IS NOT NULL)  -- what was refused at the door never had a kind
   AND (r.evaluation_id IS NULL OR EXISTS (SELECT 1 FROM evaluator.records AS rec WHERE rec.request_id = r.id))
UNION ALL
SELECT NULL, e.id, 'done', e.project_name, NULL, e.total_score, e.rubric_functionality, e.rubric_practicality, e.passed,
       e.llm_provider, e.llm_model, u.github_username, e.evaluated_at
  FROM public.project_evaluations AS e
  JOIN public.users AS u ON u.id = e.user_id
 WHERE (%(user_id)s::uuid IS NULL OR e.user_id = %(user_id)s)
   AND NOT EXISTS (SELECT 1 FROM evaluator.records AS rec WHERE rec.evaluation_id = e.id)
 ORDER BY at DESC
 LIMIT %(limit)s;
