"""The framework's way in for sound, from the call and from nothing else."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from livekit import rtc
from livekit.agents.voice.io import AudioInput

from ..turns import Background

#: Frames that wait to be taken, of 10 ms each: what a person says while the conversation starts. The oldest give way.
_WAITING_MAX: Final = 500


class CallEars(AudioInput):
    def __init__(self) -> None:
        super().__init__(label="OracleCall")
        self._frames: deque[rtc.AudioFrame] = deque(maxlen=_WAITING_MAX)
        self._arrived = asyncio.Event()
        self._background = Background()
        self._listening: asyncio.Task[None] | None = None
        self._is_closed = False

    def listen_to(self, frames: AsyncIterator[rtc.AudioFrame]) -> None:
        """Listens to this sound from now on, and to no other."""
        self.stop_listening()
        if not self._is_closed:
            self._listening = self._background.start(self._listen(frames))

    def stop_listening(self) -> None:
        """What was heard and not taken yet is forgotten."""
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.cancel()
        self._frames.clear()

    async def close(self) -> None:
        self._is_closed = True
        self.stop_listening()
        self._arrived.set()
        await self._background.stop()

    async def __anext__(self) -> rtc.AudioFrame:
        while not self._frames:
            if self._is_closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._frames.popleft()

    async def _listen(self, frames: AsyncIterator[rtc.AudioFrame]) -> None:
        async for frame in frames:
            self._frames.append(frame)
            self._arrived.set()
