"""Fetching a JSON value from a stranger: bounded in time and size, and never further than the address asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ..errors import OracleCallError
from .address_policy import find_address_problem

#: Largest answer that is read. Documents of several kilobytes are usual.
DID_DOCUMENT_MAX_BYTES: Final = 65_536

ACCEPT: Final = "application/did+json, application/did+ld+json, application/json"


@dataclass(frozen=True, slots=True)
class FetchAnswer:
    status: int
    #: The body as it arrives: it is read no further than its bound.
    body: AsyncIterator[bytes]


class Fetch(Protocol):
    """A GET of the platform's HTTP client. It must not follow redirects, send cookies or credentials."""

    async def __call__(self, url: str, headers: dict[str, str]) -> FetchAnswer: ...


async def fetch_document(url: str, fetch: Fetch, *, allow_private_addresses: bool, timeout_s: float) -> Any:
    """The JSON value at an address.

    Raises `ERR_DID_UNSUPPORTED` when the address is not allowed, `ERR_DID_NOT_RESOLVED` when nothing usable answers,
    `ERR_DID_DOCUMENT` when the answer is too large or not JSON.
    """
    problem = find_address_problem(url, allow_private_addresses=allow_private_addresses)
    if problem is not None:
        raise OracleCallError("ERR_DID_UNSUPPORTED", f"Refused: {problem}.")
    try:
        data = await asyncio.wait_for(_read(url, fetch), timeout_s)
    except OracleCallError:
        raise
    except asyncio.TimeoutError:
        raise OracleCallError("ERR_DID_NOT_RESOLVED", "Resolving the DID took too long.") from None
    except Exception as error:
        raise OracleCallError("ERR_DID_NOT_RESOLVED", "The DID resolver cannot be reached.") from error
    try:
        return json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise OracleCallError("ERR_DID_DOCUMENT", "The DID document is not JSON.") from None


async def _read(url: str, fetch: Fetch) -> bytes:
    answer = await fetch(url, {"accept": ACCEPT})
    if answer.status != 200:
        is_redirect = 300 <= answer.status < 400
        message = (
            "The DID resolver redirects, which is refused." if is_redirect else "The DID resolver has no document."
        )
        raise OracleCallError("ERR_DID_NOT_RESOLVED", message, details={"status": answer.status})
    data = bytearray()
    async for part in answer.body:
        data += part
        if len(data) > DID_DOCUMENT_MAX_BYTES:
            raise OracleCallError(
                "ERR_DID_DOCUMENT", "The DID document is too large.", details={"limit": DID_DOCUMENT_MAX_BYTES}
            )
    return bytes(data)
