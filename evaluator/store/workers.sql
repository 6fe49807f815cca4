-- name: seen
INSERT INTO evaluator.workers (owner, threads) VALUES (%(owner)s, %(threads)s)
    ON CONFLICT (owner) DO UPDATE SET threads = excluded.threads, seen_at = now();

-- name: leave
DELETE FROM evaluator.workers WHERE owner = %(owner)s;

-- name: forget
-- Forget workers that died.
DELETE FROM evaluator.workers WHERE seen_at < now() - %(silent)s;
