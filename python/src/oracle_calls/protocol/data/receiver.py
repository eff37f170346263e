"""Opens the data that the other end sends, over all attempts and epochs of a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..errors import OracleCallError
from ..handshake.outcome import Refused
from ..key_schedule import Direction, EpochKeys, position_of
from .frame_layout import data_nonce, split_data_frame
from .payload import DataPayload, decode_payload

#: How many ids of payloads are remembered: a resend comes within seconds, this is minutes of captions.
REMEMBERED_PAYLOADS: Final = 4_096


@dataclass(frozen=True, slots=True)
class Delivered:
    payload: DataPayload
    #: Where the sender is: the agent's rekey wants to know that its peer has switched.
    attempt: int
    epoch: int
    #: Frames of this epoch that never arrived before this one.
    missed: int


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A resend of a payload that was delivered: only its sender may want to hear so again."""

    id: str
    attempt: int
    epoch: int


DataOutcome: TypeAlias = Delivered | Duplicate | Refused


class DataReceiver:
    """The order is strict: what does not come after everything opened so far is refused, whoever repeated or delayed it."""

    def __init__(self, direction: Direction) -> None:
        """`direction` is the one in which the other end sends."""
        self._direction: Direction = direction
        self._installed: list[EpochKeys] = []
        #: Latest keys ever installed; older ones never come back.
        self._latest: tuple[int, int] = (0, 0)
        #: Place of the last frame that was opened: attempt, epoch, counter.
        self._last: tuple[int, int, int] | None = None
        #: Ordered: the first is the oldest.
        self._delivered: dict[str, None] = {}

    def install(self, keys: EpochKeys) -> None:
        """Opens what comes under these keys too. Keys of an earlier attempt are dropped.

        Raises `ERR_KEY_RETIRED` for keys that do not come after the latest ones, or are wiped.
        """
        if keys.is_destroyed or position_of(keys) <= self._latest:
            raise OracleCallError("ERR_KEY_RETIRED")
        self._latest = position_of(keys)
        self._installed = [*(one for one in self._installed if one.attempt == keys.attempt), keys]

    def retire(self, epoch: int) -> None:
        """Opens nothing more of this epoch of the current attempt."""
        self._installed = [keys for keys in self._installed if keys.epoch != epoch]

    def open(self, frame: bytes) -> DataOutcome:
        """Opens a frame from outside. Never raises `OracleCallError`; a frame that does not open changes nothing."""
        try:
            return self._open(frame)
        except OracleCallError as error:
            return Refused(error)

    def _open(self, frame: bytes) -> Delivered | Duplicate:
        header, clear, sealed = split_data_frame(frame)
        position = (header.attempt, header.epoch)
        keys = self._keys_for(position)
        last = self._last
        if last is not None and (*position, header.counter) <= last:
            raise OracleCallError("ERR_DATA_REPLAYED")
        try:
            cipher = AESGCM(keys.data[self._direction].expose())
            plaintext = cipher.decrypt(data_nonce(header.counter), sealed, clear)
        except InvalidTag:
            raise OracleCallError("ERR_DATA_OPEN") from None
        # It was sealed by the other end: its place is used, whatever it says.
        self._last = (*position, header.counter)
        payload = decode_payload(header.kind, plaintext)
        if payload.id in self._delivered:
            return Duplicate(payload.id, *position)
        self._delivered[payload.id] = None
        if len(self._delivered) > REMEMBERED_PAYLOADS:
            del self._delivered[next(iter(self._delivered))]
        expected = last[2] + 1 if last is not None and last[:2] == position else 0
        return Delivered(payload, *position, missed=header.counter - expected)

    def _keys_for(self, position: tuple[int, int]) -> EpochKeys:
        if position > self._latest:
            raise OracleCallError("ERR_KEY_MISSING")
        for keys in self._installed:
            if position_of(keys) == position and not keys.is_destroyed:
                return keys
        raise OracleCallError("ERR_KEY_RETIRED")
