"""Seals the data that one end sends, over all attempts and epochs of a call."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..errors import OracleCallError
from ..key_schedule import Direction, EpochKeys, position_of
from .frame_layout import DATA_COUNTER_LIMIT, DataHeader, data_nonce, encode_data_header
from .payload import DataPayload, encode_payload


class DataSender:
    """Frames come out in the order in which payloads went in: send them so. A resend is the same payload, sealed anew."""

    def __init__(self, direction: Direction, *, counter_limit: int = DATA_COUNTER_LIMIT) -> None:
        """`direction` is the one in which this end sends; `counter_limit` is less only in tests."""
        self._direction: Direction = direction
        self._counter_limit = counter_limit
        self._keys: EpochKeys | None = None
        self._counter = 0

    def switch_to(self, keys: EpochKeys) -> None:
        """Seals under these keys from now on. Counters start at zero, so keys are never switched to twice.

        Raises `ERR_KEY_RETIRED` for keys that do not come after the current ones, or are wiped.
        """
        if keys.is_destroyed or (self._keys is not None and position_of(keys) <= position_of(self._keys)):
            raise OracleCallError("ERR_KEY_RETIRED")
        self._keys = keys
        self._counter = 0

    def seal(self, payload: DataPayload) -> bytes:
        """Seals one payload into a frame.

        Raises `ERR_KEY_MISSING` before the first key, `ERR_KEY_RETIRED` when the keys were wiped, `ERR_KEY_EXHAUSTED` after the
        last counter, and what `encode_payload` raises.
        """
        plaintext = encode_payload(payload)
        keys = self._keys
        if keys is None:
            raise OracleCallError("ERR_KEY_MISSING")
        if keys.is_destroyed:
            raise OracleCallError("ERR_KEY_RETIRED")
        if self._counter >= self._counter_limit:
            raise OracleCallError("ERR_KEY_EXHAUSTED")
        # Taken before anything can fail: no counter is used twice.
        counter, self._counter = self._counter, self._counter + 1
        clear = encode_data_header(DataHeader(keys.attempt, keys.epoch, counter, payload.kind))
        cipher = AESGCM(keys.data[self._direction].expose())
        return clear + cipher.encrypt(data_nonce(counter), plaintext, clear)
