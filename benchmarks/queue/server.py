"""A provider on this machine that takes one second to think, for whoever asks it: us, Inspect AI, promptfoo.

One process, one loop, nothing parsed that need not be. An answer is made while its second runs, so that thinking it up
delays nobody. `/stats` says what has been asked since the last `/reset`, and `/last` gives back the last question.

python -m benchmarks.queue.server --port 8123 --seconds 1
"""

import argparse
import asyncio
import json
import time
from dataclasses import asdict, dataclass, field

from tests.support.examiner import answer_to

_USAGE = {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200}


@dataclass
class Stats:
    """What has been asked since the last reset; times are those of the monotonic clock."""

    asked: int = 0
    answered: int = 0
    first: float = 0.0
    last: float = 0.0
    most_at_once: int = 0
    connections: int = 0
    late: float = 0.0  # seconds that the latest answer came after its second, at most
    cpu: float = field(default_factory=time.process_time)


class Provider:
    """Counts and answers."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.stats = Stats()
        self.last = b"{}"  # what was asked last

    def answer(self, path: str, body: bytes) -> tuple[float, bytes]:
        """Return the seconds to wait and the body of the answer."""
        if path == "/reset":
            self.stats = Stats()
            return 0.0, b"{}"
        if path == "/last":
            return 0.0, self.last
        if path == "/stats":
            return 0.0, json.dumps({**asdict(self.stats), "cpu": time.process_time() - self.stats.cpu}).encode()
        now, stats, self.last = time.monotonic(), self.stats, body
        stats.first = stats.first or now
        stats.asked += 1
        stats.most_at_once = max(stats.most_at_once, stats.asked - stats.answered)
        return self.seconds, _completion(json.loads(body))

    def answered(self, due: float) -> None:
        """Note that an answer that was due at that time goes out."""
        self.stats.answered += 1
        self.stats.last = time.monotonic()
        self.stats.late = max(self.stats.late, self.stats.last - due)


def _completion(asked: dict[str, object]) -> bytes:
    messages = asked["messages"]
    assert isinstance(messages, list)
    user = _text(messages[-1]["content"])
    completion = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": asked["model"],
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": _said(user)}},
        ],
        "usage": _USAGE,
    }
    return json.dumps(completion).encode()


def _said(user: str) -> str:
    """Return what is said to whom: each asks for an answer in a form of its own."""
    if "\nanswer_id: " in user:
        return json.dumps(answer_to(user, levels={}, default="met"))
    if "GRADE: " in user:  # Inspect AI
        return "It holds up.\n\nGRADE: C"
    return json.dumps({"reason": "It holds up.", "pass": True, "score": 1.0})  # promptfoo


def _text(content: object) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)  # type: ignore[attr-defined]


class Connection(asyncio.Protocol):
    """One connection, kept alive; requests on it come one after the other."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._got = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._provider.stats.connections += 1

    def data_received(self, data: bytes) -> None:
        came = time.monotonic()
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._got[:end]).decode("latin-1")
        length = next((int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")), 0)
        if len(self._got) < end + 4 + length:
            return
        body = bytes(self._got[end + 4 : end + 4 + length])
        del self._got[: end + 4 + length]
        path = head.split(" ", 2)[1]
        seconds, answer = self._provider.answer(path, body)
        due = came + seconds
        asyncio.get_running_loop().call_at(due, self._send, answer, due if seconds else None)

    def _send(self, answer: bytes, due: float | None) -> None:
        if due is not None:
            self._provider.answered(due)
        if self._transport is not None and not self._transport.is_closing():
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
            self._transport.write(head.encode() + answer)


async def serve(port: int, seconds: float) -> None:
    """Serve until the process is ended; say the port on stdout."""
    provider = Provider(seconds)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(provider), "127.0.0.1", port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1.0)
    chosen = parser.parse_args()
    asyncio.run(serve(chosen.port, chosen.seconds))


if __name__ == "__main__":
    main()
