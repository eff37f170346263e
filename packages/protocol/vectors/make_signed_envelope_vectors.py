"""Makes and checks signed-envelope.json and key-rotation.json with other implementations: pyca/cryptography (HPKE, Ed25519),
coincurve (ES256K) and eciespy. The binary encoding is written here a second time, from docs/protocol.md.

    python3 -m venv VENV && VENV/bin/pip install cryptography==50.0.2 eciespy==0.4.7
    VENV/bin/python make_signed_envelope_vectors.py --check    # the committed files hold what they say
    VENV/bin/python make_signed_envelope_vectors.py --write    # makes them anew; needs Node 24 on the PATH

Keys are fixed; ephemeral keys and nonces are random, so rewritten files differ and are as good as the old ones.
"""

import argparse
import hashlib
import json
import pathlib
import subprocess

import coincurve
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from ecies import decrypt, encrypt
from ecies.config import Config

HERE = pathlib.Path(__file__).parent
ENVELOPES, ROTATIONS = HERE / "signed-envelope.json", HERE / "key-rotation.json"
HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
CONTEXT_LABEL = b"oracle-calls v2 context\n"
HPKE_LABEL = b"oracle-calls v2 envelope hpke\n"
SIGNATURE_LABEL = b"oracle-calls v2 envelope signature\n"
ROTATION_LABEL = b"oracle-calls v2 key rotation\n"
SUITES = {"hpke-x25519": 1, "ecies-secp256k1": 2}
ALGORITHMS = {"Ed25519": 1, "ES256K": 2}
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
NOW = 1_795_435_200_000  # 2026-11-23T12:00:00Z
HOUR = 3_600_000
ORACLE = "did:ixo:oracle456"


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def fixed(label: str) -> bytes:
    return sha256(f"oracle-calls vectors v2: {label}".encode())


# Keys


def public_key(kind: str, private_key: bytes) -> bytes:
    if kind == "Ed25519":
        return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()
    if kind == "hpke-x25519":
        return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()
    return coincurve.PrivateKey(private_key).public_key.format(True)


def sign(algorithm: str, private_key: bytes, message: bytes) -> bytes:
    if algorithm == "Ed25519":
        return Ed25519PrivateKey.from_private_bytes(private_key).sign(message)
    # libsecp256k1 signs with s in the lower half; the last byte is for recovery.
    return coincurve.PrivateKey(private_key).sign_recoverable(message)[:64]


def verifies(algorithm: str, public: bytes, message: bytes, signature: bytes) -> bool:
    if algorithm == "Ed25519":
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
            return True
        except InvalidSignature:
            return False
    s = int.from_bytes(signature[32:], "big")
    der = coincurve.ecdsa.cdata_to_der(coincurve.ecdsa.deserialize_compact(signature))
    return s <= SECP256K1_ORDER // 2 and coincurve.PublicKey(public).verify(der, message)


def did_key(algorithm: str, public: bytes) -> str:
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number, text = int.from_bytes({"Ed25519": b"\xed\x01", "ES256K": b"\xe7\x01"}[algorithm] + public, "big"), ""
    while number > 0:
        number, digit = divmod(number, 58)
        text = alphabet[digit] + text
    return "did:key:z" + text


# Encoding


