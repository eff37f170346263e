"""The short sound with which the oracle says "I am here"."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from typing import Final

from livekit import rtc

#: Two rising notes, A5 and E6: short, friendly, and unlike speech. Hertz, start and length in ms.
_NOTES: Final = ((880.0, 0, 160), (1318.51, 110, 260))
#: A quarter of full scale per note: clearly audible, never louder than the voice.
_LOUDNESS: Final = 0.25
#: Attack: without it a note starts with a click.
_ATTACK_MS: Final = 6
_FULL_SCALE: Final = 32_767
_FRAME_MS: Final = 20


def earcon(sample_rate: int) -> Iterator[rtc.AudioFrame]:
    """As frames of 20 ms, mono."""
    total = _samples(sample_rate, max(start + length for _, start, length in _NOTES))
    mixed = [0.0] * total
    for hertz, start_ms, length_ms in _NOTES:
        start, count, attack = (_samples(sample_rate, ms) for ms in (start_ms, length_ms, _ATTACK_MS))
        for i in range(min(count, total - start)):
            loudness = _LOUDNESS * min(1.0, i / attack) * (1 - i / count) ** 2
            mixed[start + i] += loudness * math.sin(2 * math.pi * hertz * i / sample_rate)
    samples = array("h", (round(value * _FULL_SCALE) for value in mixed))
    step = _samples(sample_rate, _FRAME_MS)
    for begin in range(0, total, step):
        part = samples[begin : begin + step]
        yield rtc.AudioFrame(part.tobytes(), sample_rate, 1, len(part))


def _samples(sample_rate: int, ms: float) -> int:
    return round(ms / 1_000 * sample_rate)
