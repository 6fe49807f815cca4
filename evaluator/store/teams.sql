-- name: lock
-- Nobody else makes users until the transaction ends; a lock for each name would be too many.
SELECT pg_advisory_xact_lock(hashtextextended('users', 0));

-- name: named
-- Users by what they are called, whatever the capitals, or by their id, and whether each stands for a team.
SELECT w.wanted, u.id, coalesce(u.github_username, u.id::text) AS name, u.user_salt AS salt,
       t.user_id IS NOT NULL AS team
  FROM unnest(%(names)s::text[]) AS w (wanted)
  JOIN public.users AS u ON lower(normalize(u.github_username)) = lower(w.wanted)
  LEFT JOIN evaluator.teams AS t ON t.user_id = u.id
UNION ALL
SELECT u.id::text, u.id, coalesce(u.github_username, u.id::text), u.user_salt, t.user_id IS NOT NULL
  FROM public.users AS u
  LEFT JOIN evaluator.teams AS t ON t.user_id = u.id
 WHERE u.id = ANY(%(ids)s);

-- name: add
-- Users that stand for teams, with empty statistics; of names that differ by capitals alone, one.
-- Every value is given: tables that the platform made may lack our defaults.
WITH made AS (
       INSERT INTO public.users (id, github_username, user_salt, privacy_mode, created_at, updated_at)
       SELECT DISTINCT ON (lower(t.name)) gen_random_uuid(), t.name, t.salt, false, now(), now()
         FROM unnest(%(names)s::text[], %(salts)s::text[]) AS t (name, salt)
        ORDER BY lower(t.name), t.name
       RETURNING id),
     noted AS (INSERT INTO evaluator.teams (user_id) SELECT id FROM made)
INSERT INTO public.user_stats
       (user_id, total_input_tokens, total_output_tokens, total_cache_tokens, total_all_tokens, tokens_by_tool,
        total_sessions, sessions_by_tool, successful_projects_count, total_evaluations, updated_at)
SELECT id, 0, 0, 0, 0, '{}', 0, '{}', 0, 0, now() FROM made
    ON CONFLICT DO NOTHING;
