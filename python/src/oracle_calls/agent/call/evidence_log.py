"""Looks at the tracks of a call while it lasts, and says once what they were."""

from __future__ import annotations

import contextlib
import logging
from typing import Final

from oracle_calls.protocol import OracleCallError

from ..clock import Clock, within
from ..seat import Seat
from .call_statistics import CallStatistics

log = logging.getLogger("oracle_calls.agent")

#: Between two samples of the statistics, in ms: once the room is gone there is nothing to ask.
_SAMPLE_EVERY_MS: Final = 1_000
#: The last sample must not keep the agent in the room for longer, in ms.
_LAST_SAMPLE_MAX_MS: Final = 500


class EvidenceLog:
    def __init__(self, seat: Seat, clock: Clock) -> None:
        self._seat = seat
        self._clock = clock
        self._statistics = CallStatistics()

    async def keep_sampling(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._clock.sleep(_SAMPLE_EVERY_MS)
            await self.sample()

    async def sample(self) -> None:
        """A sample that fails adds nothing: the room may be gone."""
        with contextlib.suppress(Exception):
            self._statistics.add(await self._seat.sample_evidence())

    def note_unopened(self) -> None:
        """Sound of the user did not open."""
        self._statistics.add_unopened()

    async def write(self, *, is_signed: bool, was_confirmed: bool) -> None:
        late = OracleCallError("ERR_UPSTREAM_TIMEOUT")
        with contextlib.suppress(OracleCallError):
            await within(self._clock, _LAST_SAMPLE_MAX_MS, self.sample(), lambda: late)
        facts = self._statistics.to_fields(is_signed=is_signed, was_confirmed=was_confirmed)
        dropped = [{"kind": kind, "count": count} for kind, count in self._seat.dropped.items() if count > 0]
        log.info("call statistics", extra={**facts, "dropped": dropped})
