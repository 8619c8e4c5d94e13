"""Lets a test that is written once run against the asynchronous twin too."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any


class Blocking:
    """Shows an asynchronous object as a synchronous one, on an event loop of its own thread."""

    def __init__(self, make: Callable[[], Any]) -> None:
        """Call `make` on the loop."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._shown = self._run(_later(make))

    def __getattr__(self, name: str) -> Any:
        return self._show(getattr(self._shown, name))

    def __enter__(self) -> Blocking:
        self._run(self._shown.__aenter__())
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._run(self._shown.__aexit__(*error))
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _run(self, awaitable: Awaitable[Any]) -> Any:
        async def wait() -> Any:
            return await awaitable

        return asyncio.run_coroutine_threadsafe(wait(), self._loop).result()

    def _show(self, thing: Any) -> Any:
        if isinstance(thing, Awaitable):
            return self._show(self._run(thing))
        if hasattr(thing, "__aenter__"):  # such managers can be called too, as decorators
            return self._entered(thing)
        if callable(thing):
            return lambda *args, **kwargs: self._show(thing(*map(self._hide, args), **kwargs))
        if isinstance(thing, AsyncIterator):
            return self._items(thing)
        if type(thing).__name__.startswith("Async"):
            return _View(self, thing)
        return thing

    def _hide(self, argument: Any) -> Any:
        """Turn a callback that blocks into one that is awaited; it runs in a thread, so that it may use the API."""
        if not callable(argument):
            return argument

        async def call(*args: Any) -> Any:
            return await asyncio.to_thread(argument, *map(self._show, args))

        return call

    @contextlib.contextmanager
    def _entered(self, manager: Any) -> Iterator[Any]:
        async def enter() -> Any:
            return await manager.__aenter__()

        entered = self._run(enter())
        try:
            yield self._show(entered)
        except BaseException as error:
            if not self._run(manager.__aexit__(type(error), error, error.__traceback__)):
                raise
        else:
            self._run(manager.__aexit__(None, None, None))

    def _items(self, iterator: AsyncIterator[Any]) -> Iterator[Any]:
        with contextlib.suppress(StopAsyncIteration):
            while True:
                yield self._run(iterator.__anext__())


class _View:
    """An object that an asynchronous one gave."""

    def __init__(self, owner: Blocking, shown: Any) -> None:
        self._owner = owner
        self._shown = shown

    def __getattr__(self, name: str) -> Any:
        return self._owner._show(getattr(self._shown, name))


async def _later(make: Callable[[], Any]) -> Any:
    return make()
