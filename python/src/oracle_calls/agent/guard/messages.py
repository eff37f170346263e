"""Walks through LiveKit's messages by their own types, so that what LiveKit adds is found without a change here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.message import DecodeError, Message
from livekit.protocol.rtc import SignalRequest, SignalResponse

from oracle_calls.protocol import OracleCallError


def decode_response(data: bytes) -> SignalResponse:
    """A message of the server. Fields that are not known here are left out: behind them could stand what has to be set right.

    Raises `ERR_MEDIA_SIGNALLING`.
    """
    response = SignalResponse()
    _decode(response, data)
    response.DiscardUnknownFields()
    return response


def decode_request(data: bytes) -> SignalRequest:
    """A message of the media library. Raises `ERR_MEDIA_SIGNALLING`."""
    request = SignalRequest()
    _decode(request, data)
    return request


def _decode(message: Message, data: bytes) -> None:
    try:
        message.ParseFromString(data)
    except (DecodeError, ValueError):
        raise OracleCallError("ERR_MEDIA_SIGNALLING", "A message of the signalling does not decode.") from None


def messages_in(message: Message) -> Iterator[Message]:
    """A message and all that it contains, at any depth."""
    yield message
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if is_map(field):
            if field.message_type.fields_by_name["value"].message_type is not None:
                for one in value.values():
                    yield from messages_in(one)
        elif field.is_repeated:
            for one in value:
                yield from messages_in(one)
        else:
            yield from messages_in(value)


def is_map(field: Any) -> bool:
    """`field` is a `FieldDescriptor`, which has a type of its own in each of protobuf's implementations."""
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)
