"""The judge that is an LLM: one call through litellm, which only this module knows (specs/queue.md, "litellm").

litellm is imported on first use: it takes seconds. Its own retries are off, since ours are in the request's row, and
the time limit is ours, since a dripping answer outlives litellm's.
"""

import functools
import gc
import hashlib
import logging
import os
import re
import threading
import warnings
from collections.abc import Container, Mapping
from concurrent.futures import CancelledError
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from evaluator.errors import AnswerLost, BadModelName, EvaluatorError, Interrupted, NoKey, NotSent
from evaluator.grading import bill, calling, faults, wire
from evaluator.judgement import Answer, Judge, JudgeName, Prompt
from evaluator.settings import OFFLINE, PROVIDERS
from evaluator.tables import servers

MACHINE = JudgeName(provider=OFFLINE, model="machine-checks")
_FAMILIES = {"claude": "anthropic", "gpt": "openai", "chatgpt": "openai", "o1": "openai", "o3": "openai",
             "o4": "openai", "gemini": "gemini"}  # fmt: skip
_MAKERS = (  # part of a model's name -> who trained it; the first that fits
    (r"claude", "anthropic"), (r"gpt|chatgpt|\bo[1-9]\b|codex|davinci", "openai"), (r"gemini|gemma", "google"),
    (r"deepseek", "deepseek"), (r"qwen|qwq", "qwen"), (r"grok", "xai"), (r"llama", "meta"), (r"phi-?\d", "microsoft"),
    (r"mistral|mixtral|ministral|codestral|devstral|magistral|pixtral", "mistral"), (r"command", "cohere"),
    (r"\bnova\b|titan", "amazon"), (r"kimi|moonshot", "moonshot"), (r"\bglm", "zhipu"), (r"minimax", "minimax"),
)  # fmt: skip
_HOSTS = {"gemini": "google", "vertex_ai": "google", "azure": "openai"}  # whose models they mostly are
_ENVIRONMENT = {  # before the import: else it asks the network for prices, and reads a .env file that is not ours
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOG": "CRITICAL",
}
_RECORDED = ("temperature", "max_tokens")  # parameters that go into the grading record
_MARGIN = 5  # seconds that litellm is given more than we wait: the deadline is ours
_NO_KEY = "none"  # what a server of one's own is sent where no key is set: some clients insist on one


def name_of(model: str) -> JudgeName:
    """Return provider and model of a litellm model name, without asking litellm.

    Raises BadModelName where the name has no provider and does not tell it.
    """
    if model == OFFLINE:
        return MACHINE
    provider, slash, rest = model.partition("/")
    if not slash:
        family = re.match(r"[a-z]+\d?", model)
        known = (owner for prefix, owner in _FAMILIES.items() if family and model.startswith(prefix))
        provider, rest = next(known, ""), model
    if not (provider and rest and model.isprintable() and " " not in model):
        raise BadModelName(f"{model!r} names no provider. Write provider/model, such as openai/gpt-5.4-mini.")
    if len(provider) > 50 or len(rest) > 100:  # columns of project_evaluations
        raise BadModelName(f"{model!r} is too long a name: at most 50 characters, a slash and 100 characters.")
    return JudgeName(provider=provider, model=rest)


def family(name: JudgeName) -> str:
    """Return who trained the model, as far as its name tells: `anthropic` for claude, wherever it is asked.

    Two judges of one family share their errors. A model of unknown make is of its provider's family.
    """
    model = name.model.lower()
    made = (maker for words, maker in _MAKERS if re.search(words, model))
    return next(made, _HOSTS.get(name.provider, name.provider))


def open_judge(
    model: str, *, api_base: str | None, keys: Mapping[str, SecretStr], timeout: float, answer_tokens: int
) -> Judge:
    """Return the judge of that model name; nothing is imported or asked yet. Raises UnknownModel.

    *keys* are the providers' keys by the name of their variable, *timeout* the seconds that one call may take.
    """
    return _LlmJudge(name_of(model), api_base=api_base, keys=keys, timeout=timeout, answer_tokens=answer_tokens)


def server_of(name: JudgeName, *, api_base: str | None, main: str) -> str | None:
    """Return the address at which that model is asked by MODU_API_BASE; None: at the provider's own.

    An address without a provider is that of the provider of *main*, the model that is set: the key of another provider
    is not for it.
    """
    if api_base is None:
        return None
    known = servers(api_base)
    return known.get(name.provider) or (known.get("") if name_of(main).provider == name.provider else None)


