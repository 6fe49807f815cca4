"""The judge that is an LLM: one call through litellm, which only this module knows (specs/queue.md, "litellm").

litellm is imported on first use: it takes seconds. Its own retries are off, since ours are in the request's row, and
the time limit is ours, since a dripping answer outlives litellm's.
"""

import asyncio
import atexit
import functools
import hashlib
import logging
import math
import os
import re
import threading
import warnings
from collections.abc import Container, Coroutine, Mapping
from concurrent.futures import Future
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from evaluator.errors import AnswerLost, BadModelName, JudgeRejected, NoKey
from evaluator.grading import faults, wire
from evaluator.judgement import Answer, Judge, JudgeName, Prompt
from evaluator.settings import OFFLINE, PROVIDERS

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
}
_RECORDED = ("temperature", "max_tokens")  # parameters that go into the grading record
MAX_TOKENS = 10**12  # of a call, as reported
MAX_COST = 1_000_000  # US dollars of a call: no bill is that high, and sums of it can be stored
MAX_MODEL = 200  # characters of a model's name, as reported
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

        Raises JudgeUnavailable or RateLimited (wait), JudgeRefused, JudgeRejected or UnknownModel (mend something).
        """
        require_key(self._name, keys=() if self._key is None else (self._variable,), api_base=self._address)
        vendor = _vendor()
        arguments = self._arguments(prompt, vendor=vendor)
        try:
            response = _run(vendor.acompletion(**arguments), seconds=self._timeout)
        except TimeoutError as error:
            raise AnswerLost(
                f"{self._name.provider}/{self._name.model} did not answer within {self._timeout:g} seconds. Try again"
                " later, or set MODU_JUDGE_TIMEOUT higher."
            ) from error
        except Exception as error:  # noqa: BLE001 - litellm's own, and what it lets through: responses have any form
            secrets = [self._key.get_secret_value()] if self._key else []
            raise faults.translate(error, name=self._name, keys=secrets) from None  # it quotes prompt and answer
        return self._answer(response, arguments)

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
        text = getattr(getattr(choice, "message", None), "content", None)
        reason = getattr(choice, "finish_reason", None)
        if reason == "content_filter":
            raise JudgeRejected(
                f"{self._name.provider} withheld the answer of {self._name.model} by its content policy. Choose another"
                " model with MODU_MODEL."
            )
        usage = getattr(response, "usage", None)
        details = getattr(usage, "prompt_tokens_details", None)
        made = getattr(usage, "completion_tokens_details", None)
        input_tokens, output_tokens = _tokens(usage, "prompt_tokens"), _tokens(usage, "completion_tokens")
        return Answer(
            text=text if isinstance(text, str) else "",
            truncated=reason == "length",
            model=_model(response.model),
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cached_tokens=min(_tokens(details, "cached_tokens"), input_tokens),
            reasoning_tokens=min(_tokens(made, "reasoning_tokens"), output_tokens),
            cost_usd=_cost(response._hidden_params.get("response_cost")),  # noqa: SLF001 - where litellm puts it
            parameters={name: arguments[name] for name in _RECORDED}
            | {"timeout": self._timeout, "schema": "response_format" in arguments},
        )


def _model(reported: Any) -> str | None:
    """Return the name of the model as the provider reports it, fit to be stored, or None where it reports none."""
    return "".join(filter(str.isprintable, reported))[:MAX_MODEL] or None if isinstance(reported, str) else None


def _tokens(usage: Any, name: str) -> int:
    """Return a count that the provider reports, within what can be stored: a paid answer is not lost over its bill."""
    count = getattr(usage, name, None)
    return min(max(int(count), 0), MAX_TOKENS) if isinstance(count, int | float) and math.isfinite(count) else 0


def _cost(reported: Any) -> Decimal | None:
    """Return the price in US dollars, or None where none is known or the one that is reported cannot be."""
    if not isinstance(reported, int | float | Decimal) or not 0 <= reported <= MAX_COST:
        return None
    return round(Decimal(str(reported)), 8)


@functools.cache
def _vendor() -> Any:
    """Return litellm, imported and silenced: it must neither ask the network nor print nor log a prompt."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import litellm

    # They quote the answer. Set once for the process: to set it around a call is not safe between threads.
    warnings.filterwarnings("ignore", message="Pydantic serializer warnings", category=UserWarning)
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.disable_aiohttp_transport = True
    _use_our_wire()
    for name in ("LiteLLM", "LiteLLM Proxy", "LiteLLM Router"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    for name in ("openai", "httpx", "httpcore"):  # which tell whole requests where the level is DEBUG
        logging.getLogger(name).setLevel(logging.WARNING)
    return litellm


def _use_our_wire() -> None:
    """Have litellm make its connections, those through a proxy too, of our transport."""
    import httpx
    from litellm.llms.custom_httpx import http_handler

    transport = wire.make_transport(httpx)

    def make(*, ssl_context: Any = None, ssl_verify: bool | None = None, **_others: Any) -> Any:
        return transport(verify=ssl_context or (True if ssl_verify is None else ssl_verify))

    vars(http_handler)["AsyncHTTPTransport"] = transport
    setattr(http_handler.AsyncHTTPHandler, "create_async_transport", staticmethod(make))  # noqa: B010 - for mypy


# One event loop for all calls of the process: they share its connections, and a call that is late can be ended.
_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def _run(call: Coroutine[Any, Any, Any], *, seconds: float) -> Any:
    """Return what *call* returns. Raises TimeoutError, and ends the call, where it takes longer."""
    future: Future[Any] = asyncio.run_coroutine_threadsafe(call, _running_loop())
    try:
        return future.result(seconds)
    finally:
        future.cancel()  # late, or Ctrl-C; nothing happens where it is done


def _running_loop() -> asyncio.AbstractEventLoop:
    global _loop  # noqa: PLW0603 - one per process
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="judge", daemon=True).start()
            atexit.register(_stop, _loop)
        return _loop


def _forget_loop() -> None:
    global _loop  # noqa: PLW0603 - a child process has none of its parent's threads
    _loop = None


os.register_at_fork(after_in_child=_forget_loop)


def _stop(loop: asyncio.AbstractEventLoop) -> None:
    """Close the connections and end the loop, so that nothing is said about them when the process ends."""
    asyncio.run_coroutine_threadsafe(_close(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)


async def _close() -> None:
    await _vendor().close_litellm_async_clients()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()
