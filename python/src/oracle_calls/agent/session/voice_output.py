"""The framework's way out for speech, to the call's speaker and to nothing else.

The framework's own output publishes transcripts and attributes beside the sound, in plaintext for the SFU; this one cannot.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from livekit import rtc
from livekit.agents.voice.io import AudioOutput, AudioOutputCapabilities

from ..seat import Speaker
from ..turns import Background


@dataclass(eq=False, slots=True)
class _Segment:
    """One stretch of speech between two flushes."""

    played_s: float = 0.0
    has_started: bool = False
    is_interrupted: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)


class VoiceOutput(AudioOutput):
    def __init__(self, speaker: Speaker) -> None:
        super().__init__(
            label="OracleCall", capabilities=AudioOutputCapabilities(pause=True), sample_rate=speaker.sample_rate
        )
        self._speaker = speaker
        self._current: _Segment | None = None
        self._unfinished: set[_Segment] = set()
        self._background = Background()
        self._may_play = asyncio.Event()
        self._may_play.set()

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        segment = self._open()
        await super().capture_frame(frame)
        await _first_of(self._may_play, segment.over)
        if segment.is_interrupted:
            return
        if not segment.has_started:
            segment.has_started = True
            self.on_playback_started(created_at=time.time())
        segment.played_s += frame.duration
        await self._speaker.play(frame)

    def flush(self) -> None:
        super().flush()
        segment, self._current = self._current, None
        if segment is not None:
            self._background.start(self._finish(segment))

    def clear_buffer(self) -> None:
        if not self._unfinished:
            return
        unheard_s = self._speaker.queued_s
        self._speaker.clear()
        for segment in self._unfinished:
            segment.played_s = max(0.0, segment.played_s - unheard_s)
            segment.is_interrupted = True
            segment.over.set()
        # A segment that is still open ends here: nobody will flush what was thrown away.
        self.flush()

    def pause(self) -> None:
        self._may_play.clear()
        super().pause()

    def resume(self) -> None:
        self._may_play.set()
        super().resume()

    async def close(self) -> None:
        self.clear_buffer()
        await self._background.stop()

    def _open(self) -> _Segment:
        if self._current is None:
            self._current = _Segment()
            self._unfinished.add(self._current)
        return self._current

    async def _finish(self, segment: _Segment) -> None:
        drained = asyncio.ensure_future(self._speaker.drained())
        over = asyncio.ensure_future(segment.over.wait())
        try:
            await asyncio.wait({drained, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            drained.cancel()
            over.cancel()
        self._unfinished.discard(segment)
        self.on_playback_finished(playback_position=segment.played_s, interrupted=segment.is_interrupted)


async def _first_of(*events: asyncio.Event) -> None:
    """Returns when one of them is set."""
    if any(event.is_set() for event in events):
        return
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
