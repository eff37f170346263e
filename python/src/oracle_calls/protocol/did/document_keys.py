"""Choosing keys of a DID document by verification relationship (DID Core, section 5.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from ..envelope.open import OracleKeys
from ..envelope.suites import EnvelopeKey
from ..errors import OracleCallError
from ..names.did import parse_did
from ..signing import SigningKey
from ..signing.edwards import to_montgomery
from .multibase import Curve
from .verification_method import MethodKey, absolute_id, id_of_method, read_method_key

Relationship: TypeAlias = Literal["keyAgreement", "assertionMethod", "authentication"]

#: Verification methods beyond this are not looked at: nobody needs them, and each costs a curve operation.
_METHODS_MAX: Final = 64


def _as_list(value: object) -> Sequence[object]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > _METHODS_MAX:
        raise OracleCallError("ERR_DID_DOCUMENT", "A list of keys in the DID document is unusable.")
    return value


def _methods_under(document: Mapping[str, Any], relationship: Relationship) -> list[object]:
    """In the document's order, embedded ones and those that it names."""
    did = document["id"]
    methods = {id_of_method(did, method): method for method in reversed(_as_list(document.get("verificationMethod")))}
    entries = _as_list(document.get(relationship))
    return [methods.get(absolute_id(did, entry)) if isinstance(entry, str) else entry for entry in entries]


def _keys_among(document: Mapping[str, Any], methods: Sequence[object], kinds: Sequence[Curve]) -> list[MethodKey]:
    keys = (read_method_key(document["id"], method, kinds) for method in methods)
    return [key for key in keys if key is not None]


def _keys_under(document: Mapping[str, Any], relationship: Relationship, kinds: Sequence[Curve]) -> list[MethodKey]:
    """The document's own keys: one under somebody else's name is not taken."""
    keys = _keys_among(document, _methods_under(document, relationship), kinds)
    return [key for key in keys if key.method_id.startswith(f"{document['id']}#")]


def _signing_keys_of(document: Mapping[str, Any]) -> list[SigningKey]:
    relationships: tuple[Relationship, ...] = ("assertionMethod", "authentication")
    return [
        SigningKey(key.method_id, "Ed25519" if key.kind == "ed25519" else "ES256K", key.public_key)
        for relationship in relationships
        for key in _keys_under(document, relationship, ("ed25519", "secp256k1"))
    ]


def pick_secp256k1_key(document: Mapping[str, Any]) -> MethodKey:
    """The first secp256k1 key under `keyAgreement`, else the only one of the document.

    With several, guessing could seal to somebody else's key. Raises `ERR_ENVELOPE_UNSUPPORTED` without any, `ERR_DID_DOCUMENT`
    when ambiguous or broken.
    """
    for_agreement = _keys_among(document, _methods_under(document, "keyAgreement"), ("secp256k1",))
    if for_agreement:
        return for_agreement[0]
    keys = _keys_among(document, _as_list(document.get("verificationMethod")), ("secp256k1",))
    if not keys:
        raise OracleCallError("ERR_ENVELOPE_UNSUPPORTED")
    if len({key.public_key for key in keys}) > 1:
        raise OracleCallError("ERR_DID_DOCUMENT", "The DID document names no key for key agreement and offers several.")
    return keys[0]


def _pick_envelope_key(document: Mapping[str, Any]) -> EnvelopeKey:
    x25519_keys = _keys_under(document, "keyAgreement", ("x25519",))
    if x25519_keys:
        return EnvelopeKey(x25519_keys[0].method_id, "hpke-x25519", x25519_keys[0].public_key)
    key = pick_secp256k1_key(document)
    if not key.method_id.startswith(f"{document['id']}#"):
        raise OracleCallError("ERR_ENVELOPE_UNSUPPORTED")
    return EnvelopeKey(key.method_id, "ecies-secp256k1", key.public_key)


def _only_key_of(envelope_key: EnvelopeKey) -> SigningKey:
    if envelope_key.suite == "ecies-secp256k1":
        return SigningKey(envelope_key.method_id, "ES256K", envelope_key.public_key)
    raise OracleCallError("ERR_DID_DOCUMENT", "The DID document names no key that signs.")


def read_oracle_keys(document: Mapping[str, Any]) -> OracleKeys:
    """An oracle's envelope key and identity key.

    Raises `ERR_ENVELOPE_UNSUPPORTED` without a key that receives, `ERR_DID_DOCUMENT` without one that signs or when a key is
    broken or ambiguous.
    """
    envelope_key = _pick_envelope_key(document)
    identity_key = next(iter(_signing_keys_of(document)), None) or _only_key_of(envelope_key)
    receiving = {key.public_key for key in _keys_under(document, "keyAgreement", ("x25519", "secp256k1"))}
    receiving.add(envelope_key.public_key)
    # The key itself, or the one that is computed from the same secret.
    of_same_secret = (
        identity_key.public_key if identity_key.algorithm == "ES256K" else to_montgomery(identity_key.public_key)
    )
    return OracleKeys(parse_did(document["id"]), envelope_key, identity_key, of_same_secret not in receiving)


def read_user_signing_key(document: Mapping[str, Any], method_id: str) -> SigningKey:
    """The key that an envelope names as its signer's, when the document has it for signing. Raises `ERR_DID_DOCUMENT`."""
    for key in _signing_keys_of(document):
        if key.method_id == method_id:
            return key
    raise OracleCallError("ERR_DID_DOCUMENT", "The DID document does not have the signer's key for signing.")
