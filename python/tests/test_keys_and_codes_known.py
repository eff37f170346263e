from __future__ import annotations

from typing import Any

import pytest

from known_vectors import code_of, load, named, secret
from oracle_calls.protocol.comparison_code import (
    check_commitment,
    commitment_to,
    comparison_code,
    format_comparison_code,
)
from oracle_calls.protocol.key_schedule import Epoch, derive_epoch, is_confirmation_tag
from test_handshake_known import hex_of

SCHEDULE = load("key-schedule.json")
CODES = load("comparison-code.json")


def epoch_of(row: dict[str, Any]) -> Epoch:
    return derive_epoch(
        chain_key=secret(row["chainKeyHex"]),
        shared_secret=secret(row["sharedSecretHex"]),
        transcript=bytes.fromhex(row["transcriptHex"]),
        attempt=row["attempt"],
        epoch=row["epoch"],
    )


@pytest.mark.parametrize("row", named(SCHEDULE["epochs"]))
def test_every_secret_of_an_epoch_is_the_same(row: dict[str, Any]) -> None:
    derived = hex_of(epoch_of(row))
    assert derived == {name: row[name] for name in derived}


@pytest.mark.parametrize("row", named(SCHEDULE["rejected"]))
def test_a_wrong_confirmation_is_none(row: dict[str, Any]) -> None:
    epoch = epoch_of(next(one for one in SCHEDULE["epochs"] if one["name"] == row["epoch"]))
    key = epoch.user_confirm if row["by"] == "user" else epoch.agent_confirm
    assert not is_confirmation_tag(bytes.fromhex(row["tagHex"]), key, epoch.transcript)


@pytest.mark.parametrize("row", named(CODES["codes"]))
def test_a_comparison_code_has_its_ten_digits(row: dict[str, Any]) -> None:
    user, agent = bytes.fromhex(row["userNonceHex"]), bytes.fromhex(row["agentNonceHex"])
    assert (commitment_to(user).hex(), commitment_to(agent).hex()) == (
        row["userCommitmentHex"],
        row["agentCommitmentHex"],
    )
    code = comparison_code(bytes.fromhex(row["transcriptHex"]), user, agent)
    assert (code, format_comparison_code(code)) == (row["code"], row["formatted"])


@pytest.mark.parametrize("row", named(CODES["rejected"]))
def test_a_nonce_that_was_not_committed_to_is_refused(row: dict[str, Any]) -> None:
    check = lambda: check_commitment(bytes.fromhex(row["nonceHex"]), bytes.fromhex(row["commitmentHex"]))  # noqa: E731
    assert code_of(check) == row["code"]
