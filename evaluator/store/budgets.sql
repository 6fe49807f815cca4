-- name: add
INSERT INTO evaluator.budgets (most_usd) VALUES (%(most)s) RETURNING id;

-- name: reserve
-- Put money aside if there is enough; one at a time, by the lock on the row of the budget. Matches no row otherwise.
WITH enough AS (
       UPDATE evaluator.budgets
          SET reserved_usd = reserved_usd + %(usd)s
        WHERE id = %(budget_id)s AND spent_usd + reserved_usd + %(usd)s <= most_usd
       RETURNING id)
INSERT INTO evaluator.reservations (budget_id, request_id, attempt, usd, entry)
SELECT id, %(request_id)s, %(attempt)s, %(usd)s, %(entry)s FROM enough
RETURNING id;

-- name: lock
SELECT 1 FROM evaluator.budgets WHERE id = %(budget_id)s FOR UPDATE;

-- name: reserved
SELECT id FROM evaluator.reservations WHERE entry = %(entry)s;

-- name: settle
-- Replace a reservation by what the call did cost; one that is gone was settled for a dead worker.
WITH gone AS (DELETE FROM evaluator.reservations WHERE id = %(number)s RETURNING budget_id, usd)
UPDATE evaluator.budgets AS b
   SET reserved_usd = b.reserved_usd - gone.usd, spent_usd = b.spent_usd + %(cost)s
  FROM gone
 WHERE b.id = gone.budget_id;

-- name: settle_forsaken
-- Settle what dead workers put aside. Whether the provider billed their calls nobody knows, so that the whole of it
-- counts as spent: a budget may end early, never late.
WITH gone AS (
       DELETE FROM evaluator.reservations
        WHERE id IN (
              SELECT v.id
                FROM evaluator.reservations AS v
                LEFT JOIN evaluator.requests AS r ON r.id = v.request_id
               WHERE r.id IS NULL OR r.state <> 'running' OR r.attempt > v.attempt
                 FOR UPDATE OF v SKIP LOCKED)
       RETURNING budget_id, usd),
     sums AS (SELECT budget_id, sum(usd) AS usd FROM gone GROUP BY budget_id)
UPDATE evaluator.budgets AS b
   SET reserved_usd = b.reserved_usd - sums.usd, spent_usd = b.spent_usd + sums.usd
  FROM sums
 WHERE b.id = sums.budget_id;

-- name: show
SELECT most_usd AS most, spent_usd AS spent, reserved_usd AS reserved FROM evaluator.budgets WHERE id = %(budget_id)s;

-- name: raise_to
-- A budget only ever grows: what is put aside counts on it.
UPDATE evaluator.budgets SET most_usd = greatest(most_usd, %(most)s) WHERE id = %(budget_id)s;
