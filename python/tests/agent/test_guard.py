from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import WSMsgType
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.rtc import (
    AddTrackRequest,
    JoinResponse,
    SignalRequest,
    SignalResponse,
    UpdateParticipantMetadata,
)

from oracle_calls.agent.guard import SignalGuard
from oracle_calls.agent.guard.limits import CONNECT_MAX_MS, MAX_ANSWER_BYTES, MAX_MESSAGE_BYTES
from oracle_calls.protocol import OracleCallError

from .fake_clock import FakeClock, run
from .scripted_sfu import guard_scene

PING = SignalRequest(ping=5).SerializeToString()


def join_as(identity: str) -> bytes:
    participant = ParticipantInfo(identity=identity, sid="PA_1")
    return SignalResponse(join=JoinResponse(participant=participant)).SerializeToString()


@pytest.mark.parametrize("target", ["/rtc?sdk=python&auto_subscribe=0", "/rtc/v1?join_request=CAES%2B"])
def test_path_query_and_join_token_are_kept_and_nothing_else(target: str) -> None:
    async def test() -> None:
        async with guard_scene("/livekit/") as scene:
            socket = await scene.open(target)
            assert scene.sfu.asked == [f"GET /livekit{target} Bearer join"]
            await socket.close()

    run(test())


def test_messages_go_both_ways() -> None:
    async def test() -> None:
        async with guard_scene() as scene:
            socket = await scene.open()
            server = await scene.sfu.taken
            await server.send_bytes(join_as("agent"))
            response = SignalResponse.FromString(await socket.receive_bytes())
            assert response.join.participant.identity == "agent"
            attributes = UpdateParticipantMetadata(attributes={"state": "speaking"})
            await socket.send_bytes(SignalRequest(update_metadata=attributes).SerializeToString())
            await socket.send_bytes(PING)
            while not scene.sfu.heard:
                await asyncio.sleep(0.001)
            assert scene.sfu.heard == [PING]
            assert scene.refused == []
            await socket.close()

    run(test())


def test_the_guard_is_closed_to_whoever_does_not_know_the_secret_path() -> None:
    async def test() -> None:
        async with guard_scene() as scene:
            origin, secret = (
                scene.guard.url[: scene.guard.url.index("/", 7)],
                scene.guard.url[scene.guard.url.index("/", 7) :],
            )
            assert origin.startswith("ws://127.0.0.1:")
            assert len(secret) > 40
            for path in ("/rtc", "/rtc/v1", f"{secret[:-1]}x/rtc", f"{secret[:10]}/rtc", f"{secret}/other", secret):
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await scene.session.ws_connect(f"{origin}{path}")
                assert refused.value.status == 404
                async with scene.session.get(f"{origin.replace('ws', 'http')}{path}/validate") as answer:
                    assert answer.status == 404
            assert scene.sfu.asked == []

    run(test())


def test_why_joining_was_refused_is_passed_on() -> None:
    async def test() -> None:
        async with guard_scene() as scene:
            for status in (404, 401):
                scene.sfu.upgrade = status
                assert await scene.refused_status() == status
            headers = {"authorization": "Bearer join", "x-other": "1"}
            async with scene.session.get(scene.http_url("/rtc/validate?sdk=python"), headers=headers) as answer:
                assert (answer.status, await answer.text()) == (401, "no permissions")
            assert scene.sfu.asked[-1] == "GET /rtc/validate?sdk=python Bearer join"
            async with scene.session.post(scene.http_url("/rtc/validate")) as answer:
                assert answer.status == 404
            scene.sfu.body = bytes(MAX_ANSWER_BYTES + 1)
            async with scene.session.get(scene.http_url("/rtc/validate")) as answer:
                assert (answer.status, await answer.read()) == (502, b"")

    run(test())


def test_an_sfu_that_sends_elsewhere_is_not_followed() -> None:
    async def test() -> None:
        async with guard_scene() as scene, guard_scene() as elsewhere:
            scene.sfu.location = elsewhere.http_url("/rtc").replace(elsewhere.guard.url, "")
            scene.sfu.upgrade = scene.sfu.status = 307
            assert await scene.refused_status() == 502
            async with scene.session.get(scene.http_url("/rtc/validate"), allow_redirects=False) as answer:
                assert answer.status == 307
            assert elsewhere.sfu.asked == []

    run(test())


def test_an_sfu_that_does_not_answer_is_given_up() -> None:
    async def test() -> None:
        async with guard_scene() as scene:
            scene.sfu.upgrade = "ignore"
            opening = asyncio.ensure_future(scene.refused_status())
            while not scene.sfu.asked:
                await asyncio.sleep(0.001)
            await scene.clock.advance(CONNECT_MAX_MS)
            assert await opening == 504

    run(test())


def test_an_sfu_that_is_not_there_is_told() -> None:
    async def test() -> None:
        async with guard_scene() as scene:
            await scene.sfu.close()
            assert await scene.refused_status() == 502
            async with scene.session.get(scene.http_url("/rtc/validate")) as answer:
                assert answer.status == 502
        with pytest.raises(OracleCallError) as refused:
            SignalGuard("file:///etc", own_identity="agent", clock=FakeClock(), on_refused=print)
        assert refused.value.code == "ERR_MEDIA_CONNECT"

    run(test())


def test_connections_end_with_the_guard() -> None:
    async def test() -> None:
        async with guard_scene() as scene:
            socket = await scene.open()
            await scene.guard.close()
            assert (await socket.receive()).type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR)

    run(test())


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (join_as("somebody"), "ERR_MEDIA_IDENTITY"),
        # An empty answer to an offer, were it binary.
        ("\x12\x00", "ERR_MEDIA_SIGNALLING"),
        (b"\x0a\xff", "ERR_MEDIA_SIGNALLING"),
        (bytes(MAX_MESSAGE_BYTES + 1), "ERR_MEDIA_SIGNALLING"),
    ],
)
def test_what_the_server_may_not_say_ends_the_connection_and_there_is_no_other(message: str | bytes, code: str) -> None:
    async def test() -> None:
        async with guard_scene() as scene:
            socket = await scene.open()
            server = await scene.sfu.taken
            await (server.send_str(message) if isinstance(message, str) else server.send_bytes(message))
            closed = await socket.receive()
            assert (closed.type, closed.data, closed.extra) == (WSMsgType.CLOSE, 1008, code)
            assert [error.code for error in scene.refused] == [code]
            assert await scene.refused_status() == 404
            assert len(scene.sfu.asked) == 1

    run(test())


def test_a_refusal_makes_the_guard_leave_the_room_in_place_of_the_library() -> None:
    async def test() -> None:
        async with guard_scene() as scene:
            socket = await scene.open()
            await (await scene.sfu.taken).send_bytes(join_as("somebody"))
            await socket.receive()
            while not scene.sfu.heard:
                await asyncio.sleep(0.001)
            assert [SignalRequest.FromString(one).WhichOneof("message") for one in scene.sfu.heard] == ["leave"]

    run(test())


def test_an_unsealed_track_of_our_own_does_not_reach_the_server() -> None:
    async def test() -> None:
        async with guard_scene() as scene:
            socket = await scene.open()
            await socket.send_bytes(SignalRequest(add_track=AddTrackRequest(cid="voice")).SerializeToString())
            assert (await socket.receive()).extra == "ERR_MEDIA_UNENCRYPTED"
            assert [error.code for error in scene.refused] == ["ERR_MEDIA_UNENCRYPTED"]
            kinds = [SignalRequest.FromString(one).WhichOneof("message") for one in scene.sfu.heard]
            assert "add_track" not in kinds

    run(test())
