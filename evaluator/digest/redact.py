"""Secrets, masked before anything leaves the process (security spec, Text on its way to the judge)."""

import hashlib
import hmac
import re
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class _Rule:
    """A pattern whose group `secret` (else the whole match) is masked; it is only tried where a keyword occurs."""

    id: str
    keywords: tuple[str, ...]  # lower case
    pattern: re.Pattern[str]


def _rule(id: str, keywords: str, pattern: str, flags: int = 0) -> _Rule:
    return _Rule(id, tuple(keywords.split()), re.compile(pattern, re.ASCII | flags))


# Every repetition is bounded or ends at a character that it excludes, so that the time stays linear.
_RULES = (
    _rule(
        "private_key",
        "private",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^-]{0,20000}"
        r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?",
    ),
    _rule("aws_access_key", "akia asia", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    _rule("github_token", "ghp_ gho_ ghu_ ghs_ ghr_", r"\bgh[pousr]_[A-Za-z0-9]{36,255}"),
    _rule("github_pat", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{22,255}"),
    _rule("gitlab_token", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20,64}"),
    _rule("anthropic_key", "sk-ant-", r"\bsk-ant-[A-Za-z0-9_-]{20,255}"),
    _rule("openai_key", "sk-", r"\bsk-(?!ant-)(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,255}"),
    _rule("google_key", "aiza", r"\bAIza[A-Za-z0-9_-]{35}"),
    _rule("slack_token", "xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,255}"),
    _rule("slack_webhook", "hooks.slack.com", r"hooks\.slack\.com/services/(?P<secret>[A-Za-z0-9/]{20,100})"),
    _rule("stripe_key", "sk_live_ rk_live_", r"\b[sr]k_live_[A-Za-z0-9]{16,255}"),
    _rule("jwt", "eyj", r"\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,1000}"),
    _rule(
        "url_password", "://", r"\b[a-z][a-z0-9+]{1,20}://[^\s:/@\"']{1,100}:(?P<secret>[^\s/@\"'${}<>]{3,200})@", re.I
    ),
    _rule(
        "assigned_secret",
        "password passwd secret token api_key apikey api-key access_key accesskey",
        r"(?:password|passwd|secret|token|api[_-]?key|access[_-]?key)[\w.-]{0,30}[\"']?"
        r"[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}"
        r"(?P<quote>[\"'])(?P<secret>[^\"'\s]{8,500})(?P=quote)",
        re.I,
    ),
)
_PLACEHOLDER = re.compile(
    r"\$\{|\{\{|<|%\(|\*{3}|x{4}|\.{3}|example|sample|dummy|change|replace|your|insert|placeholder|redacted|process\.env"
    r"|environ",
    re.IGNORECASE,
)


def redact(text: str, *, key: bytes) -> tuple[str, Counter[str]]:
    """Return *text* with its secrets as `[REDACTED:rule:8-hex]`, and how often each rule struck.

    The digits are a hash under *key*: the same secret keeps its name. The number of lines stays the same.
    """
    struck: Counter[str] = Counter()
    lowered = text.lower()
    for rule in _RULES:
        if any(keyword in lowered for keyword in rule.keywords):
            text = _apply(rule, text, key=key, struck=struck)
    return text, struck


def _apply(rule: _Rule, text: str, *, key: bytes, struck: Counter[str]) -> str:
    group: str | int = "secret" if "secret" in rule.pattern.groupindex else 0

    def mask(match: re.Match[str]) -> str:
        secret = match[group]
        if rule.id in {"assigned_secret", "url_password"} and not _is_literal(rule.id, secret):
            return match[0]
        struck[rule.id] += 1
        name = hmac.new(key, secret.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:8]
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        return f"{match[0][:start]}[REDACTED:{rule.id}:{name}]" + "\n" * secret.count("\n") + match[0][end:]

    return rule.pattern.sub(mask, text)


def _is_literal(rule: str, value: str) -> bool:
    """Return whether a value looks like a secret itself, not like a placeholder or a name."""
    if _PLACEHOLDER.search(value):
        return False
    if rule == "url_password":
        return value.lower() not in {"password", "postgres", "pass", "pw", "user", "root", "admin", "secret"}
    kinds = sum(map(bool, (re.search("[a-z]", value), re.search("[A-Z]", value), re.search("[^A-Za-z]", value))))
    return any(char.isdigit() for char in value) and (kinds >= 2) and not value.startswith(("/", "http://", "https://"))
