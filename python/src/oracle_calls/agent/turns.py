"""One thing after the other, and work that goes on behind its owner's back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any


class Turns:
    """Runs pieces of work one at a time, in the order in which they were given."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def run(self, work: Callable[[], Awaitable[None]]) -> None:
        # The lock is fair: who waits longest is next.
        async with self._lock:
            await work()


class Background:
    """Tasks that nobody waits for. The loop itself holds them weakly, so somebody has to hold them."""

    def __init__(self, on_failed: Callable[[BaseException], None] | None = None) -> None:
        """`on_failed` is told of what a task raised; without, failures are the task's own matter."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._on_failed = on_failed

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def stop(self) -> None:
        """Cancels what still runs, and waits for it. Whoever calls it from one of the tasks is not cancelled."""
        current = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not current]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and self._on_failed is not None:
            self._on_failed(error)
