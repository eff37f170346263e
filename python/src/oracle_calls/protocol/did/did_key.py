"""`did:key`: the document follows from the DID."""

from __future__ import annotations

from typing import Any

from ..errors import OracleCallError
from ..names.did import parse_did
from ..signing import parse_signing_public_key
from ..signing.edwards import to_montgomery
from .multibase import CODECS, Curve, codec_of, decode_multibase, multikey_of

_PREFIX = "did:key:"


def did_key_of(curve: Curve, public_key: bytes) -> str:
    """The `did:key` of a public key."""
    return parse_did(_PREFIX + multikey_of(curve, public_key))


def did_key_method_id_of(did: str) -> str:
    """The DID URL of the one key of a `did:key`."""
    return f"{did}#{did.removeprefix(_PREFIX)}"


def did_key_document(did: str) -> dict[str, Any]:
    """The document of an Ed25519 or secp256k1 key (did:key method, section "Document Creation Algorithm").

    An Ed25519 key also receives, as the X25519 key of the same secret. Raises `ERR_DID_MALFORMED`, `ERR_DID_UNSUPPORTED`.
    """
    multibase = did.removeprefix(_PREFIX)
    try:
        # The method's texts are all in base58.
        data = decode_multibase(multibase) if multibase.startswith("z") else b""
    except ValueError:
        raise OracleCallError("ERR_DID_MALFORMED") from None
    curve = codec_of(data)
    if curve is None or curve == "x25519":
        raise OracleCallError("ERR_DID_UNSUPPORTED")
    public_key = data[len(CODECS[curve]) :]
    try:
        is_canonical = parse_signing_public_key("Ed25519" if curve == "ed25519" else "ES256K", public_key) == public_key
    except OracleCallError:
        is_canonical = False
    if not is_canonical:
        raise OracleCallError("ERR_DID_MALFORMED")

    def method(of: Curve, key: bytes) -> dict[str, str]:
        name = multikey_of(of, key)
        return {"id": f"{did}#{name}", "type": "Multikey", "controller": did, "publicKeyMultibase": name}

    signing = method(curve, public_key)
    document: dict[str, Any] = {
        "id": did,
        "verificationMethod": [signing],
        "authentication": [signing["id"]],
        "assertionMethod": [signing["id"]],
    }
    if curve == "ed25519":
        document["keyAgreement"] = [method("x25519", to_montgomery(public_key))]
    return document
