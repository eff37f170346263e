from __future__ import annotations

from typing import Any

import pytest

from known_vectors import load, load_ours, named
from oracle_calls.protocol.data import (
    DataReceiver,
    DataSender,
    Delivered,
    Duplicate,
    decode_payload,
    encode_payload,
    payload_content,
)
from oracle_calls.protocol.handshake import Refused
from test_keys_and_codes_known import epoch_of

VECTORS, OURS = load("data-frames.json"), load_ours("data-frames.json")
BY_NAME = {row["name"]: row for row in VECTORS["sequences"] + OURS["sequences"]}


def heard(sequence: dict[str, Any]) -> tuple[DataReceiver, list[object]]:
    """A receiver that has opened the whole sequence, and what it said."""
    receiver = DataReceiver(sequence["direction"])
    receiver.install(epoch_of(sequence).keys)
    return receiver, [receiver.open(bytes.fromhex(row["frameHex"])) for row in sequence["frames"]]


@pytest.mark.parametrize("sequence", named(VECTORS["sequences"]))
def test_every_frame_is_the_same_and_opens(sequence: dict[str, Any]) -> None:
    sender = DataSender(sequence["direction"])
    keys = epoch_of(sequence).keys
    assert keys.data[sequence["direction"]].expose().hex() == sequence["keyHex"]
    sender.switch_to(keys)
    for row in sequence["frames"]:
        payload = decode_payload(row["payload"]["kind"], bytes.fromhex(row["plaintextHex"]))
        assert encode_payload(payload).hex() == row["plaintextHex"]
        assert sender.seal(payload).hex() == row["frameHex"]


@pytest.mark.parametrize("sequence", named(list(BY_NAME.values())))
def test_every_payload_is_said_once(sequence: dict[str, Any]) -> None:
    _, outcomes = heard(sequence)
    seen: set[str] = set()
    for row, outcome in zip(sequence["frames"], outcomes, strict=True):
        if row["payload"]["id"] in seen:
            assert isinstance(outcome, Duplicate)
            continue
        seen.add(row["payload"]["id"])
        assert isinstance(outcome, Delivered)
        assert payload_content(outcome.payload) == row["payload"]
        assert outcome.missed == row.get("missed", 0)


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, id=f"{row['sequence']}, then {row['name']}") for row in VECTORS["rejected"] + OURS["rejected"]],
)
def test_a_rejected_frame_is_refused_with_its_code(row: dict[str, Any]) -> None:
    receiver, _ = heard(BY_NAME[row["sequence"]])
    outcome = receiver.open(bytes.fromhex(row["frameHex"]))
    assert isinstance(outcome, Refused)
    assert outcome.error.code == row["code"]
