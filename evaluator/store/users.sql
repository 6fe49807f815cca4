-- The platform has no column for a name but github_username, and keeps it neither unique nor in one form of Unicode.

-- name: lock
-- One process at a time makes a user of this name; the lock goes with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('user ' || lower(%(name)s), 0));

-- name: by_name
SELECT id, github_username AS name, user_salt AS salt
  FROM public.users
 WHERE lower(normalize(github_username)) = lower(%(name)s)
 ORDER BY created_at, id;

-- name: by_id
SELECT id, coalesce(github_username, id::text) AS name, user_salt AS salt FROM public.users WHERE id = %(id)s;

-- name: all
SELECT id, coalesce(github_username, id::text) AS name, user_salt AS salt
  FROM public.users
 ORDER BY lower(github_username), created_at, id;

-- name: add
-- Every value is given: tables that the platform made may lack our defaults.
INSERT INTO public.users (id, github_username, user_salt, privacy_mode, created_at, updated_at)
VALUES (gen_random_uuid(), %(name)s, %(salt)s, false, now(), now())
RETURNING id, github_username AS name, user_salt AS salt;

-- name: add_stats
INSERT INTO public.user_stats
       (user_id, total_input_tokens, total_output_tokens, total_cache_tokens, total_all_tokens, tokens_by_tool,
        total_sessions, sessions_by_tool, successful_projects_count, total_evaluations, updated_at)
VALUES (%(id)s, 0, 0, 0, 0, '{}', 0, '{}', 0, 0, now());

-- name: set_key
UPDATE public.users
   SET api_key_hash = %(key_hash)s, api_key_prefix = %(prefix)s, updated_at = now()
 WHERE id = %(id)s;
