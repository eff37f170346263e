"""The services of an oracle's DID document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ..errors import OracleCallError
from ..names.matrix_id import try_read_matrix_uri
from .address_policy import find_address_problem, split_url

MATRIX_SERVICE_TYPE: Final = "MatrixAccount"
BACKEND_SERVICE_TYPE: Final = "OracleCallsBackend"
#: One signed rotation of keys each, as a `data:` URL with the statement's bytes in hex.
KEY_ROTATION_SERVICE_TYPE: Final = "OracleCallsKeyRotation"

#: Rotations beyond this are not looked at: each costs a verification.
KEY_ROTATIONS_MAX: Final = 16

_KEY_ROTATION_URL = re.compile(r"data:text/plain,((?:[0-9a-f]{2}){1,4096})")


def _endpoints_of(document: Mapping[str, Any], service_type: str) -> list[str | None]:
    """The endpoints of the services of a type; `None` for one that is not one text."""
    services = document.get("service")
    endpoints: list[str | None] = []
    for service in services if isinstance(services, list) else ():
        if not isinstance(service, Mapping) or "serviceEndpoint" not in service:
            continue
        types, endpoint = service.get("type"), service["serviceEndpoint"]
        if service_type not in (types if isinstance(types, list) else [types]):
            continue
        listed = endpoint if isinstance(endpoint, list) else [endpoint]
        endpoints.append(listed[0] if len(listed) == 1 and isinstance(listed[0], str) else None)
    return endpoints


def read_key_rotations(document: Mapping[str, Any]) -> list[str]:
    """In hex and not yet verified, in the document's order. Raises `ERR_DID_DOCUMENT` when too many or one is no rotation."""
    endpoints = _endpoints_of(document, KEY_ROTATION_SERVICE_TYPE)
    matches = [_KEY_ROTATION_URL.fullmatch(endpoint or "") for endpoint in endpoints]
    statements = [match[1] for match in matches if match is not None]
    if len(statements) != len(endpoints) or len(statements) > KEY_ROTATIONS_MAX:
        raise OracleCallError("ERR_DID_DOCUMENT", "The DID document's key rotations are unusable.")
    return statements


def read_matrix_user_id(document: Mapping[str, Any]) -> str:
    """Raises `ERR_DID_DOCUMENT` when the document does not name the oracle's Matrix account."""
    endpoint = next(iter(_endpoints_of(document, MATRIX_SERVICE_TYPE)), None)
    user_id = try_read_matrix_uri(endpoint or "")
    if user_id is None:
        message = f"The DID document has no usable service of type {MATRIX_SERVICE_TYPE}."
        raise OracleCallError("ERR_DID_DOCUMENT", message)
    return user_id


def read_backend_url(document: Mapping[str, Any], *, allow_private_addresses: bool = False) -> str:
    """Without a closing slash. Raises `ERR_DID_DOCUMENT` when the document does not name a backend that may be used."""
    endpoint = next(iter(_endpoints_of(document, BACKEND_SERVICE_TYPE)), None)
    if endpoint is None:
        problem: str | None = "it is missing"
    else:
        problem = find_address_problem(endpoint, allow_private_addresses=allow_private_addresses)
        parts = split_url(endpoint)
        if (
            problem is None
            and parts is not None
            and (parts.query or parts.fragment or "?" in endpoint or "#" in endpoint)
        ):
            problem = "it has a query or a fragment"
    if problem is None and endpoint is not None:
        return endpoint.rstrip("/")
    message = f"The service of type {BACKEND_SERVICE_TYPE} of the DID document cannot be used: {problem}."
    raise OracleCallError("ERR_DID_DOCUMENT", message)
