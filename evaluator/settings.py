"""The environment, read once into one frozen object. `docs/reference/settings.md` is generated from the class."""

import getpass
import importlib
import os
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from evaluator.domain import Language, Limits, MirrorLimits
from evaluator.errors import SettingsError
from evaluator.tables import CommaList, CountTable, PriceTable, SecretTable, servers

OFFLINE = "offline"  # the model name of the judge that asks no LLM

# Provider -> (name of its key, model that is picked when only the key is set), in the order of picking (design 6).
PROVIDERS: Mapping[str, tuple[str, str]] = {
    "anthropic": ("ANTHROPIC_API_KEY", "anthropic/claude-sonnet-5"),
    "openai": ("OPENAI_API_KEY", "openai/gpt-5.4-mini"),
    "gemini": ("GEMINI_API_KEY", "gemini/gemini-3.5-flash"),
    "deepseek": ("DEEPSEEK_API_KEY", "deepseek/deepseek-chat"),
    "groq": ("GROQ_API_KEY", "groq/openai/gpt-oss-120b"),
    "mistral": ("MISTRAL_API_KEY", "mistral/mistral-large-latest"),
    "openrouter": ("OPENROUTER_API_KEY", "openrouter/anthropic/claude-sonnet-5"),
    "xai": ("XAI_API_KEY", "xai/grok-4-latest"),
}
_FOREIGN = "MODU_ARENA_"  # belongs to the published client
_NO_ZONES = {"posix", "right", "posixrules"}  # copies of the others that lie beside them
_LONGEST_NAME = 255  # bytes of one folder's name on every system we run on
_FORGE = re.compile(
    r"(?:(?P<scheme>https?|ssh)://(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}|\*))?|file://(?P<folder>/[^\0]*?))/?",
    re.ASCII,
)


def parse_forge(text: str) -> Mapping[str, str | None]:
    """Return `scheme`, `host` and `port` of a trusted forge (the port may be `*` or absent), or its `folder`.

    Raises SettingsError where *text* has no such form.
    """
    parts = _FORGE.fullmatch(text)
    port = parts["port"] if parts else None
    if parts is None or (port not in {None, "*"} and not 0 < int(port or 0) < 65536):
        raise SettingsError(
            f"MODU_TRUSTED_FORGES: {text!r} is not scheme://host, scheme://host:port or scheme://host:* with https,"
            " http or ssh, nor file:///folder. Separate several by commas."
        )
    return parts.groupdict()


def _expanded(text: str) -> Path:
    """Return the path of a folder with `~` replaced by the home of that account. Raises ValueError."""
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        raise ValueError("a folder's name with control characters, or that is not UTF-8, cannot be used here")
    if any(len(name.encode()) > _LONGEST_NAME for name in text.split("/")):
        raise ValueError(f"no folder's name can be longer than {_LONGEST_NAME} bytes")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError(f"nobody knows the home folder that {text!r} begins with; give the whole path") from error


