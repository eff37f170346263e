from __future__ import annotations

from dataclasses import replace

import pytest

from known_vectors import code_of
from oracle_calls.protocol import SecretBytes
from oracle_calls.protocol.key_pin import (
    FirstContact,
    KeyRotation,
    PresentedKeys,
    Rotated,
    Same,
    create_key_pin,
    judge_keys,
    parse_key_pin,
    sign_key_rotation,
)
from oracle_calls.protocol.signing import RawKeySigner

DID = "did:ixo:oracle456"


def signer() -> RawKeySigner:
    return RawKeySigner("Ed25519", SecretBytes.random(32, "identity"))


SIGNERS = [signer() for _ in range(4)]
KEYS = [PresentedKeys(DID, one.named(f"{DID}#identity")) for one in SIGNERS]


def rotation(sequence: int, before: int, after: int) -> str:
    return sign_key_rotation(SIGNERS[before], KeyRotation(sequence, 1, KEYS[after]))


def test_first_contact_is_trust_on_first_use_and_counts_the_rotations_that_led_there() -> None:
    judged = judge_keys(None, KEYS[1], [rotation(1, 0, 1), rotation(2, 1, 2)])
    assert isinstance(judged, FirstContact)
    assert judged.pin.sequence == 1
    # So the statement of before cannot bring its keys back.
    assert code_of(lambda: judge_keys(judged.pin, KEYS[0], [rotation(1, 1, 0)])) == "ERR_KEY_CHANGED"


def test_the_same_keys_are_the_same_whatever_their_name_is() -> None:
    renamed = replace(KEYS[0], signing_key=replace(KEYS[0].signing_key, method_id=f"{DID}#renamed"))
    judged = judge_keys(create_key_pin(KEYS[0]), renamed)
    assert isinstance(judged, Same)
    assert judged.pin.keys.signing_key.method_id == f"{DID}#renamed"


def test_statements_are_followed_in_their_order_wherever_they_stand() -> None:
    statements = [rotation(2, 1, 2), rotation(1, 0, 1)]
    judged = judge_keys(create_key_pin(KEYS[0]), KEYS[2], statements)
    assert isinstance(judged, Rotated)
    assert (judged.pin.sequence, judged.previous) == (2, create_key_pin(KEYS[0]))
    assert isinstance(judge_keys(judged.pin, KEYS[2], statements), Same)


@pytest.mark.parametrize(
    ("presented", "statements", "code"),
    [
        (1, [], "ERR_KEY_CHANGED"),
        (1, [rotation(1, 2, 1)], "ERR_KEY_ROTATION"),
        (2, [rotation(1, 0, 1)], "ERR_KEY_ROTATION"),
        (2, [rotation(1, 0, 1), rotation(1, 1, 2)], "ERR_KEY_ROTATION"),
        (2, [rotation(1, 0, 1), rotation(2, 0, 2)], "ERR_KEY_ROTATION"),
        (1, ["20"], "ERR_KEY_ROTATION"),
    ],
)
def test_keys_that_no_statement_leads_to_are_for_a_person_to_decide(
    presented: int, statements: list[str], code: str
) -> None:
    assert code_of(lambda: judge_keys(create_key_pin(KEYS[0]), KEYS[presented], statements)) == code


def test_a_pin_of_another_did_is_misuse() -> None:
    with pytest.raises(ValueError, match="another DID"):
        judge_keys(create_key_pin(KEYS[0]), replace(KEYS[0], did="did:ixo:other"))
    with pytest.raises(ValueError, match="starts at 1"):
        rotation(0, 0, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": True},
        {"did": "x"},
        {"sequence": -1},
        {"signingKey": {}},
        {"signingKey": 5},
        {"envelopeKey": None},
    ],
)
def test_a_pin_that_cannot_be_read_is_not_one_that_was_never_there(change: dict[str, object]) -> None:
    content = create_key_pin(KEYS[0]).to_content()
    assert parse_key_pin(content) == create_key_pin(KEYS[0])
    assert code_of(lambda: parse_key_pin({**content, **change})) == "ERR_PROTOCOL_MALFORMED"
