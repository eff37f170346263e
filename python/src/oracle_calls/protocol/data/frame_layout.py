"""Data frames: header, counter and payload kind in front of the sealed payload, all of it associated data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from ..byte_layout import ByteReader, u8, u32
from ..errors import OracleCallError
from ..frame import FRAME_HEADER_BYTES, FRAME_MAX_BYTES, FrameHeader, encode_frame_header, read_frame_header

DataKind: TypeAlias = Literal["control", "caption", "chat", "question", "answer"]
DATA_KIND_BYTES: Final[dict[DataKind, int]] = {
    "control": 1,
    "caption": 2,
    "chat": 3,
    "question": 4,
    "answer": 5,
}
_KIND_OF_BYTE = {byte: kind for kind, byte in DATA_KIND_BYTES.items()}

DATA_HEADER_BYTES: Final = FRAME_HEADER_BYTES + 4 + 1
DATA_TAG_BYTES: Final = 16
DATA_FRAME_OVERHEAD_BYTES: Final = DATA_HEADER_BYTES + DATA_TAG_BYTES
#: Largest payload, in bytes of JSON.
PAYLOAD_MAX_BYTES: Final = FRAME_MAX_BYTES - DATA_FRAME_OVERHEAD_BYTES
#: Frames that one key may seal: the counter is a u32.
DATA_COUNTER_LIMIT: Final = 2**32


@dataclass(frozen=True, slots=True)
class DataHeader:
    attempt: int
    epoch: int
    #: Number of the frame under its key, from 0.
    counter: int
    kind: DataKind


def encode_data_header(header: DataHeader) -> bytes:
    frame_header = encode_frame_header(FrameHeader("data", header.attempt, header.epoch))
    return frame_header + u32(header.counter) + u8(DATA_KIND_BYTES[header.kind])


def split_data_frame(frame: bytes) -> tuple[DataHeader, bytes, bytes]:
    """Header, the header's bytes, and the sealed payload. Raises `ERR_DATA_MALFORMED`, and what `read_frame_header` raises."""
    frame_header = read_frame_header(frame)
    reader = ByteReader(frame, "ERR_DATA_MALFORMED")
    reader.fixed(FRAME_HEADER_BYTES)
    counter = reader.u32()
    kind = _KIND_OF_BYTE.get(reader.u8())
    sealed = reader.rest(DATA_TAG_BYTES)
    if frame_header.kind != "data" or kind is None:
        raise OracleCallError("ERR_DATA_MALFORMED")
    header = DataHeader(frame_header.attempt, frame_header.epoch, counter, kind)
    return header, bytes(frame[:DATA_HEADER_BYTES]), sealed


def data_nonce(counter: int) -> bytes:
    """No key sees a counter twice."""
    return bytes(8) + u32(counter)
