from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from known_vectors import code_of
from oracle_calls.protocol import OracleCallError, SecretBytes, secp256k1, x25519
from oracle_calls.protocol.did import read_oracle_keys
from oracle_calls.protocol.did.multibase import multikey_of
from oracle_calls.protocol.envelope import OracleKeyFile, own_oracle_keys, parse_oracle_key_file
from oracle_calls.protocol.signing import RawKeySigner, is_signature_valid

DID = "did:ixo:oracle456"


def content(number: int) -> dict[str, str]:
    names = ("privateKeyHex", "envelopePrivateKeyHex", "identityPrivateKeyHex")
    keys = {name: bytes((number, place, *range(30))).hex() for place, name in enumerate(names)}
    return {"kty": "secp256k1", "did": DID, **keys}


def file_of(number: int) -> OracleKeyFile:
    return parse_oracle_key_file(json.dumps(content(number)).encode())


def document(file: OracleKeyFile, *curves: str) -> dict[str, Any]:
    """What an oracle publishes of the keys of a file."""
    assert file.envelope_private_key is not None
    assert file.identity_private_key is not None
    keys: dict[Any, bytes] = {
        "secp256k1": secp256k1.public_key_of(file.private_key),
        "x25519": x25519.public_key_of(file.envelope_private_key),
        "ed25519": RawKeySigner("Ed25519", file.identity_private_key).public_key,
    }
    methods = [
        {"id": f"{DID}#{curve}", "type": "Multikey", "publicKeyMultibase": multikey_of(curve, keys[curve])}  # type: ignore[arg-type]
        for curve in curves
    ]
    agreement = [f"{DID}#{curve}" for curve in curves if curve != "ed25519"]
    assertion = [f"{DID}#{curve}" for curve in curves if curve == "ed25519"]
    return {"id": DID, "verificationMethod": methods, "keyAgreement": agreement, "assertionMethod": assertion}


def test_the_private_halves_of_what_the_document_offers_are_found() -> None:
    file = file_of(1)
    own = own_oracle_keys(file, read_oracle_keys(document(file, "x25519", "secp256k1", "ed25519")))
    assert own.envelope_private_key is file.envelope_private_key
    key = own.keys.identity_key
    assert is_signature_valid(key.algorithm, key.public_key, b"message", own.identity_signer.sign(b"message"))


def test_a_document_with_one_secp256k1_key_uses_it_for_both() -> None:
    file = file_of(1)
    own = own_oracle_keys(file, read_oracle_keys(document(file, "secp256k1")))
    assert own.envelope_private_key is file.private_key
    assert (own.identity_signer.algorithm, own.keys.are_independent) == ("ES256K", False)


@pytest.mark.parametrize("curves", [("x25519", "ed25519"), ("secp256k1",), ("secp256k1", "ed25519")])
def test_a_document_and_a_file_that_have_drifted_apart_are_told_at_the_start(curves: tuple[str, ...]) -> None:
    offered = read_oracle_keys(document(file_of(2), *curves))
    assert code_of(lambda: own_oracle_keys(file_of(1), offered)) == "ERR_DID_DOCUMENT"


@pytest.mark.parametrize(
    "change", [{"envelope_private_key": None}, {"identity_private_key": None}, {"did": "did:ixo:other"}]
)
def test_a_key_that_the_file_lacks_is_told_at_the_start(change: dict[str, Any]) -> None:
    file = file_of(1)
    offered = read_oracle_keys(document(file, "x25519", "ed25519"))
    assert code_of(lambda: own_oracle_keys(replace(file, **change), offered)) == "ERR_DID_DOCUMENT"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{", "ERR_PROTOCOL_MALFORMED"),
        (b"[]", "ERR_PROTOCOL_MALFORMED"),
        (json.dumps({**content(1), "kty": "RSA"}).encode(), "ERR_PROTOCOL_MALFORMED"),
        (json.dumps({**content(1), "identityPrivateKeyHex": "00"}).encode(), "ERR_PROTOCOL_MALFORMED"),
        (json.dumps({**content(1), "privateKeyHex": "00" * 32}).encode(), "ERR_ENVELOPE_UNSUPPORTED"),
        (json.dumps({**content(1), "privateKeyHex": "ff" * 32}).encode(), "ERR_ENVELOPE_UNSUPPORTED"),
    ],
)
def test_a_file_that_is_none_is_refused(data: bytes, code: str) -> None:
    assert code_of(lambda: parse_oracle_key_file(data)) == code


def test_a_refusal_does_not_show_the_key() -> None:
    canary = content(1)["privateKeyHex"]
    for text in (f'{{"privateKeyHex":"{canary}"', json.dumps({"privateKeyHex": canary + "00"})):
        with pytest.raises(OracleCallError) as caught:
            parse_oracle_key_file(text.encode())
        shown = f"{caught.value!r} {dict(caught.value.details)} {caught.value.__cause__!r}"
        assert canary not in shown
        assert canary not in str(vars(caught.value.__context__ or ValueError()))
    assert canary not in repr(file_of(1))


def test_the_secrets_of_a_file_do_not_print() -> None:
    file = file_of(1)
    assert isinstance(file.private_key, SecretBytes)
    assert "[SecretBytes oracle identity key]" in repr(file)
