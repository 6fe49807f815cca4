-- The platform has no column for a name but github_username, and keeps it neither unique nor in one form of Unicode.

-- name: lock
-- One process at a time makes a user of this name, and none while many are made at once; the locks go with the
-- transaction.
SELECT pg_advisory_xact_lock_shared(hashtextextended('users', 0)),
       pg_advisory_xact_lock(hashtextextended('user ' || lower(%(name)s), 0));

-- name: by_name
SELECT id, github_username AS name, user_salt AS salt
  FROM public.users
 WHERE lower(normalize(github_username)) = lower(%(name)s)
 ORDER BY created_at, id;

-- name: by_id
SELECT id, coalesce(github_username, id::text) AS name, user_salt AS salt FROM public.users WHERE id = %(id)s;

-- name: all
SELECT u.id, coalesce(u.github_username, u.id::text) AS name, u.api_key_prefix,
       coalesce(s.successful_projects_count, 0) AS projects, coalesce(s.total_evaluations, 0) AS evaluations
  FROM public.users AS u
  LEFT JOIN public.user_stats AS s ON s.user_id = u.id
 ORDER BY lower(u.github_username), u.created_at, u.id;

-- name: add
-- Every value is given: tables that the platform made may lack our defaults.
INSERT INTO public.users (id, github_username, user_salt, privacy_mode, created_at, updated_at)
VALUES (gen_random_uuid(), %(name)s, %(salt)s, false, now(), now())
RETURNING id, github_username AS name, user_salt AS salt;

-- name: set_key
UPDATE public.users
   SET api_key_hash = %(key_hash)s, api_key_prefix = %(prefix)s, updated_at = now()
 WHERE id = %(id)s;
