-- name: listing
-- The newest cohorts, with where their requests stand and what their calls did cost.
SELECT c.id, c.name, c.created_at, u.github_username AS organizer, b.most_usd AS budget, r.total, r.queued, r.running,
       r.done, r.failed, r.cancelled, p.cost
  FROM (SELECT * FROM evaluator.cohorts ORDER BY created_at DESC, id LIMIT %(limit)s) AS c
  LEFT JOIN public.users AS u ON u.id = c.user_id
  LEFT JOIN evaluator.budgets AS b ON b.id = c.budget_id
 CROSS JOIN LATERAL (
       SELECT count(*) AS total,
              count(*) FILTER (WHERE state = 'queued') AS queued,
              count(*) FILTER (WHERE state = 'running') AS running,
              count(*) FILTER (WHERE state = 'done') AS done,
              count(*) FILTER (WHERE state = 'failed') AS failed,
              count(*) FILTER (WHERE state = 'cancelled') AS cancelled
         FROM evaluator.requests
        WHERE cohort_id = c.id) AS r
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(calls.cost_usd), 0) AS cost
         FROM evaluator.requests AS q
         JOIN evaluator.calls AS calls ON calls.request_id = q.id
        WHERE q.cohort_id = c.id) AS p
 ORDER BY c.created_at DESC, c.id;

-- name: pace
-- How many requests of a cohort have ended lately after they had begun, and in how many seconds.
SELECT count(*) AS ended,
       extract(epoch FROM now() - greatest(min(started_at), now() - %(window)s))::double precision AS seconds
  FROM evaluator.requests
 WHERE cohort_id = %(cohort_id)s AND started_at IS NOT NULL AND state IN ('done', 'failed')
   AND ended_at > now() - %(window)s;

-- name: rows
-- Every request of a cohort with its result, in the order of the file. Long texts only where the whole is asked for.
-- What stands for the source is a hash: the source itself is nobody's business here until it is erased.
SELECT r.row_number AS number, r.row_key AS key, r.project_name AS project, u.github_username AS person,
       u.id AS user_id, (t.user_id IS NOT NULL) AS is_team, r.id AS request_id, r.state, r.stage, r.error_code,
       CASE WHEN %(whole)s THEN r.error_message END AS error_message,
       CASE WHEN %(whole)s THEN r.source ->> 'location' END AS source,
       r.asked_sha256 AS asked_mark,
       CASE WHEN r.kind IN ('git', 'path')  -- archives of one name are not one source, nor are branches of a repository
            THEN encode(sha256(convert_to((r.source ->> 'canonical') || E'\n' || coalesce(r.source ->> 'ref', ''),
                                          'UTF8')), 'hex') END AS source_mark,
       e.id AS evaluation_id, e.total_score AS total, e.rubric_functionality AS functionality,
       e.rubric_practicality AS practicality, e.passed, e.llm_provider AS provider, e.llm_model AS model, e.evaluated_at,
       CASE WHEN %(whole)s THEN e.feedback END AS feedback,
       rec."commit", rec.tree, s.dimensions, s.review_reasons, s.rubric_id, s.rubric_version, s.digest_sha256,
       coalesce(s.pass_line, (r.options ->> 'pass_line')::integer) AS pass_line
  FROM evaluator.requests AS r
  JOIN public.users AS u ON u.id = r.user_id
  LEFT JOIN evaluator.teams AS t ON t.user_id = r.user_id
  LEFT JOIN public.project_evaluations AS e ON e.id = r.evaluation_id
  LEFT JOIN evaluator.records AS rec ON rec.evaluation_id = r.evaluation_id
  LEFT JOIN LATERAL jsonb_to_record(rec.scorecard) AS s (
       dimensions jsonb, review_reasons jsonb, pass_line integer, rubric_id text, rubric_version text,
       digest_sha256 text) ON true
 WHERE r.cohort_id = %(cohort_id)s
 ORDER BY r.row_number, r.row_key;

-- name: manifests
-- What each different tree of a cohort holds.
SELECT DISTINCT ON (rec.tree) rec.tree, rec.manifest
  FROM evaluator.requests AS r
  JOIN evaluator.records AS rec ON rec.evaluation_id = r.evaluation_id
 WHERE r.cohort_id = %(cohort_id)s
 ORDER BY rec.tree;

-- name: documents
-- Every request of a cohort as `show` of evaluations.sql gives one, with what its calls did cost, as `usage` there does.
SELECT r.row_number, r.row_key,
       r.id AS request_id, r.state, r.stage, r.kind, r.project_name AS request_name, r.error_code, r.error_message,
       r.created_at, e.id, e.project_path_hash, e.project_name, e.total_score, e.rubric_functionality,
       e.rubric_practicality, e.llm_model, e.llm_provider, e.passed, e.feedback, e.evaluated_at,
       rec.kind AS record_kind, rec."commit", rec.tree, rec.scorecard, rec.criteria,
       u.github_username AS user_name, u.id AS user_id, to_jsonb(used) AS usage, used.cost_usd
  FROM evaluator.requests AS r
  JOIN public.users AS u ON u.id = r.user_id
  LEFT JOIN public.project_evaluations AS e ON e.id = r.evaluation_id
  LEFT JOIN evaluator.records AS rec ON rec.evaluation_id = e.id
 CROSS JOIN LATERAL (
       SELECT count(*) AS calls, coalesce(sum(c.input_tokens), 0)::bigint AS input_tokens,
              coalesce(sum(c.output_tokens), 0)::bigint AS output_tokens,
              coalesce(sum(c.cached_tokens), 0)::bigint AS cached_tokens,
              coalesce(sum(c.reasoning_tokens), 0)::bigint AS reasoning_tokens,
              CASE WHEN count(*) FILTER (WHERE c.cost_usd IS NULL AND (c.outcome = 'ok' OR c.output_tokens > 0)) = 0
                   THEN coalesce(sum(c.cost_usd), 0) END AS cost_usd,
              count(*) FILTER (WHERE c.cost_usd IS NULL AND c.output_tokens = 0
                                 AND c.outcome IN ('judge_unavailable', 'interrupted')) AS lost_calls
         FROM evaluator.calls AS c
        WHERE c.request_id = r.id) AS used
 WHERE r.cohort_id = %(cohort_id)s
 ORDER BY r.row_number, r.row_key;

-- name: expired
-- Failed requests of a cohort that cannot be tried again: their sources are erased.
SELECT row_number
  FROM evaluator.requests
 WHERE cohort_id = %(cohort_id)s AND state = 'failed' AND source IS NULL
   AND (%(code)s::text IS NULL OR error_code = %(code)s)
 ORDER BY row_number;
