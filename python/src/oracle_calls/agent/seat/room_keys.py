"""The media keys of a room: per participant and slot, in the library's frame cryptors."""

from __future__ import annotations

from typing import Final, Protocol

from livekit import rtc

from oracle_calls.protocol import OracleCallError, SecretBytes

from .room_facts import check_connected
from .voice_gate import VoiceGate

#: Bytes of a media key.
_KEY_BYTES: Final = 32
#: What `livekit-client` has, or the two ends would derive different keys.
_SALT: Final = b"LKFrameEncryptionKey"
_KEY_RING_SIZE: Final = 16


def encrypted_room(*, shared_key: bytes | None = None) -> rtc.E2EEOptions:
    """How frames are sealed: per participant and slot with HKDF, or, in the older protocol, under one passphrase with PBKDF2."""
    derivation = rtc.KeyDerivationFunction.HKDF if shared_key is None else rtc.KeyDerivationFunction.PBKDF2
    return rtc.E2EEOptions(
        key_provider_options=rtc.KeyProviderOptions(
            shared_key=shared_key,
            ratchet_salt=_SALT,
            # Keys come from the key exchange alone.
            ratchet_window_size=0,
            # Never give up on a key: eleven frames of garbage would silence a participant for good.
            failure_tolerance=-1,
            key_ring_size=_KEY_RING_SIZE,
            key_derivation_function=derivation,
        ),
        encryption_type=rtc.EncryptionType.GCM,
    )


class KeySink(Protocol):
    """Where the media library takes a participant's key."""

    def set_key(self, participant_identity: str, key: bytes, key_index: int) -> None: ...


class RoomKeySink:
    def __init__(self, room: rtc.Room) -> None:
        self._room = room

    def set_key(self, participant_identity: str, key: bytes, key_index: int) -> None:
        check_connected(self._room)
        provider = self._room.e2ee_manager.key_provider
        if provider is None:
            raise OracleCallError("ERR_INTERNAL", "The room is not encrypted.")
        provider.set_key(participant_identity, key, key_index)


class RoomKeys:
    def __init__(self, sink: KeySink, identity: str, gate: VoiceGate) -> None:
        self._sink = sink
        self._identity = identity
        self._gate = gate
        #: Where keys are: slots by identity, our own included.
        self._slots: dict[str, set[int]] = {}
        self._was_keyed: set[str] = set()

    @property
    def keyed(self) -> frozenset[str]:
        """Who has a key here that was not retired."""
        return frozenset(self._slots)

    @property
    def was_keyed(self) -> frozenset[str]:
        """Who ever had one: since then everything of theirs is sealed, if with a key that nobody has."""
        return frozenset(self._was_keyed)

    async def install_receiving(self, participant_identity: str, slot: int, key: SecretBytes) -> None:
        self._set(participant_identity, slot, key)

    async def switch_sending(self, slot: int, key: SecretBytes) -> None:
        self._set(self._identity, slot, key)
        await self._gate.open(slot)

    async def retire(self, slot: int) -> None:
        if self._gate.slot == slot:
            self._gate.shut()
        for identity, slots in list(self._slots.items()):
            if slot not in slots:
                continue
            slots.discard(slot)
            if not slots:
                del self._slots[identity]
            # The library cannot forget a key, only replace it: by one that nobody has.
            with SecretBytes.random(_KEY_BYTES, "nobody's key") as nobodys:
                self._sink.set_key(identity, bytes(nobodys.expose()), slot)

    def _set(self, identity: str, slot: int, key: SecretBytes) -> None:
        self._sink.set_key(identity, bytes(key.expose()), slot)
        self._slots.setdefault(identity, set()).add(slot)
        self._was_keyed.add(identity)
