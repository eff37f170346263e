"""DID documents, and the keys that both implementations must choose of them."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from fixed import fixed, secret
from oracle_calls.protocol import OracleCallError, secp256k1
from oracle_calls.protocol.did import (
    did_key_document,
    did_key_of,
    read_key_rotations,
    read_matrix_user_id,
    read_oracle_keys,
)
from oracle_calls.protocol.did.multibase import encode_base58, multikey_of

DID = "did:ixo:oracle456"
X25519 = X25519PrivateKey.from_private_bytes(fixed("did x25519")).public_key().public_bytes_raw()
ED25519 = Ed25519PrivateKey.from_private_bytes(fixed("did ed25519")).public_key().public_bytes_raw()
SECP256K1 = secp256k1.public_key_of(secret("did secp256k1"))
OTHER = secp256k1.public_key_of(secret("did other"))
POINT = secp256k1.parse_public_key(SECP256K1, compressed=False)


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _multikey(name: str, curve: Any, key: bytes) -> dict[str, Any]:
    return {"id": f"{DID}#{name}", "type": "Multikey", "controller": DID, "publicKeyMultibase": multikey_of(curve, key)}


ENVELOPE = _multikey("envelope", "x25519", X25519)
IDENTITY = _multikey("identity", "ed25519", ED25519)
OLDER = _multikey("older", "secp256k1", SECP256K1)


def _jwk(**fields: str) -> dict[str, Any]:
    return {"id": "#jwk", "type": "JsonWebKey2020", "controller": DID, "publicKeyJwk": fields}


def _documents() -> dict[str, dict[str, Any]]:
    strict = {"keyAgreement": [ENVELOPE], "assertionMethod": [IDENTITY]}
    x_only, y_only = _url64(POINT[1:33]), _url64(POINT[33:])
    cases: dict[str, dict[str, Any]] = {
        "both keys embedded": strict,
        "both keys named": {
            "verificationMethod": [ENVELOPE, IDENTITY],
            "keyAgreement": ["#envelope"],
            "authentication": [IDENTITY["id"]],
        },
        "X25519 before secp256k1, whatever the order": {
            "keyAgreement": [OLDER, ENVELOPE],
            "assertionMethod": [OLDER, IDENTITY],
        },
        "assertions before authentication": {**strict, "authentication": [OLDER]},
        "one secp256k1 key for everything": {"verificationMethod": [OLDER]},
        "one secp256k1 key under two names": {"verificationMethod": [OLDER, {**OLDER, "id": f"{DID}#again"}]},
        "two secp256k1 keys": {"verificationMethod": [OLDER, _multikey("other", "secp256k1", OTHER)]},
        "two secp256k1 keys, one for agreement": {
            "verificationMethod": [OLDER, _multikey("other", "secp256k1", OTHER)],
            "keyAgreement": [f"{DID}#other"],
        },
        "a JWK of secp256k1": {"verificationMethod": [_jwk(kty="EC", crv="secp256k1", x=x_only, y=y_only)]},
        "a JWK with half a point": {"verificationMethod": [_jwk(kty="EC", crv="secp256k1", x=x_only)]},
        "a JWK off the curve": {"verificationMethod": [_jwk(kty="EC", crv="secp256k1", x=x_only, y=x_only)]},
        "JWKs of both": {
            "keyAgreement": [_jwk(kty="OKP", crv="X25519", x=_url64(X25519))],
            "assertionMethod": [_jwk(kty="OKP", crv="Ed25519", x=_url64(ED25519))],
        },
        "a JWK of P-256 beside": {
            "keyAgreement": [_jwk(kty="EC", crv="P-256", x="AA", y="AA"), ENVELOPE],
            "assertionMethod": [IDENTITY],
        },
        "hex in capitals": {
            "verificationMethod": [
                {"id": "#hex", "type": "EcdsaSecp256k1VerificationKey2019", "publicKeyHex": POINT.hex().upper()}
            ]
        },
        "base58 of the older types": {
            "keyAgreement": [
                {"id": "#x", "type": "X25519KeyAgreementKey2019", "publicKeyBase58": encode_base58(X25519)}
            ],
            "assertionMethod": [
                {"id": "#e", "type": "Ed25519VerificationKey2018", "publicKeyBase58": encode_base58(ED25519)}
            ],
        },
        "the multibase of ixo": {
            "verificationMethod": [
                {"id": "#f", "type": "EcdsaSecp256k1VerificationKey2019", "publicKeyMultibase": f"F{SECP256K1.hex()}"}
            ]
        },
        "a key under somebody else's name": {
            **strict,
            "keyAgreement": [{**ENVELOPE, "id": "did:ixo:mallory#envelope"}],
        },
        "an identity key under somebody else's name": {
            **strict,
            "assertionMethod": [{**IDENTITY, "id": "did:ixo:mallory#identity"}],
        },
        "a key that the document does not have": {**strict, "keyAgreement": ["#none"]},
        "X25519 of small order": {**strict, "keyAgreement": [_multikey("small", "x25519", bytes(32))]},
        "Ed25519 of small order": {**strict, "assertionMethod": [_multikey("small", "ed25519", b"\x01" + bytes(31))]},
        "Ed25519 that is not canonical": {
            **strict,
            "assertionMethod": [_multikey("wide", "ed25519", b"\xee" + b"\xff" * 30 + b"\x7f")],
        },
        "a short key": {**strict, "keyAgreement": [_multikey("short", "x25519", X25519[:-1])]},
        "an unknown multibase": {**strict, "keyAgreement": [{**ENVELOPE, "publicKeyMultibase": "Q" + X25519.hex()}]},
        "no base58": {**strict, "keyAgreement": [{**ENVELOPE, "publicKeyMultibase": "z0OIl"}]},
        "a list that is none": {**strict, "keyAgreement": "all"},
        "65 methods": {**strict, "keyAgreement": [ENVELOPE] * 65},
        "no key that receives": {"assertionMethod": [IDENTITY]},
        "no key that signs": {"keyAgreement": [ENVELOPE]},
        "nothing": {},
    }
    # One key is computed from the other.
    pair = did_key_document(did_key_of("ed25519", ED25519))
    return {
        **{name: {"id": DID, **parts} for name, parts in cases.items()},
        "a did:key": {name: part for name, part in pair.items() if name != "@context"},
    }


def _services() -> dict[str, list[Any]]:
    def service(service_type: Any, endpoint: Any) -> dict[str, Any]:
        return {"id": "#service", "type": service_type, "serviceEndpoint": endpoint}

    account = service("MatrixAccount", "matrix:u/oracle:example.org")
    rotation = service("OracleCallsKeyRotation", "data:text/plain,20ab")
    return {
        "an account": [account],
        "an account by the older spelling, encoded": [
            service(["X", "MatrixAccount"], "matrix:user/or%61cle%3Aa.org?via=b")
        ],
        "two endpoints": [service("MatrixAccount", ["matrix:u/a:b", "matrix:u/c:d"])],
        "the first of two accounts": [service("MatrixAccount", "matrix:u/first:a"), account],
        "a room": [service("MatrixAccount", "matrix:r/oracle:example.org")],
        "a broken encoding": [service("MatrixAccount", "matrix:u/%zz:a")],
        "no UTF-8": [service("MatrixAccount", "matrix:u/%ff:a")],
        "a fragment": [service("MatrixAccount", "matrix:u/a:b#c")],
        "rotations": [account, rotation, rotation],
        "a rotation in capitals": [account, service("OracleCallsKeyRotation", "data:text/plain,20AB")],
        "17 rotations": [account, *[rotation] * 17],
    }


def _keys_of(document: dict[str, Any]) -> dict[str, Any]:
    try:
        keys = read_oracle_keys(document)
    except OracleCallError as error:
        return {"code": error.code}
    envelope, identity = keys.envelope_key, keys.identity_key
    return {
        "keys": {
            "envelopeKey": {
                "methodId": envelope.method_id,
                "suite": envelope.suite,
                "publicKeyHex": envelope.public_key.hex(),
            },
            "identityKey": {
                "methodId": identity.method_id,
                "algorithm": identity.algorithm,
                "publicKeyHex": identity.public_key.hex(),
            },
            "areIndependent": keys.are_independent,
        }
    }


def _said_by(document: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"matrixUserId": read_matrix_user_id(document), "keyRotations": read_key_rotations(document)}
    except OracleCallError as error:
        return {"code": error.code}


def did_vectors() -> dict[str, Any]:
    documents = [{"name": name, "document": document, **_keys_of(document)} for name, document in _documents().items()]
    services = []
    for name, listed in _services().items():
        document = {"id": DID, "service": listed}
        services.append({"name": name, "document": document, **_said_by(document)})
    return {
        "about": "DID documents with the keys and services that are read of them, or the code of the refusal, by the Python package",
        "keys": documents,
        "services": services,
    }
