"""What becomes of a message of the server: everything in it is set right that the media library would believe to the call's harm."""

from __future__ import annotations

from typing import Final

from google.protobuf.message import Message
from livekit.protocol.models import Encryption
from livekit.protocol.rtc import RegionSettings

from .messages import decode_response, messages_in
from .own_name import OwnName

_ENCRYPTION_TYPE: Final = Encryption.Type.DESCRIPTOR.full_name
_REGION_SETTINGS: Final = RegionSettings.DESCRIPTOR.full_name

#: Frames that end in the trailer are played without being decrypted: with one, the server could speak as the user.
_TRAILER: Final = "sif_trailer"
#: The media library would reconnect to an address that the server names, past this guard.
_OTHER_SERVER: Final = "alternative_url"


def guard_response(data: bytes, own: OwnName) -> bytes | None:
    """The bytes to pass on; `None` for a message of a kind that is not known here.

    Raises `ERR_MEDIA_SIGNALLING` when it does not decode, `ERR_MEDIA_IDENTITY` when it renames us.
    """
    response = decode_response(data)
    own.check(response)
    # Listed before anything changes: regions are taken out on the way.
    for message in list(messages_in(response)):
        _set_right(message)
    return None if response.WhichOneof("message") is None else response.SerializeToString()


def _set_right(message: Message) -> None:
    for field in message.DESCRIPTOR.fields:
        # Of a `oneof` only what was chosen is there.
        is_there = field.containing_oneof is None or message.HasField(field.name)
        if field.enum_type is not None and field.enum_type.full_name == _ENCRYPTION_TYPE:
            # A track that is said not to be encrypted would be sent, or played, without a frame cryptor.
            if field.is_repeated:
                said = getattr(message, field.name)
                said[:] = [Encryption.GCM] * len(said)
            elif is_there:
                setattr(message, field.name, Encryption.GCM)
        is_region = field.message_type is not None and field.message_type.full_name == _REGION_SETTINGS
        if field.name in (_TRAILER, _OTHER_SERVER) or is_region:
            message.ClearField(field.name)
