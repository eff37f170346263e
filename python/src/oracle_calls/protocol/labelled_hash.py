"""Hashes and signatures under labels, so that none of them means anything elsewhere or in another version."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, TypeAlias

from .byte_layout import fixed, sized, text, u32

HASH_BYTES: Final = 32

_PREFIX = b"oracle-calls v3 "

#: Named fields in the order in which they are hashed.
HashFields: TypeAlias = "Sequence[tuple[str, bytes | bytearray]]"


def label_bytes(label: str) -> bytes:
    return _PREFIX + label.encode()


def sha256(*parts: bytes | bytearray) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def labelled_hash(label: str, fields: HashFields) -> bytes:
    """`H` of the text: no two lists of fields have the same encoding."""
    parts: list[bytes | bytearray] = [sized(label_bytes(label))]
    for name, value in fields:
        parts += [text(name), u32(len(value)), value]
    return sha256(*parts)


def signed_message(label: str, digest: bytes) -> bytes:
    """`signed` of the text: what a signature is made over."""
    return sized(label_bytes(label)) + fixed(digest, HASH_BYTES)
