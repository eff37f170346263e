"""Signed envelopes by both implementations, and what is wrong with envelopes like them.

Ephemeral keys and nonces are random: sealed keys of the committed file are kept, and everything around them is made again.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from oracle_calls.protocol.byte_layout import sized
from oracle_calls.protocol.envelope import EnvelopeContext, EnvelopeKey, KeyBinding, encode_context, hash_context
from oracle_calls.protocol.envelope.ecies import seal_with_ecies
from oracle_calls.protocol.envelope.sealing import seal_call_key
from oracle_calls.protocol.labelled_hash import sha256
from oracle_calls.protocol.schema import wire_name
from parties import CASES, NOW, ORACLE, binding, fixed, flip, other_signature, party, secret, signer

HOUR = 3_600_000
SEALER = Path(__file__).parents[2] / "packages" / "protocol" / "vectors" / "seal-signed-for-vectors.ts"

#: Encapsulated key and ciphertext.
Sealed = tuple[bytes, bytes]


def _signed_message(unsigned: bytes) -> bytes:
    return b"oracle-calls v3 envelope signature\n" + sha256(unsigned)


def _unsigned(encoded: bytes, sealed: Sealed) -> bytes:
    return b"\x10" + sized(encoded) + sized(sealed[0]) + sized(sealed[1])


def _split(envelope: bytes) -> Sealed:
    """The sealed key of an envelope, whatever its context says."""
    parts, at = [], 1
    for _ in range(3):
        length = int.from_bytes(envelope[at : at + 2], "big")
        parts.append(envelope[at + 2 : at + 2 + length])
        at += 2 + length
    return parts[1], parts[2]


def _encode(context: dict[str, Any]) -> bytes:
    values: dict[str, Any] = {}
    for field in fields(EnvelopeContext):
        name = wire_name(field.name)
        if f"{name}Hex" in context:
            values[field.name] = bytes.fromhex(context[f"{name}Hex"])
        elif field.name.endswith("_key"):
            values[field.name] = KeyBinding(context[name]["methodId"], bytes.fromhex(context[name]["keyHashHex"]))
        else:
            values[field.name] = context.get(name)
    return encode_context(EnvelopeContext(**values))


def _context_of(row: dict[str, Any], label: str, number: int) -> dict[str, Any]:
    context = {
        "suite": row["oracle"]["envelopeKey"]["suite"],
        "callType": "audio" if number % 2 == 0 else "video",
        "sfuRoomName": f"lk-{fixed(label).hex()[:32]}",
        "sessionId": "5f1f9c1e-0000-4000-8000-000000000000",
        "userDid": row["user"]["did"],
        "oracleDid": ORACLE,
        "matrixRoomId": "!room:example.org",
        "matrixSender": "@alice:example.org",
        "matrixOracle": "@oracle:example.org",
        "userSigningKey": binding(row["user"]),
        "oracleEnvelopeKey": binding(row["oracle"]["envelopeKey"]),
        "oracleIdentityKey": binding(row["oracle"]["identityKey"]),
        "callPublicKeyHex": signer("Ed25519", fixed(f"{label} call")).public_key.hex(),
        "notBefore": NOW,
        "notAfter": NOW + HOUR,
        "comparisonCommitmentHex": sha256(fixed(f"{label} nonce")).hex(),
    }
    return context | ({"ringEventId": "$ring"} if number == 1 else {})


def _planned(maker: str) -> list[dict[str, Any]]:
    rows = []
    for number, (suite, algorithm) in enumerate(CASES):
        label = f"{maker} {suite} {algorithm}"
        row = {"name": f"{suite} signed with {algorithm}, by {maker}"} | party(suite, algorithm, label)
        context = _context_of(row, label, number)
        encoded = _encode(context)
        made = {
            "now": NOW + 60_000,
            "callKeyHex": fixed(f"{label} call key").hex(),
            "context": context,
            "contextHex": encoded.hex(),
            "contextHashHex": hash_context(encoded).hex(),
        }
        rows.append(row | made)
    return rows


def _seal(row: dict[str, Any], call_key: bytes | None = None, context_hash: bytes | None = None) -> Sealed:
    key = row["oracle"]["envelopeKey"]
    recipient = EnvelopeKey(key["methodId"], key["suite"], bytes.fromhex(key["publicKeyHex"]))
    sealed = seal_call_key(
        secret(call_key or bytes.fromhex(row["callKeyHex"])),
        recipient,
        context_hash or bytes.fromhex(row["contextHashHex"]),
    )
    return sealed.encapsulated_key, sealed.ciphertext


def _finish(row: dict[str, Any], unsigned: bytes) -> bytes:
    user = row["user"]
    return unsigned + signer(user["algorithm"], bytes.fromhex(user["privateKeyHex"])).sign(_signed_message(unsigned))


def _with_envelope(row: dict[str, Any], sealed: Sealed) -> dict[str, Any]:
    unsigned = _unsigned(bytes.fromhex(row["contextHex"]), sealed)
    envelope = _finish(row, unsigned)
    return row | {"signedMessageHex": _signed_message(unsigned).hex(), "envelopeHex": envelope.hex()}


def _sealed_by_typescript(rows: list[dict[str, Any]]) -> list[str]:
    done = subprocess.run(["node", SEALER], input=json.dumps(rows), capture_output=True, text=True, check=True)
    envelopes: list[str] = json.loads(done.stdout)
    return envelopes


def _hpke_seals(row: dict[str, Any]) -> dict[str, Callable[[], bytes]]:
    recipient = X25519PublicKey.from_public_bytes(bytes.fromhex(row["oracle"]["envelopeKey"]["publicKeyHex"]))
    info = b"oracle-calls v3 envelope hpke\n" + bytes.fromhex(row["contextHashHex"])
    key = bytes.fromhex(row["callKeyHex"])
    right = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    chacha = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
    sha512 = Suite(KEM.X25519, KDF.HKDF_SHA512, AEAD.AES_256_GCM)
    return {
        "no info": lambda: right.encrypt(key, recipient),
        "ChaCha20-Poly1305": lambda: chacha.encrypt(key, recipient, info=info),
        "HKDF-SHA512": lambda: sha512.encrypt(key, recipient, info=info),
    }


class _Rejected:
    """Rows like one accepted row; random parts of the committed rows stay."""

    def __init__(self, row: dict[str, Any], given: dict[str, dict[str, Any]]) -> None:
        self.row, self.given = row, given
        self.rows: list[dict[str, Any]] = []

    def add(self, name: str, envelope: bytes, code: str, **change: Any) -> None:
        full = f"{self.row['name']}: {name}"
        text = change.pop("envelopeHex", envelope.hex())
        self.rows.append({"name": full, "of": self.row["name"], "envelopeHex": text} | change | {"code": code})

    def sealed(self, name: str, make: Callable[[], Sealed]) -> Sealed:
        committed = self.given.get(f"{self.row['name']}: {name}")
        return make() if committed is None else _split(bytes.fromhex(committed["envelopeHex"]))

    def add_sealed(self, name: str, code: str, make: Callable[[], Sealed]) -> None:
        unsigned = _unsigned(bytes.fromhex(self.row["contextHex"]), self.sealed(name, make))
        self.add(name, _finish(self.row, unsigned), code)


def _rejected_of(row: dict[str, Any], given: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    suite, algorithm = row["oracle"]["envelopeKey"]["suite"], row["user"]["algorithm"]
    encoded, good = bytes.fromhex(row["contextHex"]), bytes.fromhex(row["envelopeHex"])
    sealed, unsigned, signature = _split(good), good[:-64], good[-64:]
    moved = _encode(row["context"] | {"sfuRoomName": "lk-elsewhere"})
    own = signer(algorithm, bytes.fromhex(row["user"]["privateKeyHex"]))
    forged = signer(algorithm, fixed("mallory")).sign(_signed_message(unsigned))
    bad = _Rejected(row, given)
    bad.add("a bit of the commitment flipped", flip(good, 3 + len(encoded) - 10), "ERR_ENVELOPE_SIGNATURE")
    bad.add("a bit of the sealed key flipped", flip(good, len(good) - 65), "ERR_ENVELOPE_SIGNATURE")
    bad.add("a bit of the signature flipped", flip(good, len(good) - 40), "ERR_ENVELOPE_SIGNATURE")
    bad.add("the other signature", unsigned + other_signature(algorithm, signature), "ERR_ENVELOPE_SIGNATURE")
    bad.add("somebody else's signature", unsigned + forged, "ERR_ENVELOPE_SIGNATURE")
    bad.add("a signature without the label", unsigned + own.sign(sha256(unsigned)), "ERR_ENVELOPE_SIGNATURE")
    bad.add("another room, with the old signature", _unsigned(moved, sealed) + signature, "ERR_ENVELOPE_CONTEXT")
    bad.add("another room, signed", _finish(row, _unsigned(moved, sealed)), "ERR_ENVELOPE_CONTEXT")
    bad.add_sealed("sealed for another context", "ERR_ENVELOPE_OPEN", lambda: _seal(row, context_hash=sha256(b"other")))
    bad.add_sealed(
        "sealed for the hash without its label", "ERR_ENVELOPE_OPEN", lambda: _seal(row, context_hash=sha256(encoded))
    )
    flipped = (sealed[0], flip(sealed[1], len(sealed[1]) - 1))
    bad.add("a bit of the sealed key flipped, signed", _finish(row, _unsigned(encoded, flipped)), "ERR_ENVELOPE_OPEN")
    bad.add_sealed("another encapsulated key", "ERR_ENVELOPE_OPEN", lambda: (_seal(row)[0], sealed[1]))
    bad.add_sealed("a call key of 31 bytes", "ERR_ENVELOPE_MALFORMED", lambda: _seal(row, call_key=bytes(range(31))))
    for name, changed, code in (
        ("protocol version 2", b"\x02" + encoded[1:], "ERR_PROTOCOL_UNKNOWN_VERSION"),
        ("an unknown suite", encoded[:1] + b"\x09" + encoded[2:], "ERR_ENVELOPE_UNSUPPORTED"),
        ("an unknown call type", encoded[:2] + b"\x00" + encoded[3:], "ERR_ENVELOPE_MALFORMED"),
        ("a byte behind the context", encoded + b"\x00", "ERR_ENVELOPE_MALFORMED"),
    ):
        bad.add(name, _finish(row, _unsigned(changed, sealed)), code)
    bad.add("a byte behind the end", good + b"\x00", "ERR_ENVELOPE_MALFORMED")
    bad.add("the last byte missing", good[:-1], "ERR_ENVELOPE_MALFORMED")
    bad.add("another marker", b"\x11" + good[1:], "ERR_ENVELOPE_MALFORMED")
    bare = given.get(f"{row['name']}: a bare ECIES envelope")
    mallory = signer("ES256K", fixed("mallory")).public_key
    bare_envelope = seal_with_ecies(mallory, bytes(32)) if bare is None else bytes.fromhex(bare["envelopeHex"])
    bad.add("a bare ECIES envelope", bare_envelope, "ERR_ENVELOPE_MALFORMED")
    if suite == "hpke-x25519":
        for name, seal in _hpke_seals(row).items():
            both = bad.sealed(f"sealed with {name}", lambda seal=seal: (seal()[:32], seal()[32:]))  # type: ignore[misc]
            bad.add(f"sealed with {name}", _finish(row, _unsigned(encoded, both)), "ERR_ENVELOPE_OPEN")
        small = (bytes(32), sealed[1])
        bad.add("an encapsulated key of small order", _finish(row, _unsigned(encoded, small)), "ERR_ENVELOPE_OPEN")
    else:
        off_curve = (b"\x04" + b"\xff" * 64, sealed[1])
        bad.add("an ephemeral key off the curve", _finish(row, _unsigned(encoded, off_curve)), "ERR_ENVELOPE_OPEN")
    _add_changes(bad, good, suite, algorithm)
    return bad.rows


def _add_changes(bad: _Rejected, good: bytes, suite: str, algorithm: Any) -> None:
    """The envelope as it is, or with one fault, and a receiver that knows something else: which check comes first."""
    strong = party("hpke-x25519", algorithm, "strong")["oracle"]
    elsewhere, late = {"matrixRoomId": "!other:example.org"}, NOW + HOUR + 300_001
    forged = good[:-1] + bytes((good[-1] ^ 1,))
    weaker = "ERR_ENVELOPE_CONTEXT" if suite == "hpke-x25519" else "ERR_ENVELOPE_DOWNGRADE"
    bad.add("too early", good, "ERR_ENVELOPE_EXPIRED", now=NOW - 300_001)
    bad.add("too late", good, "ERR_ENVELOPE_EXPIRED", now=late)
    bad.add("another Matrix room", good, "ERR_ENVELOPE_CONTEXT", expected=elsewhere)
    bad.add("another sender", good, "ERR_ENVELOPE_CONTEXT", expected={"matrixSender": "@mallory:example.org"})
    bad.add("another session", good, "ERR_ENVELOPE_CONTEXT", expected={"sessionId": "another"})
    bad.add("an oracle with other keys", good, weaker, oracle=strong)
    bad.add("capitals", good, "ERR_ENVELOPE_MALFORMED", envelopeHex=good.hex().upper())
    bad.add("other keys before another room", good, weaker, oracle=strong, expected=elsewhere)
    bad.add("another room before too late", good, "ERR_ENVELOPE_CONTEXT", expected=elsewhere, now=late)
    bad.add("too late before a wrong signature", forged, "ERR_ENVELOPE_EXPIRED", now=late)


def envelope_vectors(before: dict[str, Any] | None) -> dict[str, Any]:
    committed = before or {"sealedByPython": [], "sealedByOracleCalls": [], "rejected": []}
    given = {
        row["name"]: row for rows in ("sealedByPython", "sealedByOracleCalls", "rejected") for row in committed[rows]
    }
    by_python = [
        _with_envelope(
            row, _split(bytes.fromhex(given[row["name"]]["envelopeHex"])) if row["name"] in given else _seal(row)
        )
        for row in _planned("Python")
    ]
    by_us = _planned("Oracle Calls")
    envelopes = [given[row["name"]]["envelopeHex"] for row in by_us if row["name"] in given]
    if len(envelopes) < len(by_us):
        envelopes = _sealed_by_typescript(by_us)
    by_us = [_with_envelope(row, _split(bytes.fromhex(text))) for row, text in zip(by_us, envelopes, strict=True)]
    return {
        "about": "Signed envelopes of protocol version 3; made by python/vectors with the Python package",
        "sealedByPython": by_python,
        "sealedByOracleCalls": by_us,
        # Every way for each suite and algorithm, and the first few for what we sealed ourselves.
        "rejected": [row for base in by_python for row in _rejected_of(base, given)]
        + [row for base in by_us for row in _rejected_of(base, given)[:5]],
    }
