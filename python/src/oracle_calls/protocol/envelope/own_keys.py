"""`oracle.key.json`, and finding in it the private halves of what the oracle's own document offers."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any, Final

from .. import secp256k1
from ..errors import OracleCallError
from ..json_text import parse_json
from ..names.did import DID_KIND
from ..schema import Kind, matching, one_of, read_fields
from ..secret_bytes import SecretBytes
from ..signing import RawKeySigner
from .open import OracleKeys
from .sealing import envelope_public_key_of

_PRIVATE_KEY_HEX = matching(r"[0-9A-Fa-f]{64}", "a private key of 32 bytes in hex")
_REQUIRED: Final[dict[str, Kind[Any]]] = {
    "kty": one_of("secp256k1"),
    "did": DID_KIND,
    "privateKeyHex": _PRIVATE_KEY_HEX,
}
#: X25519 and the seed of Ed25519. Files of before signed calls have neither.
_OPTIONAL: Final[dict[str, Kind[Any]]] = {
    "envelopePrivateKeyHex": _PRIVATE_KEY_HEX,
    "identityPrivateKeyHex": _PRIVATE_KEY_HEX,
}


@dataclass(frozen=True, slots=True)
class OracleKeyFile:
    """Whose keys they are, and the keys."""

    did: str
    #: secp256k1.
    private_key: SecretBytes
    #: X25519.
    envelope_private_key: SecretBytes | None = None
    #: The seed of Ed25519.
    identity_private_key: SecretBytes | None = None


def parse_oracle_key_file(data: bytes) -> OracleKeyFile:
    """Reads the text of an oracle's key file. Errors name fields, never values.

    Raises `ERR_PROTOCOL_MALFORMED`, `ERR_ENVELOPE_UNSUPPORTED` when the number is no private key.
    """
    try:
        content = parse_json(data)
    except ValueError:
        content = None
    # Raised here and not there: a JSON error holds the text, which is the key, and would stay as the context.
    if content is None:
        raise OracleCallError("ERR_PROTOCOL_MALFORMED", "The key file is not JSON.")
    fields = read_fields(content, _REQUIRED, _OPTIONAL)

    def secret(name: str, label: str) -> SecretBytes | None:
        return SecretBytes(bytes.fromhex(fields[name]), label) if name in fields else None

    private_key = SecretBytes(bytes.fromhex(fields["private_key_hex"]), "oracle private key")
    secp256k1.public_key_of(private_key)
    return OracleKeyFile(
        fields["did"],
        private_key,
        secret("envelope_private_key_hex", "oracle envelope key"),
        secret("identity_private_key_hex", "oracle identity key"),
    )


@dataclass(frozen=True, slots=True)
class OwnOracleKeys:
    """An oracle's keys with their private halves: what the agent answers calls with. The secrets stay the file's."""

    keys: OracleKeys
    envelope_private_key: SecretBytes
    #: Signs the oracle's half of the handshake and rotations of keys.
    identity_signer: RawKeySigner


def _not_ours(which: str) -> OracleCallError:
    message = f"The key file does not hold the {which} key that the oracle's DID document offers."
    return OracleCallError("ERR_DID_DOCUMENT", message)


def own_oracle_keys(file: OracleKeyFile, offered: OracleKeys) -> OwnOracleKeys:
    """Finds the private halves of what the oracle's own document offers.

    The agent does so when it starts, so that a document and a file that have drifted apart show at once and not as calls that
    fail. Raises `ERR_DID_DOCUMENT` when the file lacks one of them.
    """
    if file.did != offered.did:
        raise OracleCallError("ERR_DID_DOCUMENT", "The key file is of another DID.")
    envelope_key, identity_key = offered.envelope_key, offered.identity_key
    envelope_private_key = file.envelope_private_key if envelope_key.suite == "hpke-x25519" else file.private_key
    identity_private_key = file.identity_private_key if identity_key.algorithm == "Ed25519" else file.private_key
    if envelope_private_key is None or not hmac.compare_digest(
        envelope_public_key_of(envelope_key.suite, envelope_private_key), envelope_key.public_key
    ):
        raise _not_ours("envelope")
    if identity_private_key is None:
        raise _not_ours("identity")
    identity_signer = RawKeySigner(identity_key.algorithm, identity_private_key)
    if not hmac.compare_digest(identity_signer.public_key, identity_key.public_key):
        raise _not_ours("identity")
    return OwnOracleKeys(offered, envelope_private_key, identity_signer)
