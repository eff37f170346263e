from __future__ import annotations

from typing import Any

import pytest

from known_vectors import code_of, load, named
from oracle_calls.protocol.key_pin import (
    KeyPin,
    PresentedKeys,
    Rotated,
    create_key_pin,
    judge_keys,
    parse_key_pin,
    parse_key_rotation,
)

VECTORS = load("key-rotation.json")
BY_NAME = {row["name"]: row for row in VECTORS["accepted"]}


def pin_of(row: dict[str, Any]) -> KeyPin:
    return parse_key_pin(
        {"v": 1, "did": row["next"]["did"], "signingKey": row["pinnedKey"], "sequence": row["sequence"] - 1}
    )


def next_of(row: dict[str, Any]) -> PresentedKeys:
    return parse_key_pin({"v": 1, **row["next"], "sequence": 0}).keys


@pytest.mark.parametrize("row", named(VECTORS["accepted"]))
def test_a_statement_leads_to_the_keys_that_it_names(row: dict[str, Any]) -> None:
    rotation = parse_key_rotation(row["statementHex"]).rotation
    assert (rotation.sequence, rotation.issued_at) == (row["sequence"], row["issuedAt"])
    assert rotation.following == next_of(row)
    pin = create_key_pin(rotation.following, rotation.sequence)
    assert pin.to_content() == {"v": 1, **row["next"], "sequence": row["sequence"]}
    assert parse_key_pin(pin.to_content()) == pin
    assert isinstance(judge_keys(pin_of(row), next_of(row), [row["statementHex"]]), Rotated)


@pytest.mark.parametrize("row", named(VECTORS["rejected"]))
def test_a_rejected_statement_leads_nowhere(row: dict[str, Any]) -> None:
    accepted = BY_NAME[row["of"]]
    assert code_of(lambda: judge_keys(pin_of(accepted), next_of(accepted), [row["statementHex"]])) == row["code"]
