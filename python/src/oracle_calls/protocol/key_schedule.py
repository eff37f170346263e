"""The key schedule: all secrets of an epoch, from the chain before it and the exchange that made it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias, get_args

from .byte_layout import u32
from .labelled_hash import label_bytes, labelled_hash
from .secret_bytes import SecretBytes

SCHEDULE_KEY_BYTES: Final = 32
#: HMAC-SHA-256.
TAG_BYTES: Final = 32

#: Who speaks under a key: one a direction, so that the SFU cannot send one side's bytes back as the other's.
Direction: TypeAlias = Literal["user-to-oracle", "oracle-to-user"]
DIRECTIONS: Final[tuple[Direction, ...]] = get_args(Direction)

#: Slots of a LiveKit key ring.
MEDIA_KEY_SLOTS: Final = 16


class KeyPosition(Protocol):
    """Where keys belong: epochs count within an attempt."""

    @property
    def attempt(self) -> int: ...
    @property
    def epoch(self) -> int: ...


def position_of(keys: KeyPosition) -> tuple[int, int]:
    """To compare: a later attempt comes after every epoch of the earlier."""
    return keys.attempt, keys.epoch


def media_key_index(attempt: int, epoch: int) -> int:
    """The slot of an epoch: neither the next epoch nor the next attempt overwrites one whose frames are on the way."""
    return attempt % 4 * 4 + epoch % 4


def extract(salt: bytes | bytearray, key: bytes | bytearray) -> bytes:
    """`Extract` of the text: HKDF-Extract (RFC 5869)."""
    return hmac.new(salt, key, hashlib.sha256).digest()


def expand(prk: bytes | bytearray, label: str, attempt: int, epoch: int) -> bytes:
    """`K` of the text: HKDF-Expand (RFC 5869), whose first block is the whole key."""
    info = label_bytes(label) + u32(attempt) + u32(epoch)
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()


class EpochKeys:
    """The media and data keys of one epoch. Whoever made them owns them; `destroy` wipes all four."""

    __slots__ = ("_is_destroyed", "attempt", "data", "epoch", "media")

    def __init__(
        self, attempt: int, epoch: int, media: dict[Direction, SecretBytes], data: dict[Direction, SecretBytes]
    ) -> None:
        self.attempt = attempt
        self.epoch = epoch
        #: 32 bytes each; LiveKit runs its own HKDF over them.
        self.media = media
        #: 32 bytes each, AES-256-GCM.
        self.data = data
        self._is_destroyed = False

    @property
    def is_destroyed(self) -> bool:
        return self._is_destroyed

    @property
    def media_key_index(self) -> int:
        return media_key_index(self.attempt, self.epoch)

    def destroy(self) -> None:
        self._is_destroyed = True
        for secret in (*self.media.values(), *self.data.values()):
            secret.destroy()


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch: its keys, and the chain's secrets, which the next epoch replaces."""

    attempt: int
    epoch: int
    transcript: bytes
    master: SecretBytes
    #: Keys of the two confirmations.
    user_confirm: SecretBytes
    agent_confirm: SecretBytes
    #: Seals the messages of the rekey that ends this epoch.
    rekey_seal: SecretBytes
    keys: EpochKeys

    def destroy_chain(self) -> None:
        """Wipes what leads to the next epoch and leaves the keys, which frames on the way still need."""
        for secret in (self.master, self.user_confirm, self.agent_confirm, self.rekey_seal):
            secret.destroy()

    def destroy(self) -> None:
        self.destroy_chain()
        self.keys.destroy()


def derive_epoch(
    *, chain_key: SecretBytes, shared_secret: SecretBytes, transcript: bytes, attempt: int, epoch: int
) -> Epoch:
    """`chain_key` is the call key for the first epoch, the master of the epoch before for every later one."""
    shared = labelled_hash("shared secret", [("sharedSecret", shared_secret.expose()), ("transcript", transcript)])
    first = extract(chain_key.expose(), shared)

    def secret(prk: bytes, label: str) -> SecretBytes:
        return SecretBytes(expand(prk, label, attempt, epoch), label)

    master = secret(first, "master")
    second = extract(master.expose(), transcript)
    media = {direction: secret(second, f"media {direction}") for direction in DIRECTIONS}
    data = {direction: secret(second, f"data {direction}") for direction in DIRECTIONS}
    return Epoch(
        attempt,
        epoch,
        transcript,
        master,
        secret(first, "user confirm"),
        secret(first, "agent confirm"),
        secret(second, "rekey seal"),
        EpochKeys(attempt, epoch, media, data),
    )


def confirmation_tag(confirm_key: SecretBytes, transcript: bytes) -> bytes:
    """The confirmation that its sender has the epoch's keys."""
    return hmac.new(confirm_key.expose(), transcript, hashlib.sha256).digest()


def is_confirmation_tag(tag: bytes, confirm_key: SecretBytes, transcript: bytes) -> bool:
    return hmac.compare_digest(tag, confirmation_tag(confirm_key, transcript))
