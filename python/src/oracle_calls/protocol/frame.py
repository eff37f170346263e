"""Frames: everything that the two ends say inside the SFU room, and the header in front of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from .byte_layout import ByteReader, u8, u32
from .errors import OracleCallError

#: The one topic of data packets in the SFU room. Whatever arrives on another is dropped.
FRAME_TOPIC: Final = "oracle-calls"
FRAME_VERSION: Final = 3
FRAME_HEADER_BYTES: Final = 10
#: What LiveKit forwards in one reliable data packet.
FRAME_MAX_BYTES: Final = 15 * 1024
#: Bounds how often one call can show a comparison code: each is one guess for whoever stands between the two ends.
MAX_ATTEMPT: Final = 1024
#: The epoch that the handshake makes; each rekey makes the next.
FIRST_EPOCH: Final = 1
_MAX_EPOCH = 2**32 - 1

FrameKind: TypeAlias = Literal["offer", "accept", "confirm", "rekey-offer", "rekey-accept", "rekey-confirm", "data"]
FRAME_KIND_BYTES: Final[dict[FrameKind, int]] = {
    "offer": 1,
    "accept": 2,
    "confirm": 3,
    "rekey-offer": 4,
    "rekey-accept": 5,
    "rekey-confirm": 6,
    "data": 16,
}
_KIND_OF_BYTE = {byte: kind for kind, byte in FRAME_KIND_BYTES.items()}


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """A claim until the rest of the frame was opened."""

    kind: FrameKind
    attempt: int
    #: The one that a message of the key exchange makes, or whose key seals the data.
    epoch: int


def encode_frame_header(header: FrameHeader) -> bytes:
    """The ten bytes; they are associated data of the seal. Raises `ValueError` for numbers out of range."""
    if not 1 <= header.attempt <= MAX_ATTEMPT:
        raise ValueError(f"An attempt from 1 to {MAX_ATTEMPT} expected.")
    if not FIRST_EPOCH <= header.epoch <= _MAX_EPOCH:
        raise ValueError("Epochs count from 1.")
    return u8(FRAME_VERSION) + u8(FRAME_KIND_BYTES[header.kind]) + u32(header.attempt) + u32(header.epoch)


def read_frame_header(frame: bytes) -> FrameHeader:
    """Raises `ERR_PROTOCOL_TOO_LARGE`, `ERR_PROTOCOL_UNKNOWN_VERSION`, `ERR_PROTOCOL_MALFORMED`."""
    if len(frame) > FRAME_MAX_BYTES:
        raise OracleCallError("ERR_PROTOCOL_TOO_LARGE")
    reader = ByteReader(frame[:FRAME_HEADER_BYTES], "ERR_PROTOCOL_MALFORMED")
    if reader.u8() != FRAME_VERSION:
        raise OracleCallError("ERR_PROTOCOL_UNKNOWN_VERSION")
    kind = _KIND_OF_BYTE.get(reader.u8())
    attempt, epoch = reader.u32(), reader.u32()
    if kind is None or not 1 <= attempt <= MAX_ATTEMPT or epoch < FIRST_EPOCH:
        raise OracleCallError("ERR_PROTOCOL_MALFORMED", "Not a frame of this protocol.")
    return FrameHeader(kind, attempt, epoch)
