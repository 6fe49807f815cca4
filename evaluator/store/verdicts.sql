-- name: recall
-- What was kept under a key, noted as used just now.
UPDATE evaluator.verdicts SET used_at = now() WHERE key = %(key)s RETURNING content;

-- name: keep
-- What is kept already stays: two workers that asked the same at once must not differ afterwards.
INSERT INTO evaluator.verdicts (key, content) VALUES (%(key)s, %(content)s) ON CONFLICT DO NOTHING;

-- name: drop
-- Only what was read: another worker may have kept a better answer since.
DELETE FROM evaluator.verdicts WHERE key = %(key)s AND content = %(content)s;

-- name: forget
-- Drop what nobody has used for long, so many at most, the oldest first.
DELETE FROM evaluator.verdicts
 WHERE key IN (
       SELECT key FROM evaluator.verdicts
        WHERE used_at < now() - %(unused)s
        ORDER BY used_at
        LIMIT %(limit)s
          FOR UPDATE SKIP LOCKED);
