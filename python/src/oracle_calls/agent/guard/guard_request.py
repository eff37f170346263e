"""What becomes of a message of the media library: what an agent never says does not leave, whoever made the library say it."""

from __future__ import annotations

from typing import Final

from livekit.protocol.models import Encryption
from livekit.protocol.rtc import SignalRequest

from oracle_calls.protocol import OracleCallError

from .messages import decode_request

#: Metadata and attributes stand in the clear, for all in the room; data tracks are no way of ours.
_NEVER_SAID: Final = ("update_metadata", "publish_data_track_request")


def guard_request(data: bytes) -> bytes | None:
    """The bytes to pass on, as they are; `None` for what is dropped.

    Raises `ERR_MEDIA_UNENCRYPTED` when a track would be sent that is not sealed, `ERR_MEDIA_SIGNALLING` when it does not decode.
    """
    request = decode_request(data)
    if request.WhichOneof("message") in _NEVER_SAID:
        return None
    if request.WhichOneof("message") == "add_track" and not _is_sealed(request):
        raise OracleCallError("ERR_MEDIA_UNENCRYPTED")
    return data


def _is_sealed(request: SignalRequest) -> bool:
    return request.add_track.encryption == Encryption.GCM
