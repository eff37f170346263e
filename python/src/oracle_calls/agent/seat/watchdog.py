"""Notices packets without sound: the sign of a wrong key, or of somebody who sends what is none of the call's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from oracle_calls.protocol import OracleCallError

#: Between two looks at the flow, in ms.
WATCH_EVERY_MS: Final = 2_000
#: A new key may arrive a little after the first frame under it; past this, in ms, it is not going to.
UNDECRYPTABLE_AFTER_MS: Final = 6_000


@dataclass(frozen=True, slots=True)
class InboundFlow:
    """What came in as sound so far."""

    #: RTP packets, as WebRTC counts them.
    packets: int
    #: Samples that left the jitter buffer: what cannot be decrypted never gets into it.
    heard_samples: int


class MediaWatchdog:
    def __init__(self) -> None:
        self._before: InboundFlow | None = None
        self._deaf_since: float | None = None
        self._is_told = False

    def look(self, now: float, flow: InboundFlow, participant_identity: str) -> OracleCallError | None:
        """An error to tell, once per stretch of deafness."""
        before, self._before = self._before or flow, flow
        if flow.heard_samples != before.heard_samples:
            self._deaf_since, self._is_told = None, False
            return None
        # Silence without packets is somebody who says nothing.
        if flow.packets == before.packets:
            return None
        self._deaf_since = now if self._deaf_since is None else self._deaf_since
        if self._is_told or now - self._deaf_since < UNDECRYPTABLE_AFTER_MS:
            return None
        self._is_told = True
        return OracleCallError("ERR_MEDIA_UNDECRYPTABLE", details={"participantIdentity": participant_identity})