def require_key(name: JudgeName, *, keys: Container[str | None], api_base: str | None) -> None:
    """Raise NoKey where the provider wants a key that is not among *keys*; a server of one's own may want none."""
    variable = PROVIDERS[name.provider][0] if name.provider in PROVIDERS else None
    if variable is not None and variable not in keys and api_base is None:
        raise NoKey(
            f"{name.provider} needs a key and none is set here. Set {variable} in the environment, or choose another"
            " model with MODU_MODEL."
        )


def warm() -> threading.Thread:
    """Import litellm in a thread of its own, which is returned: it takes seconds in which a source can be fetched."""
    thread = threading.Thread(target=_vendor, name="import-litellm", daemon=True)
    thread.start()
    return thread


def address(provider: str, api_base: str) -> str:
    """Return *api_base*, given with or without its version, as litellm wants it for the provider's wire format."""
    base = re.sub(r"/(?:chat/completions|messages)$", "", api_base.strip().rstrip("/")).rstrip("/")
    version = re.search(r"/v\d+\w*$", base)
    if provider in {"anthropic", "ollama", "ollama_chat"}:  # litellm adds the version itself
        return base[: version.start()] if version else base
    if provider == "gemini":
        return (base[: version.start()] if version else base) + "/v1beta"
    if re.search(r"/v\d+\w*(?:/|$)", urlsplit(base).path):
        return base
    return base + "/v1"


class _LlmJudge:
    """Asks one model. It may be shared by threads."""

    def __init__(
        self,
        name: JudgeName,
        *,
        api_base: str | None,
        keys: Mapping[str, SecretStr],
        timeout: float,
        answer_tokens: int,
    ) -> None:
        self._name = name
        self._address = address(name.provider, api_base) if api_base else None
        self._variable = PROVIDERS[name.provider][0] if name.provider in PROVIDERS else None
        self._key = keys.get(self._variable) if self._variable else None
        self._timeout = timeout
        self._answer_tokens = answer_tokens

    @property
    def name(self) -> JudgeName:
        """Provider and model."""
        return self._name

    def ask(self, prompt: Prompt) -> Answer:
        """Return the answer to *prompt*, within the time limit of a call.

        Raises JudgeUnavailable, RateLimited or NotSent (wait), JudgeRefused, JudgeRejected or UnknownModel (mend
        something), and Interrupted where the process is stopping.
        """
        require_key(self._name, keys=() if self._key is None else (self._variable,), api_base=self._address)
        vendor = _vendor()
        arguments = self._arguments(prompt, vendor=vendor)
        told = self._call(vendor, arguments)
        if isinstance(told, EvaluatorError):
            raise told  # outside of any handler: nothing of litellm's error, which quotes prompt and key, hangs on it
        return told

    def _call(self, vendor: Any, arguments: Mapping[str, Any]) -> Answer | EvaluatorError:
        """Return the answer, or our error for what came instead; nothing is raised, so that nothing can be chained."""
        sent, response = threading.Event(), None
        close = vendor.close_litellm_async_clients
        try:
            ask = functools.partial(vendor.acompletion, **arguments)
            response = calling.run(ask, seconds=self._timeout, sent=sent, close=close)
            return self._answer(response, arguments)
        except TimeoutError:
            return self._late(sent=sent.is_set())
        except CancelledError:
            return Interrupted("The process is stopping.") if sent.is_set() else NotSent("The process is stopping.")
        except Exception as error:  # noqa: BLE001 - litellm's own, and what it lets through: responses have any form
            if response is not None:
                return AnswerLost(f"{self._judge} sent an answer that cannot be read. Try again later.")
            return faults.translate(error, name=self._name, keys=self._secrets)

    def _late(self, *, sent: bool) -> EvaluatorError:
        if not sent:  # this machine was too slow, and nobody was asked
            return NotSent(f"The question to {self._judge} could not be sent in time. It is tried again later.")
        return AnswerLost(
            f"{self._judge} did not answer within {self._timeout:g} seconds. Try again later, or set MODU_JUDGE_TIMEOUT"
            " higher."
        )

    @property
    def _judge(self) -> str:
        return f"{self._name.provider}/{self._name.model}"

    @property
    def _secrets(self) -> tuple[str, ...]:
        return (self._key.get_secret_value(),) if self._key else ()

    def _arguments(self, prompt: Prompt, *, vendor: Any) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "model": f"{self._name.provider}/{self._name.model}",
            "messages": self._messages(prompt),
            "temperature": 0,
            "max_tokens": self._answer_tokens,
            "timeout": self._timeout + _MARGIN,
            "max_retries": 0,
            "num_retries": 0,
            "drop_params": True,  # what this model is known not to take, such as a temperature
        }
        if self._address:
            arguments["api_base"] = self._address
        if self._key:
            arguments["api_key"] = self._key.get_secret_value()
        elif self._variable:
            arguments["api_key"] = _NO_KEY
        if vendor.supports_response_schema(model=self._name.model, custom_llm_provider=self._name.provider):
            schema = {"name": "answer", "schema": prompt.answer_schema, "strict": True}
            arguments["response_format"] = {"type": "json_schema", "json_schema": schema}
        if self._name.provider == "openai" and self._address is None:  # which finds equal beginnings sooner by it
            arguments["prompt_cache_key"] = hashlib.sha256((prompt.system + prompt.prefix).encode()).hexdigest()[:32]
        return arguments

    def _messages(self, prompt: Prompt) -> list[dict[str, Any]]:
        content: str | list[dict[str, Any]] = prompt.prefix + prompt.suffix
        if self._name.provider == "anthropic":  # caches nothing unless told up to where
            content = [
                {"type": "text", "text": prompt.prefix, "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": prompt.suffix},
            ]
        return [{"role": "system", "content": prompt.system}, {"role": "user", "content": content}]

    def _answer(self, response: Any, arguments: Mapping[str, Any]) -> Answer:
        choice = response.choices[0] if response.choices else None
        content = getattr(getattr(choice, "message", None), "content", None)
        reason = getattr(choice, "finish_reason", None)
        text = content if isinstance(content, str) else ""
        return Answer(
            text=text,
            truncated=reason == "length",
            withheld=reason == "content_filter",
            model=bill.model(response.model, keys=self._secrets),
            parameters={name: arguments[name] for name in _RECORDED}
            | {"timeout": self._timeout, "schema": "response_format" in arguments},
            **dict(bill.read(response, text=text)),
        )


