"""A provider of models on this machine whose answers the test writes: OpenAI, Anthropic and Gemini on the wire.

By hand: `python -m tests.support.llm --port 8123`, then MODU_MODEL=openai/anything, MODU_API_BASE=http://127.0.0.1:8123
and OPENAI_API_KEY=x (or anthropic/..., gemini/... with their keys).
"""

import argparse
import asyncio
import gzip
import json
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from evaluator.grading import calling
from tests.support import obedient
from tests.support.examiner import answer_to

Wire = Literal["openai", "anthropic", "gemini"]
Finish = Literal["stop", "length", "content_filter"]

_STOPS: Mapping[Wire, Mapping[Finish, str]] = {
    "openai": {"stop": "stop", "length": "length", "content_filter": "content_filter"},
    "anthropic": {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"},
    "gemini": {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"},
}


@dataclass(frozen=True)
class Usage:
    """What the provider says that a call used."""

    input_tokens: int = 1000  # the cached ones included
    output_tokens: int = 200
    cached_tokens: int = 0
    written_tokens: int = 0  # of the input, put into the cache; Anthropic takes more for them
    reasoning_tokens: int = 0  # of the output


@dataclass(frozen=True)
class Received:
    """One request as it came in."""

    wire: Wire
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: Mapping[str, Any]

    @property
    def system(self) -> str:
        """The system message."""
        if self.wire == "openai":
            return "".join(_text(m["content"]) for m in self.body["messages"] if m["role"] == "system")
        if self.wire == "anthropic":
            return _text(self.body.get("system", ""))
        return _text(self.body.get("system_instruction", self.body.get("systemInstruction", {})).get("parts", ""))

    @property
    def user(self) -> str:
        """The user message."""
        if self.wire == "gemini":
            return "".join(_text(content["parts"]) for content in self.body["contents"])
        return "".join(_text(m["content"]) for m in self.body["messages"] if m["role"] == "user")


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


@dataclass(frozen=True)
class Reply:
    """What the server does with one request."""

    text: str | None = None  # the answer; None: an honest one is made from the prompt
    levels: Mapping[str, str] = field(default_factory=dict)  # of an answer that is made: criterion -> verdict
    default: str = "met"
    extra: Mapping[str, Any] = field(default_factory=dict)  # fields put over those of an answer that is made
    obeys: bool = False  # the answer that is made is what somebody in the project asks for
    finish: Finish = "stop"
    usage: Usage = Usage()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None  # the whole response, as it stands
    empty: bool = False  # no choice, no content, no candidate
    hang: float = 0  # seconds of silence before the response
    drip: float = 0  # seconds over which blanks drip in before the response
    reset: bool = False  # the connection is closed without a response
    cut: bool = False  # the connection is closed in the middle of the response
    gzip: bool = False  # the response is sent compressed, though nobody asked for that
    endless: bool = False  # the response goes on until the caller hangs up


class ScriptedLLM:
    """Gives the replies that were scripted, in order, and after them the usual one: every criterion is met."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Received] = []
        self.usual = Reply()
        self.poured = 0  # bytes of endless responses that were taken
        self.most_at_once = 0  # requests that were being answered
        self._at_once = 0
        self._replies: list[Reply] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"llm": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Address without a version."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def will(self, reply: Reply, *, times: int = 1) -> None:
        """Put a reply at the end of the script."""
        with self._lock:
            self._replies += [reply] * times

    def will_answer(
        self, levels: Mapping[str, str] | None = None, *, default: str = "met", times: int = 1, **extra: Any
    ) -> None:
        """Answer with these verdicts, the canaries right, real quotes from the prompt; *extra* fields as given."""
        self.will(Reply(levels=levels or {}, default=default, extra=extra), times=times)

    def will_reply(self, text: str, *, finish: Finish = "stop", times: int = 1) -> None:
        """Answer with that text as it stands."""
        self.will(Reply(text=text, finish=finish), times=times)

    def will_fail(
        self,
        status: int,
        *,
        message: str = "scripted failure",
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        times: int = 1,
    ) -> None:
        """Refuse with that status and the provider's form of an error, or with *body* as it stands."""
        self.will(Reply(text=message, status=status, headers=headers or {}, body=body), times=times)

    def will_hang(self, seconds: float, *, times: int = 1) -> None:
        """Say nothing for so long, then answer."""
        self.will(Reply(hang=seconds), times=times)

    def will_drip(self, seconds: float, *, times: int = 1) -> None:
        """Send a blank every twentieth of a second for so long, then the answer."""
        self.will(Reply(drip=seconds), times=times)

    def always(self, reply: Reply) -> None:
        """Give that reply whenever the script is at its end."""
        self.usual = reply

    def take(self, received: Received) -> Reply:
        """Note a request and return the reply to it."""
        with self._lock:
            self.requests.append(received)
            return self._replies.pop(0) if self._replies else self.usual

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Count one more request that is being answered."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            with self._lock:
                self._at_once -= 1

    def pause(self, seconds: float) -> bool:
        """Wait for so long; return whether the server is being closed."""
        return self._closing.wait(seconds)

    def close(self) -> None:
        """Stop serving; whoever hangs is let go."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def scripted_llm(port: int = 0) -> Iterator[ScriptedLLM]:
    """Yield a server, and stop it in the end; litellm's connections to it are closed then, which it keeps for later."""
    llm = ScriptedLLM(port)
    try:
        yield llm
    finally:
        hang_up()
        llm.close()


def hang_up() -> None:
    """Close the connections that litellm keeps in this process: else some are left to the collector of garbage."""
    litellm, loop = sys.modules.get("litellm"), calling._loop
    if litellm is not None and loop is not None:
        asyncio.run_coroutine_threadsafe(litellm.close_litellm_async_clients(), loop).result(10)
        litellm.in_memory_llm_clients_cache.flush_cache()


class _Handler(BaseHTTPRequestHandler):
    llm: ScriptedLLM
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        with self.llm.answering():
            self._answer()

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        wire = _wire(self.path)
        if wire is None:
            self._send(404, json.dumps({"error": {"message": f"no such path: {self.path}"}}), {})
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        received = Received(wire=wire, path=self.path, headers=headers, body=json.loads(raw))
        reply = self.llm.take(received)
        if reply.reset or (reply.hang and self.llm.pause(reply.hang)):
            self.close_connection = True
            return
        body = reply.body if reply.body is not None else json.dumps(_response(reply, received))
        try:
            if reply.endless:
                self._pour()
            else:
                self._send(reply.status, body, reply.headers, drip=reply.drip, cut=reply.cut, zip=reply.gzip)
        except OSError:  # the caller has gone: that is what the test is about
            self.close_connection = True

    def _send(
        self,
        status: int,
        body: str,
        headers: Mapping[str, str],
        *,
        drip: float = 0,
        cut: bool = False,
        zip: bool = False,
    ) -> None:
        blanks = int(drip / 0.05)
        data = gzip.compress(body.encode()) if zip else body.encode()
        encoding = {"Content-Encoding": "gzip"} if zip else {}
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **encoding, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) + blanks))
        self.end_headers()
        for _ in range(blanks):
            self.wfile.write(b" ")
            self.wfile.flush()
            if self.llm.pause(0.05):
                self.close_connection = True
                return
        self.wfile.write(data[: len(data) // 2] if cut else data)
        if cut:
            self.close_connection = True

    def _pour(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        while not self.llm.pause(0):
            self.wfile.write(b" " * 65536)
            self.llm.poured += 65536

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _wire(path: str) -> Wire | None:
    path = path.partition("?")[0]
    if path == "/v1/chat/completions":
        return "openai"
    if path == "/v1/messages":
        return "anthropic"
    return "gemini" if re.fullmatch(r"/v1beta/models/[\w.-]+:generateContent", path) else None


def _response(reply: Reply, received: Received) -> Any:
    if reply.status >= 400:
        return _error(reply, received.wire)
    text = reply.text if reply.text is not None else _made(reply, received)
    stop = _STOPS[received.wire][reply.finish]
    return _FORMS[received.wire](text, stop, reply, received)


def _made(reply: Reply, received: Received) -> str:
    if reply.obeys:
        return json.dumps(obedient.answer(received.user, told=obedient.is_told(received.user), cunning=True))
    answer = answer_to(received.user, levels=reply.levels, default=reply.default)
    return json.dumps({**answer, **reply.extra}, ensure_ascii=False)


def _error(reply: Reply, wire: Wire) -> Any:
    if wire == "openai":
        return {"error": {"message": reply.text, "type": "scripted", "param": None, "code": None}}
    if wire == "anthropic":
        return {"type": "error", "error": {"type": "scripted_error", "message": reply.text}}
    return {"error": {"code": reply.status, "message": reply.text, "status": "SCRIPTED"}}


def _openai(text: str, stop: str, reply: Reply, received: Received) -> Any:
    usage = reply.usage
    message = {"role": "assistant", "content": text}
    return {
        "id": "scripted",
        "object": "chat.completion",
        "created": 1,
        "model": received.body["model"],
        "choices": [] if reply.empty else [{"index": 0, "message": message, "finish_reason": stop}],
        "usage": {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.input_tokens + usage.output_tokens,
            "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
            "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        },
    }


def _anthropic(text: str, stop: str, reply: Reply, received: Received) -> Any:
    usage = reply.usage
    content: list[dict[str, Any]] = [{"type": "text", "text": text}]
    forced = received.body.get("tool_choice", {}).get("name")
    if forced and stop == "end_turn":  # how the older models are held to a form
        content = [{"type": "tool_use", "id": "tool", "name": forced, "input": json.loads(text)}]
        stop = "tool_use"
    return {
        "id": "scripted",
        "type": "message",
        "role": "assistant",
        "model": received.body["model"],
        "content": [] if reply.empty else content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {
            "input_tokens": usage.input_tokens - usage.cached_tokens - usage.written_tokens,
            "output_tokens": usage.output_tokens,
            "output_tokens_details": {"thinking_tokens": usage.reasoning_tokens},
            "cache_creation_input_tokens": usage.written_tokens,
            "cache_read_input_tokens": usage.cached_tokens,
        },
    }


def _gemini(text: str, stop: str, reply: Reply, received: Received) -> Any:
    usage = reply.usage
    content = {"parts": [{"text": text}], "role": "model"}
    return {
        "candidates": [] if reply.empty else [{"content": content, "finishReason": stop, "index": 0}],
        "usageMetadata": {
            "promptTokenCount": usage.input_tokens,
            "candidatesTokenCount": usage.output_tokens - usage.reasoning_tokens,
            "thoughtsTokenCount": usage.reasoning_tokens,
            "totalTokenCount": usage.input_tokens + usage.output_tokens,
            "cachedContentTokenCount": usage.cached_tokens,
        },
        "modelVersion": received.path.rpartition("/")[2].partition(":")[0],
    }


_FORMS = {"openai": _openai, "anthropic": _anthropic, "gemini": _gemini}


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A scripted provider of models: each criterion gets the same verdict.")
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--verdict", default="met", choices=["met", "partly", "not_met", "cannot_tell"])
    options = parser.parse_args()
    with scripted_llm(options.port) as llm:
        llm.always(Reply(default=options.verdict))
        print(f"Listening on {llm.url}; Ctrl-C ends it.")  # noqa: T201
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
