"""Puts the keys of an epoch where they are used: media frames and data, always both."""

from __future__ import annotations

import asyncio
from typing import Final

from oracle_calls.protocol.key_schedule import Direction, EpochKeys, media_key_index

from .ports import FrameKeys
from .sealed_data import SealedData

SENDS: Final[Direction] = "oracle-to-user"
RECEIVES: Final[Direction] = "user-to-oracle"


class LinkKeys:
    """The agent's: it sends `oracle-to-user` and receives `user-to-oracle`."""

    def __init__(self, frame_keys: FrameKeys, data: SealedData) -> None:
        self._frame_keys = frame_keys
        self._data = data
        self._slots: set[int] = set()

    async def install_receiving(self, peer_identity: str, keys: EpochKeys) -> None:
        self._slots.add(keys.media_key_index)
        await self._frame_keys.install_receiving(peer_identity, keys.media_key_index, keys.media[RECEIVES])
        self._data.install_receiving(keys)

    async def switch_sending(self, keys: EpochKeys) -> None:
        self._slots.add(keys.media_key_index)
        await self._frame_keys.switch_sending(keys.media_key_index, keys.media[SENDS])
        self._data.switch_sending(keys)

    async def retire(self, attempt: int, epoch: int) -> None:
        slot = media_key_index(attempt, epoch)
        self._data.retire(epoch)
        self._slots.discard(slot)
        await self._frame_keys.retire(slot)

    async def retire_all(self) -> None:
        """The attempt is over: nothing is opened or sent until the next one is confirmed."""
        self._data.suspend()
        slots, self._slots = self._slots, set()
        await asyncio.gather(*(self._frame_keys.retire(slot) for slot in slots))
