"""Data in a call: captions, chat and control, sealed in frames of their own."""

from .frame_layout import DATA_FRAME_OVERHEAD_BYTES, DATA_KIND_BYTES
from .payload import (
    CAPTION_MAX_LENGTH,
    CHAT_MAX_LENGTH,
    Caption,
    Chat,
    Control,
    ControlPayload,
    DataPayload,
    Muted,
    OracleState,
    Received,
    create_payload_id,
    decode_payload,
    encode_payload,
    payload_content,
)
from .receiver import DataReceiver, Delivered, Duplicate
from .sender import DataSender

__all__ = [
    "CAPTION_MAX_LENGTH",
    "CHAT_MAX_LENGTH",
    "DATA_FRAME_OVERHEAD_BYTES",
    "DATA_KIND_BYTES",
    "Caption",
    "Chat",
    "Control",
    "ControlPayload",
    "DataPayload",
    "DataReceiver",
    "DataSender",
    "Delivered",
    "Duplicate",
    "Muted",
    "OracleState",
    "Received",
    "create_payload_id",
    "decode_payload",
    "encode_payload",
    "payload_content",
]