class Settings(BaseModel):
    """What the environment says. Names that are not `MODU_*` are given by `alias`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, validate_default=True)

    # Services
    database_url: SecretStr | None = Field(
        None, alias="DATABASE_URL", description="PostgreSQL 15 or later. Absent together with REDIS_URL: embedded."
    )
    redis_url: SecretStr | None = Field(
        None, alias="REDIS_URL", description="Redis 6.2 or later. Absent together with DATABASE_URL: embedded."
    )
    home: Path = Field(
        Path("~/.local/share/modu"),
        description="Folder of the embedded services' data and of `.env`. It is made private to its owner.",
    )

    # Judge
    model: str | None = Field(
        None,
        max_length=140,
        description="A litellm model name such as `openai/gpt-5.4-mini`, or `offline`. Absent: picked from the provider"
        " keys that are set, else `offline`.",
    )
    api_base: str | None = Field(
        None,
        description="Address of the server of `MODU_MODEL`'s provider, with or without `/v1`, for any of the wire"
        " formats; or `provider=address`, several separated by commas. All other providers are asked at their own.",
    )
    judge_timeout: int = Field(180, ge=1, le=3600, description="Seconds that one call of the judge may take.")
    answer_tokens: int = Field(8000, ge=500, le=64000, description="Most tokens that one answer may have.")
    samples: int = Field(3, ge=1, le=3, description="Most samples of a grade; all are taken only where it is unsure.")
    second_model: str | None = Field(
        None, max_length=140, description="A model of another family, asked once where a grade is unsure. Absent: none."
    )
    fallback_models: CommaList = Field(
        (), description="Models, comma-separated, tried in order where the one before cannot be reached."
    )
    prices: PriceTable = Field(
        default_factory=dict,
        description="Prices of models, comma-separated `provider/model=in/out[/cached]` in US dollars per million"
        " tokens. They win over the built-in ones.",
    )
    concurrency: CountTable = Field(
        default_factory=dict,
        description="Most calls under way at once, of all workers together, comma-separated `provider=calls`.",
    )
    token_rate: CountTable = Field(
        default_factory=dict,
        description="Most tokens sent in a minute by all workers together, comma-separated `provider=tokens`.",
    )
    call_attempts: int = Field(3, ge=1, le=10, description="Tries of one call before the request goes back or on.")
    retry_wait: int = Field(
        20,
        ge=0,
        le=600,
        description="Seconds that a worker waits itself between tries; else the request goes back.",
    )
    verdict_days: int = Field(90, ge=0, le=3650, description="Days that verified verdicts are kept, to be paid once.")
    rubric: str = Field("default", description="Name of the rubric, or the path of a rubric file.")
    language: Language = Field("en", description="Language of the feedback: `en` or `ko`.")
    digest_tokens: int = Field(60000, ge=2000, le=1_000_000, description="Token budget of what the judge is shown.")

    # Who and where
    user: str | None = Field(
        None, max_length=255, description="Whose evaluations these are. Absent: the operating system's user name."
    )
    timezone: str = Field("Asia/Seoul", description="Zone in which the days of the daily statistics are counted.")
    trusted_forges: CommaList = Field(
        (),
        description="Self-hosted forges, comma-separated `scheme://host[:port or :*]`, which may be private addresses"
        " and plain http, ssh, or file:// with a folder.",
    )
    forge_tokens: SecretTable = Field(
        default_factory=dict,
        description="Tokens for private repositories, comma-separated `host=token` or `host=user:token`. Whoever may"
        " submit gets such a repository graded.",
    )
    forge_ca: Path | None = Field(
        None, description="File of certificates (PEM) that trusted forges are signed with, besides the public ones."
    )
    allowed_roots: CommaList = Field(
        (), description="Folders, comma-separated, under which local projects may be graded by any worker."
    )

    # Limits of a source
    fetch_timeout: int = Field(60, ge=1, le=3600, description="Seconds that fetching a project may take.")
    max_entries: int = Field(20_000, ge=1, description="Most files and folders a project may have.")
    max_file_bytes: int = Field(1 << 20, ge=1024, description="A larger file is listed, not read.")
    max_received_bytes: int = Field(
        256 << 20, ge=1 << 20, description="Most bytes that a fetch may receive, or an archive unpack to."
    )
    max_text_bytes: int = Field(64 << 20, ge=1 << 20, description="Most bytes of text a project may have.")
    max_depth: int = Field(64, ge=1, le=256, description="A file below more folders is listed, not read.")
    max_path_bytes: int = Field(1024, ge=64, le=4096, description="A file with a longer path is listed, not read.")
    max_git_memory: int = Field(320 << 20, ge=64 << 20, description="Most bytes of memory that git may use.")
    mirrors_dir: Path | None = Field(
        None, description="Folder where mirrors of fetched repositories are kept. Absent: nothing is kept."
    )
    mirrors_bytes: int = Field(10 << 30, ge=1 << 20, description="Most bytes of all mirrors; the oldest go first.")
    mirrors_days: int = Field(30, ge=1, le=3650, description="Days that a mirror is kept after its last use.")

    # Queue
    worker_threads: int = Field(
        4,
        ge=1,
        le=256,
        description="Calls of judges that one worker process has under way at once; a quarter more requests are"
        " fetched, read or written beside them.",
    )
    max_attempts: int = Field(3, ge=1, le=20, description="Tries before a request that could not be graded is failed.")
    user_concurrency: int = Field(
        0, ge=0, le=10_000, description="Requests of one user that may run at once, on all workers; 0: no limit."
    )
    lease_seconds: int = Field(10, ge=3, le=3600, description="A worker silent for longer loses its requests.")
    drain_seconds: int = Field(
        25, ge=0, le=3600, description="Seconds that a worker which stops may take to finish what it has begun."
    )
    failed_source_days: int = Field(7, ge=0, le=365, description="Days that a failed request keeps its source.")

    # Other
    count_offline: bool | None = Field(
        None,
        description="Whether a pass by the offline judge counts as a successful project. Absent: only while the"
        " services are embedded.",
    )
    rubrics_dir: Path | None = Field(None, description="Folder of rubric files that replaces the built-in one.")
    prompts_dir: Path | None = Field(None, description="Folder of prompt templates that replaces the built-in one.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("WARNING", description="Least level logged.")

    provider_keys: Mapping[str, SecretStr] = Field(default_factory=dict, exclude=True)  # name of the key -> key

    @field_validator("home", "rubrics_dir", "prompts_dir", "mirrors_dir", "forge_ca")
    @classmethod
    def _expand(cls, value: Path | None) -> Path | None:
        return None if value is None else Path(os.path.abspath(_expanded(str(value))))

    @field_validator("allowed_roots")
    @classmethod
    def _absolute_folders(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        roots = [_expanded(root) for root in value]
        if relative := [str(root) for root in roots if not root.is_absolute()]:
            raise ValueError(f"{relative[0]!r} is not an absolute path; give folders such as /srv/projects")
        return tuple(str(root) for root in roots)

    @field_validator("trusted_forges")
    @classmethod
    def _forges(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for forge in value:
            parse_forge(forge)
        return value

    @field_validator("api_base")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        if value is not None and not all(map(_is_http, servers(value).values())):
            raise ValueError("this is not the address of a server, such as http://127.0.0.1:11434/v1")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if not _is_zone(value):
            raise ValueError("is not a time zone of the IANA list, such as Asia/Seoul")
        return value

    @property
    def embedded(self) -> bool:
        """Whether PostgreSQL and Redis are our own."""
        return self.database_url is None

    @property
    def counts_offline(self) -> bool:
        """Whether a pass by the offline judge counts as a successful project."""
        return self.embedded if self.count_offline is None else self.count_offline

    @property
    def limits(self) -> Limits:
        """How much of a project is taken, and whom the operator trusts."""
        mirrors = self.mirrors_dir and MirrorLimits(
            folder=self.mirrors_dir, bytes=self.mirrors_bytes, days=self.mirrors_days
        )
        return Limits(
            seconds=self.fetch_timeout,
            entries=self.max_entries,
            file_bytes=self.max_file_bytes,
            received_bytes=self.max_received_bytes,
            text_bytes=self.max_text_bytes,
            depth=self.max_depth,
            path_bytes=self.max_path_bytes,
            memory_bytes=self.max_git_memory,
            trusted_forges=self.trusted_forges,
            forge_tokens=self.forge_tokens,
            forge_ca=self.forge_ca,
            mirrors=mirrors,
        )

    @property
    def judge_model(self) -> str:
        """The model that answers: the one that is set, else the first provider with a key, else `offline`."""
        if self.model:
            return self.model
        return next((model for key, model in PROVIDERS.values() if key in self.provider_keys), OFFLINE)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days are counted and times are shown."""
        return ZoneInfo(self.timezone)

    @property
    def user_name(self) -> str:
        """The name of the person at this machine; raises SettingsError where the account has none."""
        try:
            return self.user or getpass.getuser()
        except (KeyError, OSError) as error:  # before and since Python 3.13
            raise SettingsError("This account has no name. Say with MODU_USER whose evaluations these are.") from error


