"""How responses of providers are read off the wire: whole, uncompressed, at most so many bytes, from where we asked.

httpx unpacks any bomb, follows redirects with the prompt and some keys to whatever host is named, and litellm sends a
request a second time where a connection breaks. So all its connections are made of this.
"""

import threading
from contextvars import ContextVar
from typing import Any

MAX_BYTES = 512 << 10  # of a response: an answer has 64 kB, what is said and thought around it less than this
MAX_ERROR = 16 << 10  # of a response that is no success: the rest is left out
SENT: ContextVar[threading.Event | None] = ContextVar("SENT", default=None)  # is set when the task's request goes out
_KEPT_ALIVE = 100  # idle connections
_NOT_PASSED_ON = {"location", "content-length"}


class TooMuch(ValueError):
    """A response is larger than any answer, or packed although that was not asked for."""


def make_transport(httpx: Any) -> type[Any]:
    """Return the class of transports to be used in place of httpx's own, which is slow to import."""

    class Wire(httpx.AsyncHTTPTransport):  # type: ignore[misc]  # it is not there before it is imported
        """Sends a request once, and reads the response to its end."""

        def __init__(self, **arguments: Any) -> None:
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=_KEPT_ALIVE)
            super().__init__(**{"limits": limits, **arguments})

        async def handle_async_request(self, request: Any) -> Any:
            """Return the response, read; raise what httpx raises, or TooMuch."""
            request.headers["accept-encoding"] = "identity"
            if (sent := SENT.get()) is not None:
                sent.set()
            try:
                response = await super().handle_async_request(request)
                try:
                    body = await _read(response)
                finally:
                    await response.aclose()
            except httpx.RemoteProtocolError as error:  # which litellm would answer with a second request
                raise httpx.ReadError(str(error), request=request) from error
            body = body if response.is_success else body[:MAX_ERROR]
            headers = [pair for pair in response.headers.multi_items() if pair[0] not in _NOT_PASSED_ON]
            return httpx.Response(response.status_code, headers=headers, content=body, extensions=response.extensions)

    return Wire


async def _read(response: Any) -> bytes:
    encoding = response.headers.get("content-encoding", "identity").lower()
    length = response.headers.get("content-length", "")
    if encoding != "identity" or (length.isdecimal() and int(length[:20]) > MAX_BYTES):
        raise TooMuch("the response is packed or too large")
    body = bytearray()
    async for part in response.stream:
        body += part
        if len(body) > MAX_BYTES:
            raise TooMuch("the response is too large")
    return bytes(body)
