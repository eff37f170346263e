"""Resolving DIDs: `did:key`, `did:web`, and `did:ixo` through an HTTP resolver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..envelope.open import OracleKeys
from ..errors import OracleCallError
from ..names.did import parse_did
from ..signing import SigningKey
from .address_policy import find_address_problem, split_url
from .did_key import did_key_document
from .did_web import did_web_url
from .document_keys import read_oracle_keys, read_user_signing_key
from .document_services import read_backend_url, read_key_rotations, read_matrix_user_id
from .fetch import Fetch, fetch_document

#: How long a resolver may take, in seconds: twice what a slow mobile network needs for one small answer.
DID_TIMEOUT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class ResolvedOracle:
    """What an oracle's DID says that a call needs."""

    did: str
    keys: OracleKeys
    #: Signed rotations of the oracle's keys in hex: `judge_keys` reads them.
    key_rotations: tuple[str, ...]
    matrix_user_id: str
    #: Without a closing slash.
    backend_url: str


@dataclass(frozen=True, slots=True)
class ResolvedUserKey:
    """A user's key as the user's own DID document has it."""

    did: str
    signing_key: SigningKey
    key_rotations: tuple[str, ...]


class DidResolver:
    """Resolves DIDs, bounded in time, size and address. `fetch` is the platform's HTTP client."""

    def __init__(
        self,
        fetch: Fetch,
        *,
        ixo_resolver_url: str | None = None,
        allow_private_addresses: bool = False,
        timeout_s: float = DID_TIMEOUT_S,
    ) -> None:
        """`ixo_resolver_url` is the base address for `did:ixo`, which is not supported without. Raises `ValueError` for a bad one."""
        self._fetch = fetch
        self._allow_private_addresses = allow_private_addresses
        self._timeout_s = timeout_s
        self._ixo_resolver_url: str | None = None
        if ixo_resolver_url is not None:
            problem = find_address_problem(ixo_resolver_url, allow_private_addresses=allow_private_addresses)
            parts = split_url(ixo_resolver_url)
            if problem is None and parts is not None and (parts.query or parts.fragment):
                problem = "it has a query or a fragment"
            if problem is not None:
                raise ValueError(f"ixo_resolver_url cannot be used: {problem}.")
            self._ixo_resolver_url = ixo_resolver_url.rstrip("/")

    async def resolve(self, did: str) -> dict[str, Any]:
        """The DID document.

        Raises `ERR_DID_MALFORMED`, `ERR_DID_UNSUPPORTED`, `ERR_DID_NOT_RESOLVED` (retryable), `ERR_DID_DOCUMENT`.
        """
        method = parse_did(did).split(":")[1]
        if method == "key":
            return did_key_document(did)
        if method == "web":
            return _read_document(did, await self._get(did_web_url(did)))
        if method == "ixo" and self._ixo_resolver_url is not None:
            identifier = did.replace("%", "%25")
            return _unwrap(did, await self._get(f"{self._ixo_resolver_url}/1.0/identifiers/{identifier}"))
        raise OracleCallError("ERR_DID_UNSUPPORTED")

    async def resolve_oracle(self, did: str) -> ResolvedOracle:
        """An oracle's account, backend and keys for signed calls.

        Raises as `resolve`, `ERR_ENVELOPE_UNSUPPORTED` when no key receives, `ERR_DID_DOCUMENT` when none signs.
        """
        document = await self.resolve(did)
        # Keys first: a document without a usable one is refused for that before its services are looked at.
        keys, rotations = read_oracle_keys(document), tuple(read_key_rotations(document))
        backend_url = read_backend_url(document, allow_private_addresses=self._allow_private_addresses)
        return ResolvedOracle(did, keys, rotations, read_matrix_user_id(document), backend_url)

    async def resolve_user_key(self, did: str, method_id: str) -> ResolvedUserKey:
        """The key that an envelope names as its signer's. Raises as `resolve`, `ERR_DID_DOCUMENT` when it is not for signing."""
        document = await self.resolve(did)
        signing_key = read_user_signing_key(document, method_id)
        return ResolvedUserKey(did, signing_key, tuple(read_key_rotations(document)))

    async def _get(self, url: str) -> object:
        document: object = await fetch_document(
            url, self._fetch, allow_private_addresses=self._allow_private_addresses, timeout_s=self._timeout_s
        )
        return document


def _read_document(did: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        raise OracleCallError("ERR_DID_DOCUMENT", "This is no DID document.")
    if value["id"] != did:
        raise OracleCallError("ERR_DID_DOCUMENT", "The DID document is of another DID.")
    return value


def _unwrap(did: str, value: object) -> dict[str, Any]:
    """A Universal Resolver wraps the document in a resolution result; other resolvers answer with the bare document."""
    if not isinstance(value, Mapping) or "didDocument" not in value:
        return _read_document(did, value)
    resolution, metadata = value.get("didResolutionMetadata"), value.get("didDocumentMetadata")
    if isinstance(resolution, Mapping) and isinstance(resolution.get("error"), str):
        raise OracleCallError("ERR_DID_NOT_RESOLVED", "The DID resolver reports an error.")
    if isinstance(metadata, Mapping) and metadata.get("deactivated") is True:
        raise OracleCallError("ERR_DID_DOCUMENT", "The DID is deactivated.")
    return _read_document(did, value["didDocument"])