def field(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def text(value: str) -> bytes:
    return field(value.encode())


def u64(value: int) -> bytes:
    return value.to_bytes(8, "big")


def encode_context(context: dict, version: int = 2) -> bytes:
    names = ("sfuRoomName", "sessionId", "userDid", "oracleDid", "matrixRoomId", "matrixSender", "matrixOracle")
    keys = (context[name] for name in ("userSigningKey", "oracleEnvelopeKey", "oracleIdentityKey"))
    return b"".join(
        (
            bytes((version, SUITES[context["suite"]], {"audio": 1, "video": 2}[context["callType"]])),
            *(text(context[name]) for name in names),
            *(text(key["methodId"]) + bytes.fromhex(key["keyHashHex"]) for key in keys),
            bytes.fromhex(context["callPublicKeyHex"]),
            u64(context["notBefore"]),
            u64(context["notAfter"]),
            bytes.fromhex(context["comparisonCommitmentHex"]),
            text(context.get("ringEventId", "")),
        )
    )


def unsigned_part(encoded: bytes, sealed: tuple[bytes, bytes]) -> bytes:
    return b"\x10" + field(encoded) + field(sealed[0]) + field(sealed[1])


def signed_message(unsigned: bytes) -> bytes:
    return SIGNATURE_LABEL + sha256(unsigned)


# Sealing


def seal(suite: str, recipient: bytes, call_key: bytes, context_hash: bytes) -> tuple[bytes, bytes]:
    if suite == "hpke-x25519":
        both = HPKE.encrypt(call_key, X25519PublicKey.from_public_bytes(recipient), info=HPKE_LABEL + context_hash)
        return both[:32], both[32:]
    both = encrypt(recipient, call_key + context_hash, config=Config())
    return both[:65], both[65:]


def opens(suite: str, private_key: bytes, sealed: tuple[bytes, bytes], context_hash: bytes) -> bytes | None:
    try:
        if suite == "hpke-x25519":
            key = X25519PrivateKey.from_private_bytes(private_key)
            return HPKE.decrypt(b"".join(sealed), key, info=HPKE_LABEL + context_hash)
        opened = decrypt(private_key, b"".join(sealed), config=Config())
    except Exception:  # any failure to open, whatever the library calls it
        return None
    return opened[:32] if opened[32:] == context_hash else None


# Accepted rows


def party(suite: str, algorithm: str, label: str) -> dict:
    """Who calls whom: everything that an honest pair has before the call."""
    user_key, envelope_key, identity_key = (fixed(f"{label} {role}") for role in ("user", "envelope", "identity"))
    user_public = public_key(algorithm, user_key)
    did = did_key(algorithm, user_public)
    identity = "Ed25519" if suite == "hpke-x25519" else "ES256K"
    return {
        "user": {
            "did": did,
            "methodId": f"{did}#{did.removeprefix('did:key:')}",
            "algorithm": algorithm,
            "publicKeyHex": user_public.hex(),
            "privateKeyHex": user_key.hex(),
        },
        "oracle": {
            "did": ORACLE,
            "envelopeKey": {
                "methodId": f"{ORACLE}#envelope",
                "suite": suite,
                "publicKeyHex": public_key(suite, envelope_key).hex(),
                "privateKeyHex": envelope_key.hex(),
            },
            "identityKey": {
                "methodId": f"{ORACLE}#identity",
                "algorithm": identity,
                "publicKeyHex": public_key(identity, identity_key).hex(),
            },
        },
    }


def binding(key: dict) -> dict:
    return {"methodId": key["methodId"], "keyHashHex": sha256(bytes.fromhex(key["publicKeyHex"])).hex()}


def context_of(row: dict, label: str, number: int) -> dict:
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
        "callPublicKeyHex": public_key("Ed25519", fixed(f"{label} call")).hex(),
        "notBefore": NOW,
        "notAfter": NOW + HOUR,
        "comparisonCommitmentHex": sha256(fixed(f"{label} nonce")).hex(),
    }
    return context | ({"ringEventId": "$ring"} if number == 1 else {})


CASES = [(suite, algorithm) for suite in SUITES for algorithm in ALGORITHMS]


def plan(maker: str) -> list[dict]:
    rows = []
    for number, (suite, algorithm) in enumerate(CASES):
        label = f"{maker} {suite} {algorithm}"
        row = {"name": f"{suite} signed with {algorithm}, by {maker}"} | party(suite, algorithm, label)
        context = context_of(row, label, number)
        encoded = encode_context(context)
        rows.append(
            row
            | {
                "now": NOW + 60_000,
                "callKeyHex": fixed(f"{label} call key").hex(),
                "context": context,
                "contextHex": encoded.hex(),
                "contextHashHex": sha256(CONTEXT_LABEL + encoded).hex(),
            }
        )
    return rows


def finish(row: dict, unsigned: bytes, signature: bytes | None = None) -> bytes:
    user = row["user"]
    signed = signature or sign(user["algorithm"], bytes.fromhex(user["privateKeyHex"]), signed_message(unsigned))
    return unsigned + signed


def seal_row(row: dict, call_key: bytes | None = None, context_hash: bytes | None = None) -> tuple[bytes, bytes]:
    key = row["oracle"]["envelopeKey"]
    return seal(
        key["suite"],
        bytes.fromhex(key["publicKeyHex"]),
        call_key or bytes.fromhex(row["callKeyHex"]),
        context_hash or bytes.fromhex(row["contextHashHex"]),
    )


