-- name: add
INSERT INTO public.security_audit_log (id, user_id, event_type, ip_address, user_agent, details, created_at)
VALUES (gen_random_uuid(), %(user_id)s, %(event_type)s, %(ip_address)s, %(user_agent)s, %(details)s, now());
