"""Time, as something that is given: tests bring a clock of their own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Timer(Protocol):
    def cancel(self) -> None:
        """Idempotent; a timer that has run is not there any more."""
        ...


class Clock(Protocol):
    def now(self) -> float:
        """Milliseconds since the Unix epoch."""
        ...

    def after(self, delay_ms: float, call: Callable[[], object]) -> Timer:
        """Calls once, later, on the running loop."""
        ...

    async def sleep(self, delay_ms: float) -> None: ...


class SystemClock:
    """The machine's clock and the running loop's timers."""

    def now(self) -> float:
        return time.time() * 1_000

    def after(self, delay_ms: float, call: Callable[[], object]) -> Timer:
        return asyncio.get_running_loop().call_later(delay_ms / 1_000, call)

    async def sleep(self, delay_ms: float) -> None:
        await asyncio.sleep(delay_ms / 1_000)


async def within(clock: Clock, limit_ms: float, work: Coroutine[Any, Any, T], overdue: Callable[[], Exception]) -> T:
    """What the work comes to, if it does in time; else it is cancelled, and `overdue` makes the error that is raised."""
    task = asyncio.ensure_future(work)
    is_overdue = False

    def give_up() -> None:
        nonlocal is_overdue
        is_overdue = not task.done()
        task.cancel()

    timer = clock.after(limit_ms, give_up)
    try:
        return await task
    except asyncio.CancelledError:
        if is_overdue:
            raise overdue() from None
        raise
    finally:
        timer.cancel()