def variable(field: str) -> str:
    """Return the name of the environment variable of a field of Settings."""
    return Settings.model_fields[field].alias or f"MODU_{field.upper()}"


def allowed(field: str) -> str:
    """Return in words what values a field of Settings may have, as far as its type says so; else an empty text."""
    info = Settings.model_fields[field]
    bounds = {name: value for item in info.metadata for name, value in _bounds(item).items()}
    if choices := [repr(choice) for choice in get_args(info.annotation) if isinstance(choice, str)]:
        return f"{', '.join(choices[:-1])} or {choices[-1]}"
    if bool in get_args(info.annotation):
        return "true or false"
    if "max_length" in bounds:
        return f"at most {bounds['max_length']} characters"
    if "ge" in bounds:
        return f"{bounds['ge']} to {bounds['le']}" if "le" in bounds else f"at least {bounds['ge']}"
    return ""


def load(environ: Mapping[str, str], *, env_file: Path | None = None, **overrides: object) -> Settings:
    """Return the settings that the environment, a `.env` file and *overrides* (the strongest) give together.

    The file is *env_file*, else `.env` in `MODU_HOME`, never one of the current folder: a project that is graded must
    not configure its judge. Raises SettingsError, which names the variable and what is allowed.
    """
    if env_file is not None and not os.path.isfile(env_file):  # noqa: PTH113 - as below
        raise SettingsError(f"There is no file {str(env_file)!r}. Name an existing one with --env-file.")
    merged = {**_read_file(env_file or _home(environ) / ".env"), **environ}
    values: dict[str, Any] = {
        name: merged[variable(name)]
        for name in Settings.model_fields
        if name != "provider_keys" and merged.get(variable(name))
    }
    _refuse_unknown(merged)
    values["provider_keys"] = {key: merged[key] for key, _ in PROVIDERS.values() if merged.get(key)}
    values.update({name: value for name, value in overrides.items() if value is not None})
    try:
        settings = Settings.model_validate({variable(n) if n in _ALIASED else n: v for n, v in values.items()})
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from error
    if (settings.database_url is None) != (settings.redis_url is None):
        missing = "REDIS_URL" if settings.redis_url is None else "DATABASE_URL"
        raise SettingsError(f"{missing} is not set. Set DATABASE_URL and REDIS_URL, or neither for the embedded ones.")
    return settings