def sealed_by_python() -> list[dict]:
    rows = plan("Python")
    for row in rows:
        unsigned = unsigned_part(bytes.fromhex(row["contextHex"]), seal_row(row))
        row["signedMessageHex"] = signed_message(unsigned).hex()
        row["envelopeHex"] = finish(row, unsigned).hex()
    return rows


def sealed_by_us() -> list[dict]:
    rows = plan("Oracle Calls")
    command = ["node", HERE / "seal-signed-for-vectors.ts"]
    done = subprocess.run(command, input=json.dumps(rows), capture_output=True, text=True, check=True)
    for row, envelope in zip(rows, json.loads(done.stdout), strict=True):
        row["signedMessageHex"] = signed_message(bytes.fromhex(envelope)[:-64]).hex()
        row["envelopeHex"] = envelope
    return rows


# Rejected rows


def flip(data: bytes, byte: int) -> bytes:
    changed = bytearray(data)
    changed[byte] ^= 1
    return bytes(changed)


def other_signature(algorithm: str, signature: bytes) -> bytes:
    """A second signature over the same message, valid to a lenient verifier."""
    if algorithm == "Ed25519":
        return signature[:32] + (int.from_bytes(signature[32:], "little") + ED25519_ORDER).to_bytes(32, "little")
    return signature[:32] + (SECP256K1_ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")


def rejected_of(row: dict) -> list[dict]:
    suite, algorithm = row["oracle"]["envelopeKey"]["suite"], row["user"]["algorithm"]
    encoded, good = bytes.fromhex(row["contextHex"]), bytes.fromhex(row["envelopeHex"])
    sealed = split(row)
    mallory = fixed("mallory")
    forged = sign(algorithm, mallory, signed_message(good[:-64]))
    moved = encode_context(row["context"] | {"sfuRoomName": "lk-elsewhere"})
    unlabelled = sign(algorithm, bytes.fromhex(row["user"]["privateKeyHex"]), sha256(good[:-64]))
    bytes_rows = {
        "a bit of the commitment flipped": (flip(good, 3 + len(encoded) - 10), "ERR_ENVELOPE_SIGNATURE"),
        "a bit of the sealed key flipped": (flip(good, len(good) - 65), "ERR_ENVELOPE_SIGNATURE"),
        "a bit of the signature flipped": (flip(good, len(good) - 40), "ERR_ENVELOPE_SIGNATURE"),
        "the other signature": (good[:-64] + other_signature(algorithm, good[-64:]), "ERR_ENVELOPE_SIGNATURE"),
        "somebody else's signature": (good[:-64] + forged, "ERR_ENVELOPE_SIGNATURE"),
        "a signature without the label": (good[:-64] + unlabelled, "ERR_ENVELOPE_SIGNATURE"),
        "another room, with the old signature": (unsigned_part(moved, sealed) + good[-64:], "ERR_ENVELOPE_CONTEXT"),
        "another room, signed": (finish(row, unsigned_part(moved, sealed)), "ERR_ENVELOPE_CONTEXT"),
        "sealed for another context": (
            finish(row, unsigned_part(encoded, seal_row(row, context_hash=sha256(b"other")))),
            "ERR_ENVELOPE_OPEN",
        ),
        "sealed for the hash without its label": (
            finish(row, unsigned_part(encoded, seal_row(row, context_hash=sha256(encoded)))),
            "ERR_ENVELOPE_OPEN",
        ),
        "a bit of the sealed key flipped, signed": (
            finish(row, unsigned_part(encoded, (sealed[0], flip(sealed[1], len(sealed[1]) - 1)))),
            "ERR_ENVELOPE_OPEN",
        ),
        "another encapsulated key": (
            finish(row, unsigned_part(encoded, (seal_row(row)[0], sealed[1]))),
            "ERR_ENVELOPE_OPEN",
        ),
        "a call key of 31 bytes": (
            finish(row, unsigned_part(encoded, seal_row(row, call_key=bytes(range(31))))),
            "ERR_ENVELOPE_MALFORMED",
        ),
        "protocol version 3": (
            finish(row, unsigned_part(encode_context(row["context"], 3), sealed)),
            "ERR_PROTOCOL_UNKNOWN_VERSION",
        ),
        "an unknown suite": (
            finish(row, unsigned_part(encoded[:1] + b"\x09" + encoded[2:], sealed)),
            "ERR_ENVELOPE_UNSUPPORTED",
        ),
        "an unknown call type": (
            finish(row, unsigned_part(encoded[:2] + b"\x00" + encoded[3:], sealed)),
            "ERR_ENVELOPE_MALFORMED",
        ),
        "a byte behind the context": (finish(row, unsigned_part(encoded + b"\x00", sealed)), "ERR_ENVELOPE_MALFORMED"),
        "a byte behind the end": (good + b"\x00", "ERR_ENVELOPE_MALFORMED"),
        "the last byte missing": (good[:-1], "ERR_ENVELOPE_MALFORMED"),
        "another marker": (b"\x11" + good[1:], "ERR_ENVELOPE_MALFORMED"),
        "a bare ECIES envelope": (encrypt(public_key("ES256K", mallory), bytes(32)), "ERR_ENVELOPE_MALFORMED"),
    }
    if suite == "hpke-x25519":
        recipient = X25519PublicKey.from_public_bytes(bytes.fromhex(row["oracle"]["envelopeKey"]["publicKeyHex"]))
        info, key = HPKE_LABEL + bytes.fromhex(row["contextHashHex"]), bytes.fromhex(row["callKeyHex"])
        for name, both in {
            "no info": HPKE.encrypt(key, recipient),
            "ChaCha20-Poly1305": Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305).encrypt(key, recipient, info=info),
            "HKDF-SHA512": Suite(KEM.X25519, KDF.HKDF_SHA512, AEAD.AES_256_GCM).encrypt(key, recipient, info=info),
        }.items():
            bytes_rows[f"sealed with {name}"] = (finish(row, unsigned_part(encoded, (both[:32], both[32:]))), "ERR_ENVELOPE_OPEN")
        bytes_rows["an encapsulated key of small order"] = (
            finish(row, unsigned_part(encoded, (bytes(32), sealed[1]))),
            "ERR_ENVELOPE_OPEN",
        )
    else:
        off_curve = b"\x04" + b"\xff" * 64
        bytes_rows["an ephemeral key off the curve"] = (
            finish(row, unsigned_part(encoded, (off_curve, sealed[1]))),
            "ERR_ENVELOPE_OPEN",
        )
    rows = [
        {"name": f"{row['name']}: {name}", "of": row["name"], "envelopeHex": envelope.hex(), "code": code}
        for name, (envelope, code) in bytes_rows.items()
    ]
    strong = party("hpke-x25519", algorithm, "strong")["oracle"]
    changes = {
        "too early": ({"now": NOW - 300_001}, "ERR_ENVELOPE_EXPIRED"),
        "too late": ({"now": NOW + HOUR + 300_001}, "ERR_ENVELOPE_EXPIRED"),
        "another Matrix room": ({"expected": {"matrixRoomId": "!other:example.org"}}, "ERR_ENVELOPE_CONTEXT"),
        "another sender": ({"expected": {"matrixSender": "@mallory:example.org"}}, "ERR_ENVELOPE_CONTEXT"),
        "another session": ({"expected": {"sessionId": "another"}}, "ERR_ENVELOPE_CONTEXT"),
        "an oracle with other keys": (
            {"oracle": strong},
            "ERR_ENVELOPE_CONTEXT" if suite == "hpke-x25519" else "ERR_ENVELOPE_DOWNGRADE",
        ),
        "capitals": ({"envelopeHex": row["envelopeHex"].upper()}, "ERR_ENVELOPE_MALFORMED"),
    }
    for name, (change, code) in changes.items():
        base = {"name": f"{row['name']}: {name}", "of": row["name"], "envelopeHex": row["envelopeHex"]}
        rows.append(base | change | {"code": code})
    return rows


