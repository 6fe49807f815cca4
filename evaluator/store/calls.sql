-- name: add
-- One line of the ledger; written again under the same entry it stays one.
INSERT INTO evaluator.calls
       (request_id, attempt, purpose, provider, model_asked, model_returned, input_tokens, output_tokens, cached_tokens,
        reasoning_tokens, cost_usd, seconds, outcome, entry)
VALUES (%(request_id)s, %(attempt)s, %(purpose)s, %(provider)s, %(model_asked)s, %(model_returned)s, %(input_tokens)s,
        %(output_tokens)s, %(cached_tokens)s, %(reasoning_tokens)s, %(cost_usd)s, %(seconds)s, %(outcome)s, %(entry)s)
    ON CONFLICT (entry) DO NOTHING;
