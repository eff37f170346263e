"""DIDs: resolving their documents, and reading keys and services of them."""

from .address_policy import find_address_problem
from .did_key import did_key_document, did_key_method_id_of, did_key_of
from .did_web import did_web_url
from .document_keys import read_oracle_keys, read_user_signing_key
from .document_services import KEY_ROTATIONS_MAX, read_backend_url, read_key_rotations, read_matrix_user_id
from .fetch import DID_DOCUMENT_MAX_BYTES, Fetch, FetchAnswer
from .resolve import DID_TIMEOUT_S, DidResolver, ResolvedOracle, ResolvedUserKey

__all__ = [
    "DID_DOCUMENT_MAX_BYTES",
    "DID_TIMEOUT_S",
    "KEY_ROTATIONS_MAX",
    "DidResolver",
    "Fetch",
    "FetchAnswer",
    "ResolvedOracle",
    "ResolvedUserKey",
    "did_key_document",
    "did_key_method_id_of",
    "did_key_of",
    "did_web_url",
    "find_address_problem",
    "read_backend_url",
    "read_key_rotations",
    "read_matrix_user_id",
    "read_oracle_keys",
    "read_user_signing_key",
]
