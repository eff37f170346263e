"""The oracle's own DID document: resolved while a process waits for its call, so that no caller waits for it."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import aiohttp

from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.did import DidResolver, ResolvedOracle

from .backend import DidFetch, RetryLimits, create_session, retrying
from .clock import Clock, SystemClock
from .identity import OwnIdentity, read_own_identity
from .settings import OracleSettings

log = logging.getLogger("oracle_calls.agent")

#: A resolver that starts beside the agent may need a moment.
_RESOLVE_RETRY: Final = RetryLimits(within_ms=15_000, first_pause_ms=250, max_pause_ms=2_000)

#: What this process has resolved before its call, by DID.
_resolved: Final[dict[str, ResolvedOracle]] = {}


def resolver_of(settings: OracleSettings, http: aiohttp.ClientSession) -> DidResolver:
    return DidResolver(
        DidFetch(http),
        ixo_resolver_url=settings.did_resolver_url,
        allow_private_addresses=settings.allow_private_addresses,
    )


async def own_document(settings: OracleSettings, http: aiohttp.ClientSession, clock: Clock) -> ResolvedOracle:
    """What was resolved before, or now. Raises as `DidResolver.resolve_oracle`."""
    known = _resolved.get(settings.oracle_did)
    if known is not None:
        return known
    resolver = resolver_of(settings, http)
    return await retrying(lambda: resolver.resolve_oracle(settings.oracle_did), _RESOLVE_RETRY, clock)


async def own_identity(
    settings: OracleSettings, http: aiohttp.ClientSession, clock: Clock
) -> tuple[ResolvedOracle, OwnIdentity]:
    """The document, and the private halves of its keys. Raises as `own_document` and `read_own_identity`."""
    document = await own_document(settings, http, clock)
    try:
        return document, read_own_identity(document, settings.key_file)
    except OracleCallError:
        # The keys may have been rotated since the process began to wait.
        if _resolved.pop(settings.oracle_did, None) is None:
            raise
    document = await own_document(settings, http, clock)
    return document, read_own_identity(document, settings.key_file)


def resolve_ahead(settings: OracleSettings) -> None:
    """For a process that waits for a call, before it has a loop. What does not resolve now is resolved when the call is there."""

    async def resolve() -> None:
        async with create_session() as http:
            _resolved[settings.oracle_did] = await own_document(settings, http, SystemClock())

    try:
        asyncio.run(resolve())
    except OracleCallError as error:
        log.warning("the oracle's own document does not resolve", extra={"code": error.code})
