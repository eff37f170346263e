"""The key of a verification method, in whichever of the usual spellings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .. import secp256k1, x25519
from ..base64url import decode_base64url
from ..errors import OracleCallError
from ..signing import parse_signing_public_key
from .multibase import CODECS, Curve, codec_of, decode_base58, decode_hex, decode_multibase

#: Method types that fix the kind of key. The secp256k1 type of 2018 is the draft of 2019's.
_KIND_OF_TYPE: Final[dict[str, Curve]] = {
    "EcdsaSecp256k1VerificationKey2019": "secp256k1",
    "Secp256k1VerificationKey2018": "secp256k1",
    "Ed25519VerificationKey2018": "ed25519",
    "Ed25519VerificationKey2020": "ed25519",
    "X25519KeyAgreementKey2019": "x25519",
    "X25519KeyAgreementKey2020": "x25519",
}
_KIND_OF_JWK: Final[dict[tuple[object, object], Curve]] = {
    ("EC", "secp256k1"): "secp256k1",
    ("OKP", "Ed25519"): "ed25519",
    ("OKP", "X25519"): "x25519",
}


@dataclass(frozen=True, slots=True)
class MethodKey:
    #: Absolute DID URL of the verification method.
    method_id: str
    kind: Curve
    #: Raw; compressed for secp256k1.
    public_key: bytes


def absolute_id(did: str, method_id: str) -> str:
    """The DID URL that an id stands for (DID Core, section 3.2.2, "Relative DID URLs")."""
    return did + method_id if method_id.startswith("#") else method_id


def id_of_method(did: str, value: object) -> str | None:
    """The absolute id of a verification method, or `None` when it is none."""
    return absolute_id(did, value["id"]) if _is_method(value) and isinstance(value, Mapping) else None


def _is_method(value: object) -> bool:
    if not isinstance(value, Mapping) or not all(isinstance(value.get(name), str) for name in ("id", "type")):
        return False
    jwk = value.get("publicKeyJwk")
    if "publicKeyJwk" in value and (not isinstance(jwk, Mapping) or not isinstance(jwk.get("kty"), str)):
        return False
    texts = ("publicKeyHex", "publicKeyBase58", "publicKeyMultibase")
    if not all(isinstance(value[name], str) for name in texts if name in value):
        return False
    return jwk is None or all(isinstance(jwk[name], str) for name in ("crv", "alg", "x", "y", "pub") if name in jwk)


def _decode_coordinate(text: str) -> bytes:
    data = decode_base64url(text.rstrip("="))
    if len(data) != 32:
        raise ValueError("A coordinate of a key has not 32 bytes.")
    return data


def _decode_jwk(jwk: Mapping[str, Any], kind: Curve) -> bytes:
    x = _decode_coordinate(jwk.get("x", ""))
    return b"\x04" + x + _decode_coordinate(jwk.get("y", "")) if kind == "secp256k1" else x


def _decode_key(method: Mapping[str, Any], wanted: Sequence[Curve]) -> tuple[Curve, bytes] | None:
    """Kind and bytes of a method's key, or `None` when it holds none of the wanted kinds."""
    if "publicKeyJwk" in method:
        jwk = method["publicKeyJwk"]
        of_jwk = _KIND_OF_JWK.get((jwk["kty"], jwk.get("crv")))
        return None if of_jwk not in wanted or of_jwk is None else (of_jwk, _decode_jwk(jwk, of_jwk))
    multibase = method.get("publicKeyMultibase")
    if method["type"] == "Multikey":
        data = decode_multibase(multibase) if multibase is not None else b""
        of_codec = codec_of(data)
        return None if of_codec not in wanted or of_codec is None else (of_codec, data[len(CODECS[of_codec]) :])
    kind = _KIND_OF_TYPE.get(method["type"])
    if kind is None or kind not in wanted:
        return None
    if "publicKeyHex" in method:
        return kind, decode_hex(method["publicKeyHex"])
    if "publicKeyBase58" in method:
        return kind, decode_base58(method["publicKeyBase58"])
    return None if multibase is None else (kind, _without_codec(kind, decode_multibase(multibase)))


def _without_codec(kind: Curve, data: bytes) -> bytes:
    """Bytes whose kind is known already; the codec in front may be missing."""
    is_bare = kind != "secp256k1" and len(data) == 32
    return data[len(CODECS[kind]) :] if codec_of(data) == kind and not is_bare else data


def _check_key(kind: Curve, data: bytes) -> bytes:
    if kind == "x25519":
        return x25519.parse_public_key(data)
    return secp256k1.parse_public_key(data) if kind == "secp256k1" else parse_signing_public_key("Ed25519", data)


def read_method_key(did: str, value: object, wanted: Sequence[Curve]) -> MethodKey | None:
    """The key of a verification method when it is of a wanted kind. Other kinds are not looked at.

    Raises `ERR_DID_DOCUMENT` when the method promises a wanted kind and its key is broken.
    """
    if not _is_method(value) or not isinstance(value, Mapping):
        return None
    try:
        found = _decode_key(value, wanted)
        if found is None:
            return None
        return MethodKey(absolute_id(did, value["id"]), found[0], _check_key(*found))
    except (ValueError, OracleCallError):
        raise OracleCallError("ERR_DID_DOCUMENT", "A key of the DID document is broken.") from None
