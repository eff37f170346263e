from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from known_vectors import code_of
from oracle_calls.protocol import OracleCallError, SecretBytes
from oracle_calls.protocol.envelope import (
    ENVELOPE_CLOCK_SKEW_MS,
    ENVELOPE_SUITES,
    CallFacts,
    EnvelopeSuite,
    UsedContexts,
    is_signed_envelope,
    open_bare_envelope,
    seal_bare_envelope,
    seal_signed_envelope,
)
from oracle_calls.protocol.secp256k1 import public_key_of
from oracle_calls.protocol.signing import SIGNING_ALGORITHMS, SigningAlgorithm
from scene import MINUTE_MS, NOW, create_scene

SCENE = create_scene()
HONEST = SCENE.sealed.envelope_hex
CONTEXT = SCENE.sealed.envelope.context


@pytest.mark.parametrize("suite", ENVELOPE_SUITES)
@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_what_a_user_seals_its_oracle_opens(suite: EnvelopeSuite, algorithm: SigningAlgorithm) -> None:
    scene = create_scene(suite, algorithm)
    assert is_signed_envelope(scene.sealed.envelope_hex)
    assert scene.open(scene.sealed.envelope_hex).expose() == scene.call_key.expose()
    other = create_scene(suite, algorithm)
    assert code_of(lambda: other.open(scene.sealed.envelope_hex)) == "ERR_ENVELOPE_CONTEXT"


def test_all_wrong_names_are_told_together() -> None:
    expected = replace(SCENE.expected, call_type="video", matrix_sender="@mallory:example.org", ring_event_id="$ring")
    with pytest.raises(OracleCallError) as caught:
        SCENE.open(HONEST, expected=expected)
    assert caught.value.details["fields"] == ["callType", "matrixSender", "ringEventId"]


@pytest.mark.parametrize(
    "now",
    [
        CONTEXT.not_before - ENVELOPE_CLOCK_SKEW_MS - 1,
        CONTEXT.not_after + ENVELOPE_CLOCK_SKEW_MS + 1,
        float("nan"),
        float("inf"),
    ],
)
def test_an_envelope_outside_its_time_is_refused(now: float) -> None:
    assert code_of(lambda: SCENE.open(HONEST, now=now)) == "ERR_ENVELOPE_EXPIRED"


@pytest.mark.parametrize("now", [NOW - ENVELOPE_CLOCK_SKEW_MS, NOW + 60 * MINUTE_MS + ENVELOPE_CLOCK_SKEW_MS])
def test_clocks_may_differ_by_five_minutes(now: float) -> None:
    assert SCENE.open(HONEST, now=now).expose() == SCENE.call_key.expose()


def test_a_weaker_suite_than_the_document_offers_is_a_downgrade_before_anything_else() -> None:
    weak = create_scene("ecies-secp256k1")
    strong = replace(weak, oracle=SCENE.oracle, envelope_private_key=SCENE.envelope_private_key)
    assert code_of(lambda: strong.open(weak.sealed.envelope_hex, now=0)) == "ERR_ENVELOPE_DOWNGRADE"


def test_another_private_key_than_the_offered_one_is_told_apart_from_an_attack() -> None:
    other = replace(SCENE, envelope_private_key=SecretBytes.random(32, "another"))
    assert code_of(lambda: other.open(HONEST)) == "ERR_ENVELOPE_UNSUPPORTED"


@pytest.mark.parametrize(
    "change",
    [
        {"not_after": CONTEXT.not_before},
        {"not_after": CONTEXT.not_before + 24 * 60 * MINUTE_MS + 1},
        {"sfu_room_name": "-lk"},
        {"matrix_room_id": "room"},
        {"matrix_sender": "alice"},
        {"call_public_key": bytes(31)},
        {"comparison_commitment": bytes(33)},
        {"ring_event_id": "ring"},
    ],
)
def test_a_fact_without_its_shape_is_not_sealed(change: dict[str, Any]) -> None:
    facts = {name: change.get(name, getattr(CONTEXT, name)) for name in CallFacts.__slots__}
    seal = lambda: seal_signed_envelope(  # noqa: E731
        call_key=SCENE.call_key,
        call=CallFacts(**facts),
        oracle=SCENE.oracle,
        user_did=SCENE.user_did,
        user_key=SCENE.user_key,
        signer=SCENE.user,
    )
    assert code_of(seal) == "ERR_ENVELOPE_MALFORMED"


def test_a_signer_that_signs_for_another_key_is_noticed_before_anything_is_sent() -> None:
    facts = {name: getattr(CONTEXT, name) for name in CallFacts.__slots__}
    seal = lambda: seal_signed_envelope(  # noqa: E731
        call_key=SCENE.call_key,
        call=CallFacts(**facts),
        oracle=SCENE.oracle,
        user_did=SCENE.user_did,
        user_key=SCENE.user_key,
        signer=SCENE.identity,
    )
    assert code_of(seal) == "ERR_ENVELOPE_SIGNATURE"


def test_a_context_is_good_for_one_call_until_it_has_expired() -> None:
    used = UsedContexts(max_entries=1)
    used.use(SCENE.sealed.envelope, "$a@lk-1", NOW)
    used.use(SCENE.sealed.envelope, "$a@lk-1", NOW)
    assert code_of(lambda: used.use(SCENE.sealed.envelope, "$b@lk-1", NOW)) == "ERR_ENVELOPE_REPLAYED"
    # The same context under another signature is the same context.
    signed_again = replace(SCENE.sealed.envelope, signature=bytes(64))
    assert code_of(lambda: used.use(signed_again, "$b@lk-1", NOW)) == "ERR_ENVELOPE_REPLAYED"
    other = create_scene().sealed.envelope
    assert code_of(lambda: used.use(other, "$b@lk-1", NOW)) == "ERR_UPSTREAM_BUSY"
    used.use(other, "$b@lk-1", CONTEXT.not_after + ENVELOPE_CLOCK_SKEW_MS + 1)


def test_a_bare_envelope_is_eciespys() -> None:
    ecies = pytest.importorskip("ecies")
    private_key = SecretBytes(hashlib.sha256(b"recipient").digest(), "published")
    call_key = SecretBytes.random(32, "call key")
    sealed = seal_bare_envelope(call_key, public_key_of(private_key))
    assert open_bare_envelope(sealed, private_key).expose() == call_key.expose()
    assert ecies.decrypt(bytes(private_key.expose()), bytes.fromhex(sealed)) == call_key.expose()
    theirs = ecies.encrypt(public_key_of(private_key), bytes(call_key.expose()))
    assert open_bare_envelope(theirs.hex(), private_key).expose() == call_key.expose()
