from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from known_vectors import code_of
from oracle_calls.protocol import SecretBytes, secp256k1
from oracle_calls.protocol.did import (
    KEY_ROTATIONS_MAX,
    did_key_document,
    did_key_method_id_of,
    did_key_of,
    read_backend_url,
    read_key_rotations,
    read_matrix_user_id,
    read_oracle_keys,
    read_user_signing_key,
)
from oracle_calls.protocol.did.multibase import encode_base58, multikey_of

DID = "did:ixo:oracle456"
X25519 = X25519PrivateKey.from_private_bytes(b"\x01" * 32).public_key().public_bytes_raw()
ED25519 = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32).public_key().public_bytes_raw()
SECP256K1 = secp256k1.public_key_of(SecretBytes(b"\x03" * 32, "published"))
OTHER_SECP256K1 = secp256k1.public_key_of(SecretBytes(b"\x04" * 32, "published"))


def multikey(name: str, curve: Any, key: bytes) -> dict[str, str]:
    return {"id": f"{DID}#{name}", "type": "Multikey", "controller": DID, "publicKeyMultibase": multikey_of(curve, key)}


def document(**parts: Any) -> dict[str, Any]:
    return {"id": DID, **parts}


ENVELOPE = multikey("envelope-x25519", "x25519", X25519)
OLDER = multikey("envelope", "secp256k1", SECP256K1)
IDENTITY = multikey("identity", "ed25519", ED25519)
STRICT = document(
    verificationMethod=[ENVELOPE, OLDER, IDENTITY],
    assertionMethod=[IDENTITY["id"]],
    authentication=[IDENTITY["id"]],
    keyAgreement=[ENVELOPE["id"], OLDER["id"]],
)


def test_the_strongest_key_receives_and_the_first_one_for_assertions_signs() -> None:
    keys = read_oracle_keys(STRICT)
    assert (keys.envelope_key.suite, keys.envelope_key.public_key) == ("hpke-x25519", X25519)
    assert (keys.identity_key.algorithm, keys.identity_key.method_id) == ("Ed25519", IDENTITY["id"])
    assert keys.are_independent


def test_a_document_with_one_secp256k1_key_uses_it_for_both() -> None:
    for one in (document(verificationMethod=[OLDER]), document(verificationMethod=[OLDER], keyAgreement=["#envelope"])):
        keys = read_oracle_keys(one)
        assert keys.envelope_key.suite == "ecies-secp256k1"
        assert (keys.identity_key.algorithm, keys.identity_key.public_key) == ("ES256K", SECP256K1)
        assert not keys.are_independent


def test_several_secp256k1_keys_and_none_for_agreement_is_a_guess_and_refused() -> None:
    other = multikey("other", "secp256k1", OTHER_SECP256K1)
    assert code_of(lambda: read_oracle_keys(document(verificationMethod=[OLDER, other]))) == "ERR_DID_DOCUMENT"
    same = {**OLDER, "id": f"{DID}#same"}
    assert read_oracle_keys(document(verificationMethod=[OLDER, same])).envelope_key.method_id == OLDER["id"]


def jwk(**fields: str) -> dict[str, Any]:
    return {"id": "#key", "type": "JsonWebKey2020", "publicKeyJwk": fields}


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


POINT = secp256k1.parse_public_key(SECP256K1, compressed=False)


@pytest.mark.parametrize(
    "method",
    [
        {"type": "EcdsaSecp256k1VerificationKey2019", "publicKeyHex": SECP256K1.hex()},
        {"type": "EcdsaSecp256k1VerificationKey2019", "publicKeyHex": POINT.hex().upper()},
        {"type": "Secp256k1VerificationKey2018", "publicKeyBase58": encode_base58(SECP256K1)},
        {"type": "EcdsaSecp256k1VerificationKey2019", "publicKeyMultibase": f"F{SECP256K1.hex()}"},
        {"type": "EcdsaSecp256k1VerificationKey2019", "publicKeyMultibase": multikey_of("secp256k1", SECP256K1)},
        {"type": "Multikey", "publicKeyMultibase": f"u{url64(bytes((0xE7, 0x01)) + SECP256K1)}"},
        jwk(kty="EC", crv="secp256k1", x=url64(POINT[1:33]), y=url64(POINT[33:])),
    ],
)
def test_a_key_is_read_in_every_usual_spelling(method: dict[str, Any]) -> None:
    keys = read_oracle_keys(document(verificationMethod=[{"id": "#key", **method}]))
    assert (keys.envelope_key.public_key, keys.envelope_key.method_id) == (SECP256K1, f"{DID}#key")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({}, "ERR_ENVELOPE_UNSUPPORTED"),
        ({"verificationMethod": [IDENTITY], "assertionMethod": ["#identity"]}, "ERR_ENVELOPE_UNSUPPORTED"),
        ({"keyAgreement": [ENVELOPE]}, "ERR_DID_DOCUMENT"),
        ({"verificationMethod": "all"}, "ERR_DID_DOCUMENT"),
        ({"keyAgreement": [ENVELOPE] * 65}, "ERR_DID_DOCUMENT"),
        ({"keyAgreement": [multikey("small", "x25519", bytes(32))]}, "ERR_DID_DOCUMENT"),
        ({"keyAgreement": [multikey("short", "x25519", X25519[:-1])]}, "ERR_DID_DOCUMENT"),
        ({"keyAgreement": [{**ENVELOPE, "publicKeyMultibase": "Qabc"}]}, "ERR_DID_DOCUMENT"),
        ({"keyAgreement": [{**ENVELOPE, "publicKeyMultibase": "z0OIl"}]}, "ERR_DID_DOCUMENT"),
        (
            {"keyAgreement": [ENVELOPE], "assertionMethod": [multikey("one", "ed25519", b"\x01" + bytes(31))]},
            "ERR_DID_DOCUMENT",
        ),
        ({"keyAgreement": [{**ENVELOPE, "id": "did:ixo:mallory#key"}]}, "ERR_ENVELOPE_UNSUPPORTED"),
        ({"keyAgreement": [{**OLDER, "id": "did:ixo:mallory#key"}]}, "ERR_ENVELOPE_UNSUPPORTED"),
        ({"verificationMethod": [jwk(kty="EC", crv="secp256k1", x="AA", y="AA")]}, "ERR_DID_DOCUMENT"),
    ],
)
def test_a_document_without_usable_keys_is_refused(parts: dict[str, Any], code: str) -> None:
    assert code_of(lambda: read_oracle_keys(document(**parts))) == code


