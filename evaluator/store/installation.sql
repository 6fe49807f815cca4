-- name: secret
SELECT secret FROM evaluator.installation;
