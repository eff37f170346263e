"""Names: of calls, of their rooms, and of those who take part."""

from .call_id import CallId, create_sfu_room_name, is_call_id, is_matrix_event_id, is_sfu_room_name, parse_call_id
from .did import DID_MAX_LENGTH, parse_did
from .matrix_id import is_matrix_user_id, matrix_uri_of, try_read_matrix_uri

__all__ = [
    "DID_MAX_LENGTH",
    "CallId",
    "create_sfu_room_name",
    "is_call_id",
    "is_matrix_event_id",
    "is_matrix_user_id",
    "is_sfu_room_name",
    "matrix_uri_of",
    "parse_call_id",
    "parse_did",
    "try_read_matrix_uri",
]
