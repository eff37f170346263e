"""Trying again, where the error says that it may help."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from oracle_calls.protocol import OracleCallError

from ..clock import Clock

T = TypeVar("T")

_random = secrets.SystemRandom().random


@dataclass(frozen=True, slots=True)
class RetryLimits:
    #: No new attempt starts later than this after the first, in ms.
    within_ms: float
    #: Pause after the first failure, in ms; it doubles up to the longest.
    first_pause_ms: float
    max_pause_ms: float


#: A claim or key may come before Matrix has delivered the event: the backend waits 5 s a time, we come back for 15 s.
CLAIM_RETRY: Final = RetryLimits(within_ms=15_000, first_pause_ms=100, max_pause_ms=1_000)


async def retrying(
    attempt: Callable[[], Awaitable[T]], limits: RetryLimits, clock: Clock, random: Callable[[], float] = _random
) -> T:
    """Repeats `attempt` while its error is retryable and there is time. The last error is raised as it is."""
    give_up_at = clock.now() + limits.within_ms
    pause_ms = limits.first_pause_ms
    while True:
        try:
            return await attempt()
        except OracleCallError as error:
            # Between half and all of the pause: workers that failed together do not come back together.
            wait_ms = pause_ms * (0.5 + random() / 2)
            if not error.retryable or clock.now() + wait_ms > give_up_at:
                raise
        await clock.sleep(wait_ms)
        pause_ms = min(limits.max_pause_ms, pause_ms * 2)
