"""A process of its own, so that it can be a twin: the agent's seat in a room where somebody hums in the clear under the user's name.

Takes the seat again and again and prints, as its last line, how often and how much of the tone was heard. As
`tests/attacks/agent/early-ears.ts`, which says what the plan is.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import sys
from collections.abc import AsyncIterator

from livekit import rtc

from oracle_calls.agent.clock import SystemClock
from oracle_calls.agent.seat import LiveKitSeat, SeatNotice, UserAudio
from oracle_calls.protocol import SecretBytes

#: The agent's first receiving slot; no sender has its key.
SLOT = 0
LISTEN_MAX_S = 20.0
#: Seats in the room at a time. They do not hear each other: each admits the user alone.
AT_ONCE = 6


def tone_share(samples: memoryview, sample_rate: int, tone_hz: float) -> float:
    """How much of the energy is this tone, 0 to 1."""
    energy = sum(value * value for value in samples)
    if energy == 0:
        return 0.0
    step = 2 * math.pi * tone_hz / sample_rate
    real = sum(value * math.cos(step * at) for at, value in enumerate(samples))
    imaginary = sum(value * math.sin(step * at) for at, value in enumerate(samples))
    return min(1.0, 2 * (real * real + imaginary * imaginary) / (len(samples) * energy))


class Ears:
    def __init__(self, plan: dict[str, object]) -> None:
        self._tone_hz, self._pure, self._loud = (float(str(plan[name])) for name in ("toneHz", "pure", "loud"))
        self._windows_wanted = int(str(plan["windowsWanted"]))
        self.heard = 0
        self._listened = 0
        self.is_done = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def observe(self, notice: SeatNotice) -> None:
        if isinstance(notice, UserAudio):
            self._tasks.append(asyncio.ensure_future(self._listen(notice.frames)))

    async def _listen(self, frames: AsyncIterator[rtc.AudioFrame]) -> None:
        async for frame in frames:
            samples = frame.data.cast("b").cast("h")
            loudness = math.sqrt(sum(value * value for value in samples) / max(1, len(samples))) / 32_768
            self.heard += loudness > self._loud and tone_share(samples, frame.sample_rate, self._tone_hz) > self._pure
            self._listened += 1
            if self._listened >= self._windows_wanted:
                self.is_done.set()


async def admit_once(plan: dict[str, object], token: str) -> int:
    """How many windows of the tone one admission let through."""
    ears, seat = Ears(plan), LiveKitSeat(str(plan["url"]), token, clock=SystemClock())
    try:
        await seat.join(ears.observe)
        with SecretBytes(bytes([7]) * 32, "a key that nobody has") as key:
            await seat.frame_keys.install_receiving(str(plan["identity"]), SLOT, key)
        seat.admit(str(plan["identity"]))
        await asyncio.wait_for(ears.is_done.wait(), LISTEN_MAX_S)
    finally:
        await seat.close()
    return ears.heard


async def main() -> None:
    plan = json.loads(sys.argv[1])
    tokens: list[str] = plan["tokens"]
    admissions = heard_windows = 0
    for begin in range(0, len(tokens), AT_ONCE):
        some = tokens[begin : begin + AT_ONCE]
        admissions += len(some)
        heard_windows = sum(await asyncio.gather(*(admit_once(plan, token) for token in some)))
        if heard_windows:
            break
    sys.stdout.write(json.dumps({"admissions": admissions, "heardWindows": heard_windows}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
    # The media library's native threads keep a process alive.
    os._exit(0)
