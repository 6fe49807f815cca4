"""Where calls run: one event loop for the process, in which a call that is late or no longer wanted can be ended."""

import asyncio
import atexit
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from typing import Any

from evaluator.grading import wire

logger = logging.getLogger(__name__)

_starting = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None

_counting = threading.Lock()
_under_way: set[Future[Any]] = set()
_stops = 0  # blocks of `abandoned` that are open


def run(call: Callable[[], Awaitable[Any]], *, seconds: float, sent: threading.Event, close: Callable[[], Any]) -> Any:
    """Return what *call* gives, which is made in the loop, once it begins; *sent* is set once its request goes out.

    Raises TimeoutError where it takes longer, CancelledError where `abandoned` ends it; either way it ends. *close* is
    what closes its connections when the process ends.
    """
    loop = _running_loop(close)
    with _counting:
        if _stops:
            raise CancelledError
        future: Future[Any] = asyncio.run_coroutine_threadsafe(_marked(call, sent), loop)
        _under_way.add(future)
    try:
        return future.result(seconds)
    finally:
        future.cancel()  # late, or Ctrl-C; nothing happens where it is done
        with _counting:
            _under_way.discard(future)


@contextmanager
def abandoned() -> Iterator[None]:
    """End all calls that are under way, and let none begin for as long as the block lasts."""
    global _stops  # noqa: PLW0603 - one process, one loop
    with _counting:
        _stops += 1
        futures = list(_under_way)
    for future in futures:
        future.cancel()
    try:
        yield
    finally:
        with _counting:
            _stops -= 1


async def _marked(call: Callable[[], Awaitable[Any]], sent: threading.Event) -> Any:
    wire.SENT.set(sent)  # of this task and those that it starts
    return await call()


def _running_loop(close: Callable[[], Any]) -> asyncio.AbstractEventLoop:
    global _loop  # noqa: PLW0603 - one per process
    with _starting:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            _loop.set_exception_handler(_note)
            threading.Thread(target=_loop.run_forever, name="judge", daemon=True).start()
            atexit.register(_stop, _loop, close)
        return _loop


def _note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:  # noqa: ARG001 - the signature of a handler
    """Say that a call ended badly after nobody waited for it any more, without its words: they quote the prompt."""
    logger.debug("A call that was given up ended with %s", type(context.get("exception")).__name__)


def _forget_loop() -> None:
    global _loop  # noqa: PLW0603 - a child process has none of its parent's threads
    _loop = None


os.register_at_fork(after_in_child=_forget_loop)


def _stop(loop: asyncio.AbstractEventLoop, close: Callable[[], Any]) -> None:
    """Close the connections and end the loop, so that nothing is said about them when the process ends."""
    asyncio.run_coroutine_threadsafe(_close(close), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)


async def _close(close: Callable[[], Any]) -> None:
    await close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()
