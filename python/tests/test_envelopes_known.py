from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from known_vectors import code_of, load, named, secret
from oracle_calls.protocol import SecretBytes
from oracle_calls.protocol.envelope import (
    EnvelopeContext,
    EnvelopeKey,
    ExpectedCall,
    KeyBinding,
    OracleKeys,
    encode_context,
    format_signed_envelope,
    hash_context,
    message_to_sign,
    open_bare_envelope,
    open_signed_envelope,
    parse_signed_envelope,
)
from oracle_calls.protocol.schema import wire_name
from oracle_calls.protocol.signing import SigningKey

VECTORS = load("signed-envelope.json")
BARE = load("envelope-ecies.json")
ACCEPTED = VECTORS["sealedByPython"] + VECTORS["sealedByOracleCalls"]
BY_NAME = {row["name"]: row for row in ACCEPTED}


def context_of(row: dict[str, Any]) -> EnvelopeContext:
    values: dict[str, Any] = {}
    for field in fields(EnvelopeContext):
        name = wire_name(field.name)
        if f"{name}Hex" in row["context"]:
            values[field.name] = bytes.fromhex(row["context"][f"{name}Hex"])
        elif isinstance(row["context"].get(name), dict):
            key = row["context"][name]
            values[field.name] = KeyBinding(key["methodId"], bytes.fromhex(key["keyHashHex"]))
        elif name in row["context"]:
            values[field.name] = row["context"][name]
    return EnvelopeContext(**values)


def oracle_of(row: dict[str, Any]) -> OracleKeys:
    envelope, identity = row["envelopeKey"], row["identityKey"]
    return OracleKeys(
        row["did"],
        EnvelopeKey(envelope["methodId"], envelope["suite"], bytes.fromhex(envelope["publicKeyHex"])),
        SigningKey(identity["methodId"], identity["algorithm"], bytes.fromhex(identity["publicKeyHex"])),
    )


def open_row(row: dict[str, Any], envelope_hex: str, change: dict[str, Any]) -> SecretBytes:
    context, user, oracle = row["context"], row["user"], change.get("oracle", row["oracle"])
    expected = {
        **{field.name: context.get(wire_name(field.name)) for field in fields(ExpectedCall)},
        **{
            name: change.get("expected", {}).get(wire_name(name))
            for name in ExpectedCall.__slots__
            if wire_name(name) in change.get("expected", {})
        },
    }
    return open_signed_envelope(
        parse_signed_envelope(envelope_hex),
        expected=ExpectedCall(**expected),
        user_key=SigningKey(user["methodId"], user["algorithm"], bytes.fromhex(user["publicKeyHex"])),
        oracle=oracle_of(oracle),
        envelope_private_key=secret(oracle["envelopeKey"]["privateKeyHex"]),
        now=change.get("now", row["now"]),
    )


@pytest.mark.parametrize("row", named(ACCEPTED))
def test_an_accepted_envelope_has_its_bytes_and_opens_to_its_call_key(row: dict[str, Any]) -> None:
    envelope = parse_signed_envelope(row["envelopeHex"])
    assert envelope.context == context_of(row)
    assert encode_context(envelope.context).hex() == row["contextHex"]
    assert envelope.context_hash == hash_context(encode_context(context_of(row)))
    assert envelope.context_hash.hex() == row["contextHashHex"]
    assert message_to_sign(envelope.context, envelope.sealed).hex() == row["signedMessageHex"]
    assert format_signed_envelope(envelope) == row["envelopeHex"]
    assert open_row(row, row["envelopeHex"], {}).expose().hex() == row["callKeyHex"]


@pytest.mark.parametrize("row", named(VECTORS["rejected"]))
def test_a_rejected_envelope_is_refused_with_its_code(row: dict[str, Any]) -> None:
    assert code_of(lambda: open_row(BY_NAME[row["of"]], row["envelopeHex"], row)) == row["code"]


@pytest.mark.parametrize("row", named(BARE["sealedByEciespy"] + BARE["sealedByOracleCalls"]))
def test_a_bare_envelope_opens_to_its_call_key(row: dict[str, Any]) -> None:
    assert open_bare_envelope(row["envelopeHex"], secret(row["privateKeyHex"])).expose().hex() == row["callKeyHex"]


@pytest.mark.parametrize("row", named(BARE["rejected"]))
def test_a_rejected_bare_envelope_is_refused_with_its_code(row: dict[str, Any]) -> None:
    assert code_of(lambda: open_bare_envelope(row["envelopeHex"], secret(row["privateKeyHex"]))) == row["code"]
