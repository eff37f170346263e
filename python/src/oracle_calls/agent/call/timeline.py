"""When the stages of a call's set-up were reached, as the Node agent tells it: what an operator sees of a slow one."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from typing import Final, Literal, TypeAlias

from ..clock import Clock

log = logging.getLogger("oracle_calls.agent")

#: As `JOB_STAGES` of the TypeScript package names them, in the order in which they mostly come.
JobStage: TypeAlias = Literal[
    "claimed",
    "key_fetched",
    "key_opened",
    "connected",
    "user_here",
    "handshake_begun",
    "confirmed",
    "peer_ready",
    "voice_subscribed",
    "earcon_sent",
    "conversation_ready",
]

#: Stages that are inputs of the presence as well, by their names there.
STAGES_OF_INPUTS: Final[dict[str, JobStage]] = {
    "user-here": "user_here",
    "confirmed": "confirmed",
    "peer-ready": "peer_ready",
    "voice-subscribed": "voice_subscribed",
}


class JobTimeline:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started_at = clock.now()
        self._stages: dict[JobStage, float] = {}

    def mark(self, stage: JobStage) -> None:
        """The first time counts."""
        self._stages.setdefault(stage, self._clock.now() - self._started_at)

    def log(self) -> None:
        started_at = datetime.fromtimestamp(self._started_at / 1_000, timezone.utc).isoformat(timespec="milliseconds")
        took = {f"{stage}_ms": round(ms) for stage, ms in self._stages.items()}
        log.info("call set up", extra={"started_at": started_at.replace("+00:00", "Z"), **took})
