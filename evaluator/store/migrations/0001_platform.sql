-- The tables that we share with the Modu Platform, as its document has them (schema 1.1.0). The platform may have made
-- some or all of them before us: what is missing is made, what is there is neither altered nor dropped, and
-- `modu db check` says where it differs.

CREATE TABLE IF NOT EXISTS public.users (
    id                 uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    clerk_id           varchar(255) UNIQUE,
    github_id          varchar(255) UNIQUE,
    github_username    varchar(255),
    github_avatar_url  text,
    api_key_hash       varchar(255),
    api_key_prefix     varchar(20),
    user_salt          varchar(255) NOT NULL DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    privacy_mode       boolean NOT NULL DEFAULT false,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS public.tool_types (
    id            varchar(50) PRIMARY KEY,
    name          varchar(100) NOT NULL,
    display_name  varchar(100) NOT NULL,
    icon_url      text,
    color         varchar(7) CHECK (color ~ '^#[0-9A-Fa-f]{6}$'),
    is_active     boolean NOT NULL DEFAULT true,
    sort_order    integer NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS public.sessions (
    id                    uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id               uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    tool_type_id          varchar(50) NOT NULL REFERENCES public.tool_types (id) ON DELETE RESTRICT,
    session_hash          varchar(64) NOT NULL UNIQUE,
    anonymous_project_id  varchar(100),
    started_at            timestamptz NOT NULL,
    ended_at              timestamptz,
    duration_seconds      integer CHECK (duration_seconds >= 0),
    model_name            varchar(100),
    turn_count            integer CHECK (turn_count >= 0),
    tool_usage            jsonb,
    code_metrics          jsonb,
    created_at            timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS public.token_usage (
    id                     uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    session_id             uuid NOT NULL REFERENCES public.sessions (id) ON DELETE CASCADE,
    user_id                uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    tool_type_id           varchar(50) NOT NULL REFERENCES public.tool_types (id) ON DELETE RESTRICT,
    input_tokens           bigint NOT NULL DEFAULT 0 CHECK (input_tokens >= 0),
    output_tokens          bigint NOT NULL DEFAULT 0 CHECK (output_tokens >= 0),
    cache_creation_tokens  bigint NOT NULL DEFAULT 0 CHECK (cache_creation_tokens >= 0),
    cache_read_tokens      bigint NOT NULL DEFAULT 0 CHECK (cache_read_tokens >= 0),
    total_tokens           bigint GENERATED ALWAYS AS
                           (input_tokens + output_tokens + cache_creation_tokens + cache_read_tokens) STORED,
    recorded_at            timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS public.project_evaluations (
    id                    uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id               uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    project_path_hash     varchar(64) NOT NULL,
    project_name          varchar(255) NOT NULL,
    total_score           integer NOT NULL CHECK (total_score BETWEEN 0 AND 10),
    rubric_functionality  integer NOT NULL CHECK (rubric_functionality BETWEEN 0 AND 5),
    rubric_practicality   integer NOT NULL CHECK (rubric_practicality BETWEEN 0 AND 5),
    llm_model             varchar(100) NOT NULL,
    llm_provider          varchar(50) NOT NULL,
    passed                boolean NOT NULL,
    feedback              text,
    evaluated_at          timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS public.user_stats (
    user_id                    uuid PRIMARY KEY REFERENCES public.users (id) ON DELETE CASCADE,
    total_input_tokens         bigint NOT NULL DEFAULT 0 CHECK (total_input_tokens >= 0),
    total_output_tokens        bigint NOT NULL DEFAULT 0 CHECK (total_output_tokens >= 0),
    total_cache_tokens         bigint NOT NULL DEFAULT 0 CHECK (total_cache_tokens >= 0),
    total_all_tokens           bigint NOT NULL DEFAULT 0 CHECK (total_all_tokens >= 0),
    tokens_by_tool             jsonb NOT NULL DEFAULT '{}',
    total_sessions             integer NOT NULL DEFAULT 0 CHECK (total_sessions >= 0),
    sessions_by_tool           jsonb NOT NULL DEFAULT '{}',
    successful_projects_count  integer NOT NULL DEFAULT 0 CHECK (successful_projects_count >= 0),
    total_evaluations          integer NOT NULL DEFAULT 0 CHECK (total_evaluations >= 0),
    last_activity_at           timestamptz,
    updated_at                 timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS public.daily_user_stats (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id        uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
    stat_date      date NOT NULL,
    input_tokens   bigint NOT NULL DEFAULT 0 CHECK (input_tokens >= 0),
    output_tokens  bigint NOT NULL DEFAULT 0 CHECK (output_tokens >= 0),
    cache_tokens   bigint NOT NULL DEFAULT 0 CHECK (cache_tokens >= 0),
    total_tokens   bigint NOT NULL DEFAULT 0 CHECK (total_tokens >= 0),
    session_count  integer NOT NULL DEFAULT 0 CHECK (session_count >= 0),
    by_tool        jsonb NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS public.security_audit_log (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id     uuid REFERENCES public.users (id) ON DELETE SET NULL,  -- the trail outlives the account
    event_type  varchar(100) NOT NULL,
    ip_address  varchar(45),
    user_agent  text,
    details     jsonb,
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- The nine indexes of the document, which names their tables and purposes; the columns are our choice.
CREATE INDEX IF NOT EXISTS idx_users_clerk_id ON public.users (clerk_id);
CREATE INDEX IF NOT EXISTS idx_users_api_prefix ON public.users (api_key_prefix);
CREATE INDEX IF NOT EXISTS idx_sessions_user_id ON public.sessions (user_id, started_at DESC);
CREATE INDEX IF NOT EXISTS idx_sessions_started_at ON public.sessions (started_at);
CREATE INDEX IF NOT EXISTS idx_token_usage_recorded_at ON public.token_usage (recorded_at);
-- The project comes second: each result asks what stands for one project of one user, who may have ten thousand.
CREATE INDEX IF NOT EXISTS idx_evaluations_user_id
    ON public.project_evaluations (user_id, project_path_hash, evaluated_at DESC);
-- The user makes the order of a leaderboard total: many people share a count.
CREATE INDEX IF NOT EXISTS idx_user_stats_total_tokens ON public.user_stats (total_all_tokens DESC, user_id);
CREATE INDEX IF NOT EXISTS idx_user_stats_projects ON public.user_stats (successful_projects_count DESC, user_id);
-- A user has one row a day, so that it can be raised in place.
CREATE UNIQUE INDEX IF NOT EXISTS idx_daily_user_stats_user_date ON public.daily_user_stats (user_id, stat_date);

INSERT INTO public.tool_types (id, name, display_name, color, is_active, sort_order, created_at) VALUES
    ('claude-code', 'claude-code', 'Claude Code', '#D97757', true, 1, now()),
    ('claude-desktop', 'claude-desktop', 'Claude Desktop', '#B85C3E', true, 2, now()),
    ('opencode', 'opencode', 'OpenCode', '#334155', true, 3, now()),
    ('gemini', 'gemini', 'Gemini', '#4285F4', true, 4, now()),
    ('codex', 'codex', 'Codex', '#10A37F', true, 5, now()),
    ('crush', 'crush', 'Crush', '#C026D3', true, 6, now())
ON CONFLICT DO NOTHING;
