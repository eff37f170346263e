"""Pins: keys that were seen before, as plain JSON for any storage. Public, but whoever can change one chooses the keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..envelope.suites import ENVELOPE_SUITES, EnvelopeKey
from ..names.did import DID_KIND
from ..schema import INTEGER, Kind, matching, one_of, read_fields
from ..signing import SIGNING_ALGORITHMS, SigningKey


@dataclass(frozen=True, slots=True)
class PresentedKeys:
    """The keys that somebody's DID document shows now. Oracles have an envelope key, users none."""

    did: str
    #: A user's signing key, an oracle's identity key.
    signing_key: SigningKey
    envelope_key: EnvelopeKey | None = None


@dataclass(frozen=True, slots=True)
class KeyPin:
    keys: PresentedKeys
    #: Of the last rotation that led here; 0 when there was none.
    sequence: int

    @property
    def did(self) -> str:
        return self.keys.did

    def to_content(self) -> dict[str, Any]:
        """The pin as JSON, the same as in every implementation."""
        signing, envelope = self.keys.signing_key, self.keys.envelope_key
        return {
            "v": 1,
            "did": self.did,
            "signingKey": {
                "methodId": signing.method_id,
                "algorithm": signing.algorithm,
                "publicKeyHex": signing.public_key.hex(),
            },
            **(
                {}
                if envelope is None
                else {
                    "envelopeKey": {
                        "methodId": envelope.method_id,
                        "suite": envelope.suite,
                        "publicKeyHex": envelope.public_key.hex(),
                    }
                }
            ),
            "sequence": self.sequence,
        }


_TEXT: Kind[str] = matching(r"(?s:.*)", "string")
_PUBLIC_KEY_HEX = matching(r"[0-9a-f]{64}|[0-9a-f]{66}", "a public key in hex")


def _object_of(fields: Mapping[str, Kind[Any]]) -> Kind[dict[str, Any]]:
    def read(value: object) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ValueError
        return {name: kind.read(value.get(name)) for name, kind in fields.items()}

    return Kind("a key", read)


def _read_one(value: object) -> int:
    if value != 1 or isinstance(value, bool):
        raise ValueError
    return 1


_SIGNING_KEY = _object_of(
    {"methodId": _TEXT, "algorithm": one_of(*SIGNING_ALGORITHMS), "publicKeyHex": _PUBLIC_KEY_HEX}
)
_ENVELOPE_KEY = _object_of({"methodId": _TEXT, "suite": one_of(*ENVELOPE_SUITES), "publicKeyHex": _PUBLIC_KEY_HEX})
_REQUIRED: dict[str, Kind[Any]] = {
    "v": Kind("1", _read_one),
    "did": DID_KIND,
    "signingKey": _SIGNING_KEY,
    "sequence": INTEGER,
}


def create_key_pin(keys: PresentedKeys, sequence: int = 0) -> KeyPin:
    """Pins keys as they are presented."""
    return KeyPin(keys, sequence)


def parse_key_pin(value: object) -> KeyPin:
    """Reads a pin out of a storage.

    Raises `ERR_PROTOCOL_MALFORMED`: then the keys are not known, which is not the same as never seen.
    """
    fields = read_fields(value, _REQUIRED, {"envelopeKey": _ENVELOPE_KEY})
    signing, envelope = fields["signing_key"], fields.get("envelope_key")
    signing_key = SigningKey(signing["methodId"], signing["algorithm"], bytes.fromhex(signing["publicKeyHex"]))
    envelope_key = (
        None
        if envelope is None
        else EnvelopeKey(envelope["methodId"], envelope["suite"], bytes.fromhex(envelope["publicKeyHex"]))
    )
    return KeyPin(PresentedKeys(fields["did"], signing_key, envelope_key), fields["sequence"])


def hold_same_keys(left: PresentedKeys, right: PresentedKeys) -> bool:
    """Whether both are the same keys: kind and bytes. The names of the methods are the document's matter."""
    return _bytes_of(left) == _bytes_of(right)


def _bytes_of(keys: PresentedKeys) -> tuple[object, ...]:
    envelope = keys.envelope_key
    signing = (keys.did, keys.signing_key.algorithm, keys.signing_key.public_key)
    return (*signing, envelope and envelope.suite, envelope and envelope.public_key)