# Checking


def split(row: dict) -> tuple[bytes, bytes]:
    data = bytes.fromhex(row["envelopeHex"])
    at, fields = 1, []
    for _ in range(3):
        length = int.from_bytes(data[at : at + 2], "big")
        fields.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    assert len(data) - at == 64, "a signature has 64 bytes"
    return fields[1], fields[2]


def check(vectors: dict) -> None:
    accepted = {row["name"]: row for row in vectors["sealedByPython"] + vectors["sealedByOracleCalls"]}
    for name, row in accepted.items():
        data, user, key = bytes.fromhex(row["envelopeHex"]), row["user"], row["oracle"]["envelopeKey"]
        encoded = encode_context(row["context"])
        assert encoded.hex() == row["contextHex"], name
        assert data[: 3 + len(encoded)] == b"\x10" + field(encoded), name
        assert sha256(CONTEXT_LABEL + encoded).hex() == row["contextHashHex"], name
        message = signed_message(data[:-64])
        assert message.hex() == row["signedMessageHex"], name
        assert verifies(user["algorithm"], bytes.fromhex(user["publicKeyHex"]), message, data[-64:]), name
        opened = opens(key["suite"], bytes.fromhex(key["privateKeyHex"]), split(row), bytes.fromhex(row["contextHashHex"]))
        assert opened == bytes.fromhex(row["callKeyHex"]), name
    assert {row["of"] for row in vectors["rejected"]} == set(accepted)
    for row in vectors["rejected"]:
        base = accepted[row["of"]]
        data, key = bytes.fromhex(row["envelopeHex"]), base["oracle"]["envelopeKey"]
        if row["code"] == "ERR_ENVELOPE_OPEN":
            context_hash = bytes.fromhex(base["contextHashHex"])
            assert opens(key["suite"], bytes.fromhex(key["privateKeyHex"]), split(row), context_hash) is None, row["name"]
        if row["code"] in ("ERR_ENVELOPE_OPEN", "ERR_ENVELOPE_SIGNATURE"):
            user = base["user"]
            is_valid = verifies(user["algorithm"], bytes.fromhex(user["publicKeyHex"]), signed_message(data[:-64]), data[-64:])
            assert is_valid == (row["code"] == "ERR_ENVELOPE_OPEN"), row["name"]


