from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from oracle_calls.agent.backend import ClaimedCall, SealedKey
from oracle_calls.agent.call import OlderProtocol, Opening, open_call
from oracle_calls.agent.call.open_call import OpenedCall
from oracle_calls.protocol import OracleCallError, SecretBytes
from oracle_calls.protocol.envelope import seal_bare_envelope
from oracle_calls.protocol.secp256k1 import public_key_of
from scene import create_scene

from .call_scene import CallScene, call_scene, own_identity
from .fake_clock import run


async def opened(call: CallScene, opening: Opening | None = None) -> OpenedCall:
    return await open_call(opening or call.opening, call.backend.call, call.backend.key)


async def code_of(call: CallScene, opening: Opening | None = None) -> str:
    with pytest.raises(OracleCallError) as refused:
        await opened(call, opening)
    return refused.value.code


def test_the_users_call_opens_and_its_key_is_pinned(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        result = await opened(call)
        assert result.call_key.expose() == call.scene.call_key.expose()
        assert result.envelope == call.scene.sealed.envelope
        assert call.opening.trust.user_keys.knows(call.scene.user_did)
        # The agent asks for the key that the context names, under the user's own DID.
        assert call.resolver.asked == [(call.scene.user_did, call.scene.user_key.method_id)]
        # A restarted agent opens the same call again.
        assert (await opened(call)).call_key.expose() == call.scene.call_key.expose()

    run(test())


WRONG: list[tuple[str, Callable[[CallScene], None]]] = [
    ("oracleDid", lambda call: _key(call, oracle_did="did:ixo:other")),
    ("userDid", lambda call: _key(call, user_did="did:ixo:other")),
    ("callType", lambda call: _call(call, call_type="video")),
    ("sessionId", lambda call: _call(call, session_id="other")),
]


def _key(call: CallScene, **parts: str) -> None:
    call.backend.key = replace(call.backend.key, **parts)


def _call(call: CallScene, **parts: str) -> None:
    call.backend.call = replace(call.backend.call, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(("field", "change"), WRONG)
def test_another_call_than_the_signed_one_is_refused_and_pins_nothing(
    tmp_path: Path, field: str, change: Callable[[CallScene], None]
) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        change(call)
        with pytest.raises(OracleCallError) as refused:
            await opened(call)
        assert refused.value.code == "ERR_ENVELOPE_CONTEXT"
        assert refused.value.details["fields"] == [field]
        assert not call.opening.trust.user_keys.knows(call.scene.user_did)

    run(test())


def test_another_room_and_another_account_than_the_agents_own_are_refused(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        assert await code_of(call, replace(call.opening, sfu_room_name="lk-other")) == "ERR_ENVELOPE_CONTEXT"
        call.opening.identity.matrix_user_id = "@other:example.org"
        assert await code_of(call) == "ERR_ENVELOPE_CONTEXT"

    run(test())


def test_a_changed_key_is_refused_although_it_signed(tmp_path: Path) -> None:
    async def test() -> None:
        call, other = call_scene(tmp_path), create_scene()
        pinned = replace(call.resolver.user, signing_key=other.user_key)
        call.opening.trust.user_keys.judge(pinned, call.clock.now())
        assert await code_of(call) == "ERR_KEY_CHANGED"

    run(test())


def test_a_context_opens_for_one_call_alone(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        await opened(call)
        _call(call, call_id="$other@lk-0123456789abcdef")
        assert await code_of(call) == "ERR_ENVELOPE_REPLAYED"

    run(test())


def test_an_expired_envelope_and_one_of_another_key_are_refused(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        forged = replace(call.resolver.user, signing_key=create_scene().user_key)
        call.resolver.user = forged
        assert await code_of(call) == "ERR_ENVELOPE_SIGNATURE"
        await call.clock.advance(2 * 60 * 60_000)
        assert await code_of(call) == "ERR_ENVELOPE_EXPIRED"

    run(test())


def older(call: CallScene, older_protocol: OlderProtocol) -> Opening:
    private_key = SecretBytes.random(32, "older key")
    identity = own_identity(call.scene, private_key)
    envelope = seal_bare_envelope(call.scene.call_key, public_key_of(private_key))
    call.backend.key = SealedKey(envelope, call.scene.user_did, call.scene.oracle.did)
    return replace(call.opening, identity=identity, older_protocol=older_protocol)


def test_a_call_of_the_older_protocol_opens_only_when_allowed_by_name(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        assert await code_of(call, older(call, "refuse")) == "ERR_ENVELOPE_DOWNGRADE"
        result = await opened(call, older(call, "allow"))
        assert (result.envelope, result.call_key.expose()) == (None, call.scene.call_key.expose())

    run(test())


def test_and_never_in_the_name_of_a_user_who_has_signed_before(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        call.opening.trust.user_keys.judge(call.resolver.user, call.clock.now())
        assert await code_of(call, older(call, "allow")) == "ERR_ENVELOPE_DOWNGRADE"

    run(test())


def test_a_claimed_call_is_a_value() -> None:
    call = ClaimedCall(call_id="$e@lk-1", call_type="audio", session_id="s", user_identity="u")
    assert (call.key, call.traceparent) == (None, None)
