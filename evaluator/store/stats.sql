-- name: ensure
-- The user's row, if there is none yet. Every value is given: a table that the platform made may lack our defaults.
INSERT INTO public.user_stats
       (user_id, total_input_tokens, total_output_tokens, total_cache_tokens, total_all_tokens, tokens_by_tool,
        total_sessions, sessions_by_tool, successful_projects_count, total_evaluations, updated_at)
VALUES (%(user_id)s, 0, 0, 0, 0, '{}', 0, '{}', 0, 0, now())
    ON CONFLICT DO NOTHING;

-- name: lock
-- Everything that moves this user's counters waits here, ours and the platform's alike.
SELECT user_id FROM public.user_stats WHERE user_id = %(user_id)s FOR UPDATE;

-- name: count_evaluation
-- One more evaluation; one more successful project where it is the first of this project that stands as passed.
UPDATE public.user_stats
   SET total_evaluations = coalesce(total_evaluations, 0) + 1,
       successful_projects_count = coalesce(successful_projects_count, 0) + CASE
           WHEN %(succeeds)s AND NOT EXISTS (
                SELECT 1
                  FROM public.project_evaluations AS e
                  LEFT JOIN evaluator.records AS r ON r.evaluation_id = e.id
                 WHERE e.user_id = %(user_id)s AND e.project_path_hash = %(path_hash)s AND e.id <> %(evaluation_id)s
                   AND e.passed AND coalesce(r.counted, e.llm_provider IS DISTINCT FROM 'offline'))
           THEN 1 ELSE 0 END,
       updated_at = now()
 WHERE user_id = %(user_id)s;

-- name: by_projects
SELECT u.id, u.github_username AS name, u.privacy_mode AS private, s.successful_projects_count AS projects,
       s.total_evaluations AS evaluations, s.total_all_tokens AS tokens
  FROM public.user_stats AS s
  JOIN public.users AS u ON u.id = s.user_id
 WHERE s.successful_projects_count > 0
 ORDER BY s.successful_projects_count DESC, s.user_id
 LIMIT %(limit)s;

-- name: by_tokens
SELECT u.id, u.github_username AS name, u.privacy_mode AS private, s.successful_projects_count AS projects,
       s.total_evaluations AS evaluations, s.total_all_tokens AS tokens
  FROM public.user_stats AS s
  JOIN public.users AS u ON u.id = s.user_id
 WHERE s.total_all_tokens > 0
 ORDER BY s.total_all_tokens DESC, s.user_id
 LIMIT %(limit)s;