# Rotations of keys


def encode_rotation(row: dict) -> bytes:
    signing, envelope = row["next"]["signingKey"], row["next"].get("envelopeKey")
    unsigned = (
        b"\x20" + text(row["next"]["did"]) + u64(row["sequence"]) + u64(row["issuedAt"]) + bytes((ALGORITHMS[signing["algorithm"]],))
        + text(signing["methodId"]) + field(bytes.fromhex(signing["publicKeyHex"]))
    )
    if envelope is None:
        return unsigned + b"\x00"
    return unsigned + bytes((SUITES[envelope["suite"]],)) + text(envelope["methodId"]) + field(bytes.fromhex(envelope["publicKeyHex"]))


def without_private(key: dict) -> dict:
    return {name: value for name, value in key.items() if name != "privateKeyHex"}


def resigned(row: dict, change: dict) -> bytes:
    unsigned = encode_rotation(row | change)
    algorithm = row["pinnedKey"]["algorithm"]
    return unsigned + sign(algorithm, fixed(f"{row['name']} before"), ROTATION_LABEL + unsigned)


def rotation_rows() -> dict:
    accepted = []
    for suite, algorithm in CASES:
        label = f"rotation {suite} {algorithm}"
        private_key = fixed(f"{label} before")
        before = {"methodId": f"{ORACLE}#identity", "algorithm": algorithm, "publicKeyHex": public_key(algorithm, private_key).hex()}
        oracle = party(suite, algorithm, label)["oracle"]
        following = {"did": ORACLE, "signingKey": oracle["identityKey"], "envelopeKey": without_private(oracle["envelopeKey"])}
        row = {"name": label, "pinnedKey": before, "sequence": len(accepted) + 1, "issuedAt": NOW, "next": following}
        unsigned = encode_rotation(row)
        accepted.append(row | {"statementHex": (unsigned + sign(algorithm, private_key, ROTATION_LABEL + unsigned)).hex()})
    # Users have no envelope key.
    for algorithm in ALGORITHMS:
        label = f"rotation of a user {algorithm}"
        private_key, user = fixed(f"{label} before"), party("hpke-x25519", algorithm, label)["user"]
        before = {"methodId": f"{user['did']}#before", "algorithm": algorithm, "publicKeyHex": public_key(algorithm, private_key).hex()}
        signing = {name: user[name] for name in ("methodId", "algorithm", "publicKeyHex")}
        row = {"name": label, "pinnedKey": before, "sequence": len(accepted) + 1, "issuedAt": NOW, "next": {"did": user["did"], "signingKey": signing}}
        unsigned = encode_rotation(row)
        accepted.append(row | {"statementHex": (unsigned + sign(algorithm, private_key, ROTATION_LABEL + unsigned)).hex()})
    rejected = []
    for row in accepted:
        good = bytes.fromhex(row["statementHex"])
        algorithm = row["pinnedKey"]["algorithm"]
        for name, data in {
            "a bit flipped": flip(good, 30),
            "the other signature": good[:-64] + other_signature(algorithm, good[-64:]),
            "somebody else's signature": good[:-64] + sign(algorithm, fixed("mallory"), ROTATION_LABEL + good[:-64]),
            "a signature without the label": good[:-64] + sign(algorithm, fixed(f"{row['name']} before"), good[:-64]),
            "a byte behind the end": good + b"\x00",
            "cut short": good[:-1],
            "sequence 0": resigned(row, {"sequence": 0}),
            "another DID": resigned(row, {"next": row["next"] | {"did": "did:ixo:mallory"}}),
            "an unknown marker": b"\x21" + good[1:],
        }.items():
            rejected.append({"name": f"{row['name']}: {name}", "of": row["name"], "code": "ERR_KEY_ROTATION", "statementHex": data.hex()})
        # A statement that is not newer than the pin says nothing: then the keys have changed without a word.
        if row["sequence"] > 1:
            data = resigned(row, {"sequence": row["sequence"] - 1})
            rejected.append({"name": f"{row['name']}: the pin's own number", "of": row["name"], "code": "ERR_KEY_CHANGED", "statementHex": data.hex()})
    return {"about": "Rotations of pinned keys; made by make_signed_envelope_vectors.py with cryptography and coincurve", "accepted": accepted, "rejected": rejected}