_ALIASED = {name for name, field in Settings.model_fields.items() if field.alias}


def _home(environ: Mapping[str, str]) -> Path:
    try:
        return _expanded(environ.get("MODU_HOME") or str(Settings.model_fields["home"].default))
    except ValueError as error:
        raise SettingsError(f"MODU_HOME: {error}.") from error


def _read_file(path: Path) -> dict[str, str]:
    if not os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises for a path that is too long
        return {}
    dotenv = importlib.import_module("dotenv")  # it takes its time, and most have no such file
    try:
        values: Mapping[str, str | None] = dotenv.dotenv_values(path, interpolate=False, encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(f"The settings file {str(path)!r} is not UTF-8. Save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(
            f"The settings file {str(path)!r} cannot be read ({error.strerror}). Check its permissions."
        ) from error
    return {name: value for name, value in values.items() if value is not None}


def _refuse_unknown(names: Mapping[str, str]) -> None:
    known = {variable(name) for name in Settings.model_fields if name != "provider_keys"}
    unknown = sorted(n for n in names if n.startswith("MODU_") and not n.startswith(_FOREIGN) and n not in known)
    if unknown:
        ours = ", ".join(sorted(name for name in known if name.startswith("MODU_")))
        raise SettingsError(f"Unknown setting: {', '.join(unknown)}. Unset it; the settings are {ours}.")


def _is_zone(name: str) -> bool:
    """Return whether a time zone has that name. (`available_timezones` reads all 600 to know one.)"""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # none, no name of one, a folder of them
        return False
    return name.partition("/")[0] not in _NO_ZONES


def _is_http(text: str) -> bool:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and text.isprintable() and " " not in text


def _bounds(item: object) -> Mapping[str, int]:
    """Return the limits that one piece of a field's metadata sets."""
    limits = {name: getattr(item, name, None) for name in ("ge", "le", "max_length")}
    return {name: limit for name, limit in limits.items() if isinstance(limit, int)}


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = str(first["loc"][0]) if first["loc"] else "settings"
    name = variable(place) if place in Settings.model_fields else place
    may_be = allowed(place) if place in Settings.model_fields else ""
    message = f"{name}: {first['msg'].removeprefix('Value error, ')}."
    return f"{message} Allowed: {may_be}." if may_be else message
