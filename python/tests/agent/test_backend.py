from __future__ import annotations

import asyncio
import json
import pickle
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from oracle_calls.agent.backend import (
    CLAIM_RETRY,
    BackendClient,
    BearerSecret,
    DidFetch,
    SealedKey,
    WaitingCall,
    create_session,
    retrying,
)
from oracle_calls.agent.backend.client import REQUEST_MAX_MS, RESPONSE_MAX_BYTES, STANDBY_MAX_MS
from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.did import DID_DOCUMENT_MAX_BYTES, DidResolver

from .fake_clock import FakeClock, run

CALL_ID, ROOM, TICKET = "$event@lk-1", "lk-1", "t" * 43
KEY = "agent-key-canary"
CLAIMED = {"callId": CALL_ID, "callType": "audio", "sessionId": "s", "userIdentity": "u-1"}
SEALED = {"encryptionKey": "04ab", "userDid": "did:example:u", "oracleDid": "did:example:o"}


class FakeBackend:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.answer: Callable[[], Awaitable[web.StreamResponse]] | None = None

    def answers(self, value: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        async def answer() -> web.StreamResponse:
            return web.json_response(value, status=status, headers=headers)

        self.answer = answer

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.text()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append((request.method, request.raw_path, headers, json.loads(body) if body else None))
        assert self.answer is not None
        return await self.answer()


@asynccontextmanager
async def scene() -> AsyncIterator[tuple[BackendClient, FakeBackend, FakeClock]]:
    backend, clock = FakeBackend(), FakeClock()
    runner = web.ServerRunner(web.Server(backend.handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/base/"
    async with create_session() as session:
        secret = BearerSecret(KEY, "agent API key")
        yield BackendClient(url, secret, session, clock=clock), backend, clock
    await runner.cleanup()


async def code_of(work: Awaitable[object]) -> str:
    with pytest.raises(OracleCallError) as refused:
        await work
    assert KEY not in f"{refused.value!r} {refused.value} {refused.value.details} {refused.value.__cause__!r}"
    return refused.value.code


def test_a_ticket_is_traded_for_the_call() -> None:
    async def test() -> None:
        async with scene() as (client, backend, _):
            backend.answers({**CLAIMED, "language": "en", "key": SEALED, "more": 1})
            call = await client.claim(TICKET, ROOM)
            assert (call.call_id, call.user_identity, call.language) == (CALL_ID, "u-1", "en")
            assert call.key == SealedKey("04ab", "did:example:u", "did:example:o")
            method, path, headers, body = backend.asked[0]
            assert (method, path, body) == ("POST", "/base/agent/claim", {"ticket": TICKET, "roomId": ROOM})
            assert headers["authorization"] == f"Bearer {KEY}"
            assert "cookie" not in headers
            assert "traceparent" not in headers

    run(test())


def test_the_sealed_key_is_asked_for_and_the_end_is_told() -> None:
    async def test() -> None:
        trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
        async with scene() as (client, backend, _):
            backend.answers({**CLAIMED, "traceparent": trace})
            await client.claim(TICKET, ROOM)
            backend.asked.clear()
            backend.answers(SEALED)
            assert (await client.fetch_key(CALL_ID)).encryption_key == "04ab"
            await client.end_call(CALL_ID, "connection-lost")
            assert [(one[0], one[1], one[3]) for one in backend.asked] == [
                ("GET", "/base/calls/$event@lk-1/key", None),
                ("POST", "/base/calls/$event@lk-1/update", {"callStatus": "ended", "endReason": "connection-lost"}),
            ]
            assert {one[2]["traceparent"] for one in backend.asked} == {trace}

    run(test())


def test_a_worker_waits_for_a_call() -> None:
    async def test() -> None:
        async with scene() as (client, backend, _):
            backend.answers({"call": {"ticket": TICKET, "roomId": ROOM}})
            assert await client.standby(0.5) == WaitingCall(TICKET, ROOM)
            backend.answers({})
            assert await client.standby(0) is None
            assert backend.asked[0][3] == {"load": 0.5}

    run(test())


@pytest.mark.parametrize("code", ["ERR_CALL_TICKET", "ERR_AUTH_INVALID_AUTHENTICATION", "ERR_MATRIX_EVENT_NOT_FOUND"])
def test_a_refusal_is_passed_on(code: str) -> None:
    async def test() -> None:
        async with scene() as (client, backend, _):
            problem = {"type": "x", "title": "x", "status": 403, "code": code, "retryable": False}
            backend.answers(problem, 403)
            assert await code_of(client.fetch_key(CALL_ID)) == code

    run(test())


@pytest.mark.parametrize("code", ["ERR_NONSENSE", "ERR_HANDSHAKE_STALE", 3, ["ERR_CALL_TICKET"]])
def test_a_refusal_that_the_backend_cannot_say_is_none_of_ours(code: object) -> None:
    async def test() -> None:
        async with scene() as (client, backend, _):
            backend.answers({"type": "x", "title": "x", "status": 403, "code": code, "retryable": False}, 403)
            assert await code_of(client.fetch_key(CALL_ID)) == "ERR_UPSTREAM_BACKEND"

    run(test())


def test_pages_redirects_and_endless_answers_are_failures_that_may_pass() -> None:
    async def test() -> None:
        async with scene() as (client, backend, _):
            backend.answers("<h1>502</h1>", 502)
            assert await code_of(client.fetch_key(CALL_ID)) == "ERR_UPSTREAM_BACKEND"
            backend.answers(SEALED, 307, {"location": "/elsewhere"})
            assert await code_of(client.fetch_key(CALL_ID)) == "ERR_UPSTREAM_BACKEND"
            backend.answers("x" * (RESPONSE_MAX_BYTES + 1))
            assert await code_of(client.fetch_key(CALL_ID)) == "ERR_UPSTREAM_BACKEND"
            assert len(backend.asked) == 3

    run(test())


def test_an_answer_of_another_shape_is_not_believed() -> None:
    async def test() -> None:
        async with scene() as (client, backend, _):
            for value in ({"callId": "nonsense"}, {**CLAIMED, "key": {}}, {**CLAIMED, "userIdentity": "a b"}, None):
                backend.answers(value)
                assert await code_of(client.claim(TICKET, ROOM)) == "ERR_PROTOCOL_MALFORMED"

    run(test())


@pytest.mark.parametrize(("is_standby", "max_ms"), [(False, REQUEST_MAX_MS), (True, STANDBY_MAX_MS)])
def test_a_backend_that_does_not_answer_is_given_up(is_standby: bool, max_ms: int) -> None:
    async def test() -> None:
        async with scene() as (client, backend, clock):

            async def hang() -> web.StreamResponse:
                await asyncio.sleep(3_600)
                return web.Response()

            backend.answer = hang
            asking = asyncio.ensure_future(client.standby(0) if is_standby else client.fetch_key(CALL_ID))
            while not backend.asked:
                await asyncio.sleep(0.001)
            await clock.advance(max_ms - 1)
            assert not asking.done()
            await clock.advance(1)
            assert await code_of(asking) == "ERR_UPSTREAM_BACKEND"
            assert clock.pending_timers == 0

    run(test())


def test_a_backend_that_is_not_there_is_told() -> None:
    async def test() -> None:
        async with create_session() as session:
            client = BackendClient("http://127.0.0.1:1", BearerSecret(KEY, "key"), session, clock=FakeClock())
            assert await code_of(client.claim(TICKET, ROOM)) == "ERR_UPSTREAM_BACKEND"

    run(test())


def test_retrying_goes_on_while_it_may_help_and_there_is_time() -> None:
    async def test() -> None:
        clock, tries = FakeClock(), list[float]()

        async def fail() -> None:
            tries.append(clock.now())
            raise OracleCallError("ERR_UPSTREAM_BACKEND")

        began = clock.now()
        trying = asyncio.ensure_future(retrying(fail, CLAIM_RETRY, clock, random=lambda: 1.0))
        await clock.advance(CLAIM_RETRY.within_ms + 1_000)
        assert await code_of(trying) == "ERR_UPSTREAM_BACKEND"
        assert [at - began for at in tries][:6] == [0, 100, 300, 700, 1_500, 2_500]
        assert tries[-1] - began <= CLAIM_RETRY.within_ms

        async def refuse() -> None:
            raise OracleCallError("ERR_CALL_TICKET")

        assert await code_of(retrying(refuse, CLAIM_RETRY, clock)) == "ERR_CALL_TICKET"

    run(test())


def test_a_bearer_secret_does_not_print_and_is_not_pickled() -> None:
    secret = BearerSecret(KEY, "agent API key")
    assert KEY not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(OracleCallError):
        BearerSecret("", "agent API key")


def test_documents_are_fetched_without_following_and_no_further_than_their_bound() -> None:
    async def test() -> None:
        async with scene() as (_, backend, _clock), create_session() as session:
            resolver = DidResolver(DidFetch(session), ixo_resolver_url=base(backend, _), allow_private_addresses=True)
            did = "did:ixo:somebody"
            backend.answers({"id": did})
            assert await resolver.resolve(did) == {"id": did}
            backend.answers({"id": did}, 302, {"location": "/elsewhere"})
            assert await code_of(resolver.resolve(did)) == "ERR_DID_NOT_RESOLVED"
            backend.answers({"id": did, "more": "x" * DID_DOCUMENT_MAX_BYTES})
            assert await code_of(resolver.resolve(did)) == "ERR_DID_DOCUMENT"
            assert len(backend.asked) == 3

    run(test())


def base(_backend: FakeBackend, client: BackendClient) -> str:
    return client._base_url


def test_sessions_keep_no_cookies() -> None:
    async def test() -> None:
        async with create_session() as session:
            assert isinstance(session.cookie_jar, aiohttp.DummyCookieJar)

    run(test())
