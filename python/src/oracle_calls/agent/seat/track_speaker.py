"""The speaker behind the oracle's voice track. Heard when its owner wants it and the seat's gate is open; at first neither."""

from __future__ import annotations

from typing import Final

from livekit import rtc

from .voice_gate import GateState

#: Hertz, mono: what most synthesisers make.
VOICE_SAMPLE_RATE: Final = 24_000
#: Sound ahead of time, in ms: enough to bridge a busy event loop, short enough to fall silent when interrupted.
_QUEUE_MS: Final = 200


class TrackSpeaker:
    def __init__(self) -> None:
        """Inside a running loop."""
        self.source = rtc.AudioSource(VOICE_SAMPLE_RATE, 1, queue_size_ms=_QUEUE_MS)
        self._is_muted = True
        self._gate: GateState = "shut"
        self._is_closed = False

    @property
    def sample_rate(self) -> int:
        return VOICE_SAMPLE_RATE

    @property
    def queued_s(self) -> float:
        return self.source.queued_duration

    def set_muted(self, is_muted: bool) -> None:
        self._is_muted = is_muted
        if is_muted:
            self.clear()

    def set_gate(self, state: GateState) -> None:
        """The seat's word: whether the voice is known to be sealed."""
        self._gate = state
        if state == "shut":
            self.clear()

    async def play(self, frame: rtc.AudioFrame) -> None:
        if self._is_muted or self._gate == "shut" or self._is_closed:
            return
        await self.source.capture_frame(frame)

    async def drained(self) -> None:
        await self.source.wait_for_playout()

    def clear(self) -> None:
        if not self._is_closed:
            self.source.clear_queue()

    async def close(self) -> None:
        self._is_muted = True
        if not self._is_closed:
            self._is_closed = True
            await self.source.aclose()