@functools.cache
def _vendor() -> Any:
    """Return litellm, imported and silenced: it must neither ask the network nor print nor log a prompt."""
    os.environ.update(_ENVIRONMENT)
    _silence()
    import litellm

    # They quote the answer. Set once for the process: to set it around a call is not safe between threads.
    warnings.filterwarnings("ignore", message="Pydantic serializer warnings", category=UserWarning)
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.disable_aiohttp_transport = True
    _use_our_wire()
    _leave_logs_alone()
    _silence()  # once more: the import may set levels of its own
    gc.freeze()  # its 400,000 objects stay; each look through them for garbage would stop all threads for 0.1 s
    return litellm


def _silence() -> None:
    """Let nothing be said by litellm, which writes to stdout, and no requests by those that it is built on."""
    for name in ("LiteLLM", "LiteLLM Proxy", "LiteLLM Router"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    for name in ("openai", "httpx", "httpcore"):  # which tell whole requests where the level is DEBUG
        logging.getLogger(name).setLevel(logging.WARNING)


def _leave_logs_alone() -> None:
    """Keep litellm from making logs that nobody reads: of a long error that takes seconds in which all threads stop."""
    from litellm.litellm_core_utils.litellm_logging import Logging

    def pass_over(*_arguments: Any, **_named: Any) -> None:
        return None

    async def pass_over_too(*_arguments: Any, **_named: Any) -> None:
        return None

    for outcome in ("failure", "success"):
        setattr(Logging, f"{outcome}_handler", pass_over)
        setattr(Logging, f"async_{outcome}_handler", pass_over_too)


def _use_our_wire() -> None:
    """Have litellm make its connections, those through a proxy too, of our transport."""
    import httpx
    from litellm.llms.custom_httpx import http_handler

    transport = wire.make_transport(httpx)

    def make(*, ssl_context: Any = None, ssl_verify: bool | None = None, **_others: Any) -> Any:
        return transport(verify=ssl_context or (True if ssl_verify is None else ssl_verify))

    vars(http_handler)["AsyncHTTPTransport"] = transport
    setattr(http_handler.AsyncHTTPHandler, "create_async_transport", staticmethod(make))  # noqa: B010 - for mypy