def test_a_did_key_is_its_own_document() -> None:
    did = did_key_of("ed25519", ED25519)
    keys = read_oracle_keys(did_key_document(did))
    assert keys.identity_key.method_id == did_key_method_id_of(did)
    assert keys.envelope_key.suite == "hpke-x25519"
    # One key is computed from the other.
    assert not keys.are_independent
    user = did_key_of("secp256k1", SECP256K1)
    key = read_user_signing_key(did_key_document(user), did_key_method_id_of(user))
    assert (key.algorithm, key.public_key) == ("ES256K", SECP256K1)
    other = code_of(lambda: read_user_signing_key(did_key_document(user), f"{user}#other"))
    assert other == "ERR_DID_DOCUMENT"


def test_the_did_key_methods_own_example_receives_with_its_own_x25519_key() -> None:
    document = did_key_document("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    (agreement,) = document["keyAgreement"]
    assert agreement["id"].endswith("#z6LSj72tK8brWgZja8NLRwPigth2T9QRiG1uH9oKZuKjdh9p")


@pytest.mark.parametrize(
    ("did", "code"),
    [
        ("did:key:zabc", "ERR_DID_UNSUPPORTED"),
        ("did:key:z0", "ERR_DID_MALFORMED"),
        ("did:key:uabc", "ERR_DID_UNSUPPORTED"),
        (f"did:key:{multikey_of('x25519', X25519)}", "ERR_DID_UNSUPPORTED"),
        (f"did:key:{multikey_of('ed25519', ED25519[:-1])}", "ERR_DID_MALFORMED"),
        (f"did:key:{multikey_of('secp256k1', POINT)}", "ERR_DID_MALFORMED"),
    ],
)
def test_a_did_key_of_no_key_is_refused(did: str, code: str) -> None:
    assert code_of(lambda: did_key_document(did)) == code


def service(service_type: Any, endpoint: Any) -> dict[str, Any]:
    return {"id": "#service", "type": service_type, "serviceEndpoint": endpoint}


@pytest.mark.parametrize("endpoint", ["matrix:u/oracle:example.org", ["matrix:user/oracle%3Aexample.org?via=a"]])
def test_the_matrix_account_is_read_of_its_uri(endpoint: Any) -> None:
    services = [service("Other", "x"), service(["Other", "MatrixAccount"], endpoint)]
    assert read_matrix_user_id(document(service=services)) == "@oracle:example.org"


@pytest.mark.parametrize(
    "endpoint",
    [None, 5, "", {}, ["a", "b"], "matrix:r/room:example.org", "matrix:u/a%zz:b", "matrix:u/a%ff:b", "matrix:u/a"],
)
def test_an_account_that_is_none_is_refused(endpoint: Any) -> None:
    services = [service("MatrixAccount", endpoint)]
    assert code_of(lambda: read_matrix_user_id(document(service=services))) == "ERR_DID_DOCUMENT"


def test_the_backends_address_may_be_private_only_where_that_is_allowed() -> None:
    public = document(service=[service("OracleCallsBackend", "https://calls.example.org/oracle/")])
    assert read_backend_url(public) == "https://calls.example.org/oracle"
    private = document(service=[service("OracleCallsBackend", "http://127.0.0.1:8080")])
    assert code_of(lambda: read_backend_url(private)) == "ERR_DID_DOCUMENT"
    assert read_backend_url(private, allow_private_addresses=True) == "http://127.0.0.1:8080"
    for endpoint in ("https://calls.example.org/?a", "https://calls.example.org/#a", "ftp://a.org", None):
        wrong = document(service=[service("OracleCallsBackend", endpoint)])
        assert code_of(lambda at=wrong: read_backend_url(at)) == "ERR_DID_DOCUMENT"  # type: ignore[misc]


def test_rotations_are_read_in_the_documents_order_or_all_refused() -> None:
    rotation = service("OracleCallsKeyRotation", "data:text/plain,20ab")
    assert read_key_rotations(document(service=[rotation, rotation])) == ["20ab", "20ab"]
    assert read_key_rotations(document(service="none")) == []
    for wrong in (
        [service("OracleCallsKeyRotation", "data:text/plain,20AB")],
        [rotation] * (KEY_ROTATIONS_MAX + 1),
    ):
        assert code_of(lambda services=wrong: read_key_rotations(document(service=services))) == "ERR_DID_DOCUMENT"  # type: ignore[misc]
