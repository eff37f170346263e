"""The rule: no sample is captured until the own track's frame cryptor is seen, switched on, with the slot of the call's key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, Protocol, TypeAlias

from oracle_calls.protocol import OracleCallError

from ..clock import Clock

#: The cryptor is there once the SFU has taken the track; after a reconnect that takes some round trips more, in ms.
GUARDED_MAX_MS: Final = 5_000
LOOK_EVERY_MS: Final = 10

GateState: TypeAlias = Literal["open", "shut"]


class Cryptor(Protocol):
    """A frame cryptor as the media library tells of it."""

    @property
    def participant_identity(self) -> str: ...
    @property
    def track_sid(self) -> str: ...
    @property
    def key_index(self) -> int: ...
    @property
    def enabled(self) -> bool: ...


class VoiceTrack(Protocol):
    """The own voice in the SFU room."""

    @property
    def identity(self) -> str: ...

    @property
    def track_sid(self) -> str | None:
        """As of now: a reconnect can give the track another id. `None`: not published."""
        ...

    def cryptors(self) -> Sequence[Cryptor]: ...

    def use_slot(self, slot: int) -> None: ...

    def set_gate(self, state: GateState) -> None:
        """While shut, no sample is captured."""
        ...


def is_voice_guarded(voice: VoiceTrack, slot: int) -> bool:
    # No track: a cryptor without an id is none of ours.
    if not voice.track_sid:
        return False
    return any(
        one.participant_identity == voice.identity
        and one.track_sid == voice.track_sid
        and one.enabled
        and one.key_index == slot
        for one in voice.cryptors()
    )


class VoiceGate:
    """Keeps the voice in until it is guarded, again after every reconnect and whenever the track was published anew."""

    def __init__(self, track: VoiceTrack, clock: Clock) -> None:
        self._track = track
        self._clock = clock
        self._slot: int | None = None
        self._is_interrupted = False
        #: Each look ends the one before.
        self._look_number = 0

    @property
    def slot(self) -> int | None:
        """The slot that the voice is sealed with, if any."""
        return self._slot

    async def open(self, slot: int) -> None:
        """Seals with this slot, whose key is set already. Returns when the voice is out, or when a later call decides about it.

        Raises `ERR_MEDIA_UNENCRYPTED` when the cryptor is not seen in time.
        """
        self._slot = slot
        await self._look()

    def shut(self) -> None:
        """Until `open` is called again."""
        self._look_number += 1
        self._slot = None
        self._track.set_gate("shut")

    def on_interrupted(self) -> None:
        self._look_number += 1
        self._is_interrupted = True
        self._track.set_gate("shut")

    async def on_reconnected(self) -> None:
        """Raises `ERR_MEDIA_UNENCRYPTED` as `open` does."""
        self._is_interrupted = False
        await self.on_republished()

    async def on_republished(self) -> None:
        """The track has another id, or may have. Raises `ERR_MEDIA_UNENCRYPTED` as `open` does."""
        self._track.set_gate("shut")
        await self._look()

    async def _look(self) -> None:
        self._look_number += 1
        number = self._look_number
        give_up_at = self._clock.now() + GUARDED_MAX_MS
        while True:
            slot = self._slot
            # While interrupted there is nothing to see; the reconnect looks again.
            if slot is None or self._is_interrupted:
                return
            # Without an id there is no track, and the media library ends the process when it is asked about one.
            if self._track.track_sid:
                self._track.use_slot(slot)
            if is_voice_guarded(self._track, slot):
                break
            self._track.set_gate("shut")
            if self._clock.now() >= give_up_at:
                raise OracleCallError("ERR_MEDIA_UNENCRYPTED", "The frame cryptor of the own voice is not there.")
            await self._clock.sleep(LOOK_EVERY_MS)
            if number != self._look_number:
                return
        self._track.set_gate("open")
