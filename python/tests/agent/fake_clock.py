"""A clock that moves when the test says so."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

from oracle_calls.agent.clock import Timer

T = TypeVar("T")


@dataclass(order=True)
class FakeTimer:
    due: float
    number: int
    call: Callable[[], object] = field(compare=False)
    is_cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.is_cancelled = True


class FakeClock:
    def __init__(self, now: float = 1_795_435_260_000) -> None:
        self._now = now
        self._timers: list[FakeTimer] = []
        self._numbers = count()

    def now(self) -> float:
        return self._now

    @property
    def pending_timers(self) -> int:
        return sum(not timer.is_cancelled for timer in self._timers)

    def after(self, delay_ms: float, call: Callable[[], object]) -> Timer:
        timer = FakeTimer(self._now + delay_ms, next(self._numbers), call)
        heapq.heappush(self._timers, timer)
        return timer

    async def sleep(self, delay_ms: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        timer = self.after(delay_ms, lambda: None if woken.done() else woken.set_result(None))
        try:
            await woken
        finally:
            timer.cancel()

    async def advance(self, by_ms: float) -> None:
        """Moves on, running what is due in its order, with everything that follows from it."""
        end = self._now + by_ms
        await settle()
        while self._timers and self._timers[0].due <= end:
            timer = heapq.heappop(self._timers)
            if timer.is_cancelled:
                continue
            self._now = timer.due
            timer.call()
            await settle()
        self._now = end


async def settle(turns: int = 40) -> None:
    """Lets everything happen that waits for nothing but its turn."""
    for _ in range(turns):
        await asyncio.sleep(0)


def run(test: Coroutine[Any, Any, T]) -> T:
    """Runs a test on a loop of its own; whatever is left behind there is a failure of the test's own."""
    return asyncio.run(test)
