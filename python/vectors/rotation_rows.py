"""Rotations of pinned keys, and statements that are none."""

from __future__ import annotations

from typing import Any

from oracle_calls.protocol.envelope import EnvelopeKey
from oracle_calls.protocol.key_pin import KeyRotation, PresentedKeys, sign_key_rotation
from oracle_calls.protocol.signing import SIGNING_ALGORITHMS, SigningKey
from parties import CASES, NOW, ORACLE, fixed, flip, other_signature, party, signer

_LABEL = b"oracle-calls v3 key rotation\n"


def _statement(row: dict[str, Any], **change: Any) -> bytes:
    following, key = row["next"], row["next"]["signingKey"]
    envelope = following.get("envelopeKey")
    keys = PresentedKeys(
        change.get("did", following["did"]),
        SigningKey(key["methodId"], key["algorithm"], bytes.fromhex(key["publicKeyHex"])),
        envelope and EnvelopeKey(envelope["methodId"], envelope["suite"], bytes.fromhex(envelope["publicKeyHex"])),
    )
    rotation = KeyRotation(change.get("sequence", row["sequence"]), row["issuedAt"], keys)
    return bytes.fromhex(sign_key_rotation(_before(row), rotation))


def _before(row: dict[str, Any]) -> Any:
    return signer(row["pinnedKey"]["algorithm"], fixed(f"{row['name']} before"))


def _accepted() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def add(name: str, method_id: str, algorithm: Any, following: dict[str, Any]) -> None:
        public_key = signer(algorithm, fixed(f"{name} before")).public_key
        before = {"methodId": method_id, "algorithm": algorithm, "publicKeyHex": public_key.hex()}
        numbers = {"sequence": len(rows) + 1, "issuedAt": NOW}
        row = {"name": name, "pinnedKey": before, **numbers, "next": following}
        rows.append(row | {"statementHex": _statement(row).hex()})

    for suite, algorithm in CASES:
        label = f"rotation {suite} {algorithm}"
        oracle = party(suite, algorithm, label)["oracle"]
        envelope_key = {name: value for name, value in oracle["envelopeKey"].items() if name != "privateKeyHex"}
        following = {"did": ORACLE, "signingKey": oracle["identityKey"], "envelopeKey": envelope_key}
        add(label, f"{ORACLE}#identity", algorithm, following)
    # Users have no envelope key.
    for algorithm in SIGNING_ALGORITHMS:
        label = f"rotation of a user {algorithm}"
        user = party("hpke-x25519", algorithm, label)["user"]
        signing = {name: user[name] for name in ("methodId", "algorithm", "publicKeyHex")}
        add(label, f"{user['did']}#before", algorithm, {"did": user["did"], "signingKey": signing})
    return rows


def _rejected_of(row: dict[str, Any]) -> list[tuple[str, bytes, str]]:
    good, algorithm = bytes.fromhex(row["statementHex"]), row["pinnedKey"]["algorithm"]
    unsigned, signature = good[:-64], good[-64:]
    # The package signs no sequence 0: the u64 stands behind the marker and the DID.
    at = 3 + len(row["next"]["did"].encode())
    zero = unsigned[:at] + bytes(8) + unsigned[at + 8 :]
    rows = [
        ("a bit flipped", flip(good, 30), "ERR_KEY_ROTATION"),
        ("the other signature", unsigned + other_signature(algorithm, signature), "ERR_KEY_ROTATION"),
        (
            "somebody else's signature",
            unsigned + signer(algorithm, fixed("mallory")).sign(_LABEL + unsigned),
            "ERR_KEY_ROTATION",
        ),
        ("a signature without the label", unsigned + _before(row).sign(unsigned), "ERR_KEY_ROTATION"),
        ("a byte behind the end", good + b"\x00", "ERR_KEY_ROTATION"),
        ("cut short", good[:-1], "ERR_KEY_ROTATION"),
        ("sequence 0", zero + _before(row).sign(_LABEL + zero), "ERR_KEY_ROTATION"),
        ("another DID", _statement(row, did="did:ixo:mallory"), "ERR_KEY_ROTATION"),
        ("an unknown marker", b"\x21" + good[1:], "ERR_KEY_ROTATION"),
    ]
    # A statement that is not newer than the pin says nothing: then the keys have changed without a word.
    if row["sequence"] > 1:
        rows.append(("the pin's own number", _statement(row, sequence=row["sequence"] - 1), "ERR_KEY_CHANGED"))
    return rows


def rotation_vectors() -> dict[str, Any]:
    accepted = _accepted()
    rejected = [
        {"name": f"{row['name']}: {name}", "of": row["name"], "code": code, "statementHex": data.hex()}
        for row in accepted
        for name, data, code in _rejected_of(row)
    ]
    about = "Rotations of pinned keys; made by python/vectors with the Python package"
    return {"about": about, "accepted": accepted, "rejected": rejected}