def is_rotation(of: dict, data: bytes) -> bool:
    """Whether a statement leads from the pin to the keys of a row: by one byte string alone, but for its number."""
    key = of["pinnedKey"]
    if not verifies(key["algorithm"], bytes.fromhex(key["publicKeyHex"]), ROTATION_LABEL + data[:-64], data[-64:]):
        return False
    at = 3 + len(of["next"]["did"].encode())
    sequence = int.from_bytes(data[at : at + 8], "big")
    return sequence >= of["sequence"] and data[:-64] == encode_rotation(of | {"sequence": sequence})


def check_rotations(vectors: dict) -> None:
    for row in vectors["accepted"]:
        data, key = bytes.fromhex(row["statementHex"]), row["pinnedKey"]
        assert data[:-64] == encode_rotation(row), row["name"]
        assert verifies(key["algorithm"], bytes.fromhex(key["publicKeyHex"]), ROTATION_LABEL + data[:-64], data[-64:]), row["name"]
    by_name = {row["name"]: row for row in vectors["accepted"]}
    for row in vectors["rejected"]:
        assert not is_rotation(by_name[row["of"]], bytes.fromhex(row["statementHex"])), row["name"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true")
    mode.add_argument("--check", action="store_true")
    if parser.parse_args().write:
        by_python, by_us = sealed_by_python(), sealed_by_us()
        vectors = {
            "about": "Signed envelopes of protocol version 2; made by make_signed_envelope_vectors.py with cryptography, coincurve and eciespy",
            "sealedByPython": by_python,
            "sealedByOracleCalls": by_us,
            # Every way for each suite and algorithm, and the first few for what we sealed ourselves.
            "rejected": [row for base in by_python for row in rejected_of(base)]
            + [row for base in by_us for row in rejected_of(base)[:5]],
        }
        ENVELOPES.write_text(json.dumps(vectors, indent=2) + "\n")
        ROTATIONS.write_text(json.dumps(rotation_rows(), indent=2) + "\n")
    envelopes, rotations = json.loads(ENVELOPES.read_text()), json.loads(ROTATIONS.read_text())
    check(envelopes)
    check_rotations(rotations)
    for vectors in (envelopes, rotations):
        print({name: len(rows) for name, rows in vectors.items() if isinstance(rows, list)})


if __name__ == "__main__":
    main()
