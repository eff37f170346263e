"""Fetching DID documents: a GET that says nothing about us and goes nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp

from oracle_calls.protocol.did import DID_DOCUMENT_MAX_BYTES, FetchAnswer


def create_session() -> aiohttp.ClientSession:
    """A client without cookies, without proxies from the environment, and without a limit of its own: callers have theirs."""
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, timeout=aiohttp.ClientTimeout(total=None)
    )


class DidFetch:
    """The `Fetch` of a `DidResolver`."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __call__(self, url: str, headers: dict[str, str]) -> FetchAnswer:
        async with self._session.get(url, headers=headers, allow_redirects=False) as answer:
            data = bytearray()
            # One byte too many shows that there is too much; no more is read.
            while len(data) <= DID_DOCUMENT_MAX_BYTES:
                part = await answer.content.read(DID_DOCUMENT_MAX_BYTES + 1 - len(data))
                if not part:
                    break
                data += part
            return FetchAnswer(answer.status, _in_one_piece(bytes(data)))


async def _in_one_piece(data: bytes) -> AsyncIterator[bytes]:
    yield data
