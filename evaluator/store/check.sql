-- name: columns
-- Every column of the shared tables; for a generated one, `expression` is what it is computed from.
SELECT t.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
       pg_get_expr(d.adbin, d.adrelid) AS expression, a.attgenerated = 's' AS stored
  FROM pg_class t
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
 WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p') AND t.relname = ANY(%(tables)s)
 ORDER BY t.relname, a.attnum;

-- name: indexes
-- Every index of the schema. One that is partial, or whose building failed, is not whole.
SELECT i.relname AS name, t.relname AS "table", x.indisunique AS "unique", x.indisvalid AND x.indpred IS NULL AS whole,
       ARRAY(SELECT pg_get_indexdef(i.oid, k, true) FROM generate_series(1, x.indnkeyatts) AS k ORDER BY k) AS columns
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_class t ON t.oid = x.indrelid
 WHERE t.relnamespace = 'public'::regnamespace
 ORDER BY i.relname;

-- name: constraints
-- Primary keys (p), foreign keys (f) and checks (c) of the shared tables.
SELECT t.relname AS "table", c.contype::text AS kind, pg_get_constraintdef(c.oid) AS definition,
       ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
               JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number ORDER BY k.place) AS columns,
       CASE WHEN f.relnamespace = 'public'::regnamespace THEN f.relname::text END AS target
  FROM pg_constraint c
  JOIN pg_class t ON t.oid = c.conrelid
  LEFT JOIN pg_class f ON f.oid = c.confrelid
 WHERE t.relnamespace = 'public'::regnamespace AND t.relname = ANY(%(tables)s) AND c.contype IN ('p', 'f', 'c')
 ORDER BY c.conname;

-- name: tool_types
SELECT id FROM public.tool_types;

-- name: ours
SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('evaluator') AND relkind IN ('r', 'p');
