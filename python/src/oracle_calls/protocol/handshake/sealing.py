"""How a message of the key exchange is sealed, and what it claims before it was opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..byte_layout import ByteReader, fixed
from ..entropy import Entropy
from ..errors import OracleCallError
from ..frame import FRAME_HEADER_BYTES, FrameHeader, FrameKind, encode_frame_header, read_frame_header
from ..key_schedule import expand, extract
from ..labelled_hash import sha256
from ..secret_bytes import SecretBytes

#: Two workers may hold one envelope, so the call key alone is not enough.
SEAL_SALT_BYTES: Final = 32
SEAL_TAG_BYTES: Final = 16
#: Zero is safe: the key comes from a fresh salt and seals one message.
_NONCE = bytes(12)


@dataclass(frozen=True, slots=True)
class ClaimedFrame:
    """A message from outside, before it was opened."""

    header: FrameHeader
    data: bytes
    #: SHA-256 of the bytes, to know the same ones again.
    digest: bytes


def claim_frame(frame: bytes, kinds: tuple[FrameKind, ...]) -> ClaimedFrame:
    """Raises `ERR_HANDSHAKE_ORDER` for a kind that this end does not take, and what `read_frame_header` raises."""
    header = read_frame_header(frame)
    # An end's own messages, played back to it, end here.
    if header.kind not in kinds:
        raise OracleCallError("ERR_HANDSHAKE_ORDER")
    data = bytes(frame)
    return ClaimedFrame(header, data, sha256(data))


def _cipher(secret: SecretBytes, salt: bytes, header: FrameHeader) -> AESGCM:
    return AESGCM(expand(extract(salt, secret.expose()), f"seal {header.kind}", header.attempt, header.epoch))


def seal_message(secret: SecretBytes, header: FrameHeader, body: bytes, entropy: Entropy) -> bytes:
    """The frame: header ‖ salt ‖ ciphertext, of which the first two are associated data."""
    salt = fixed(entropy(SEAL_SALT_BYTES), SEAL_SALT_BYTES)
    clear = encode_frame_header(header) + salt
    return clear + _cipher(secret, salt, header).encrypt(_NONCE, body, clear)


def open_message(secret: SecretBytes, claimed: ClaimedFrame) -> bytes:
    """Raises `ERR_HANDSHAKE_MALFORMED` when it is too short, `ERR_HANDSHAKE_OPEN` when it does not open."""
    reader = ByteReader(claimed.data, "ERR_HANDSHAKE_MALFORMED")
    clear = reader.fixed(FRAME_HEADER_BYTES + SEAL_SALT_BYTES)
    sealed = reader.rest(SEAL_TAG_BYTES)
    try:
        return _cipher(secret, clear[FRAME_HEADER_BYTES:], claimed.header).decrypt(_NONCE, sealed, clear)
    except InvalidTag:
        raise OracleCallError("ERR_HANDSHAKE_OPEN") from None
