"""Checks the vectors of version 2 with another implementation: Python's `cryptography`, written from docs/protocol.md alone.

    python3 -m venv VENV && VENV/bin/pip install 'cryptography>=50'
    VENV/bin/python check_strict_vectors.py

Every accepted message is opened, verified and rebuilt; every rejected one must fail with the same code.
"""

import hashlib
import hmac
import json
import pathlib
import re
import struct

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mlkem, utils, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

HERE = pathlib.Path(__file__).parent
PREFIX = b"oracle-calls v2 "
KINDS = {1: "offer", 2: "accept", 3: "confirm", 4: "rekey-offer", 5: "rekey-accept", 6: "rekey-confirm", 16: "data"}
DATA_KINDS = {1: "control", 2: "caption", 3: "chat"}
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493


class Refused(Exception):
    """A message that must not be accepted; its text is the error code."""


def load(name: str) -> dict:
    return json.loads((HERE / name).read_text())


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sized(data: bytes) -> bytes:
    return struct.pack(">H", len(data)) + data


def labelled_hash(label: str, fields: list[tuple[str, bytes]]) -> bytes:
    encoding = sized(PREFIX + label.encode())
    for name, value in fields:
        encoding += sized(name.encode()) + struct.pack(">I", len(value)) + value
    return sha256(encoding)


def signed_message(label: str, digest: bytes) -> bytes:
    return sized(PREFIX + label.encode()) + digest


def extract(salt: bytes, key: bytes) -> bytes:
    return hmac.new(salt, key, hashlib.sha256).digest()


def expand(key: bytes, label: str, attempt: int, epoch: int) -> bytes:
    """One block is enough: every key has 32 bytes."""
    info = PREFIX + label.encode() + struct.pack(">II", attempt, epoch)
    return hmac.new(key, info + b"\x01", hashlib.sha256).digest()


# --- X-Wing, from the draft; checked below against the X-Wing inside cryptography's HPKE --------------------------------


class XWing:
    def __init__(self, seed: bytes):
        expanded = hashlib.shake_256(seed).digest(96)
        self.ml_kem = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self.curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        self.curve_public = self.curve.public_key().public_bytes_raw()
        self.public = self.ml_kem.public_key().public_bytes_raw() + self.curve_public

    def decapsulate(self, encapsulation: bytes) -> bytes:
        ml_kem_ciphertext, ephemeral = encapsulation[:1088], encapsulation[1088:]
        first = self.ml_kem.decapsulate(ml_kem_ciphertext)
        second = self.curve.exchange(x25519.X25519PublicKey.from_public_bytes(ephemeral))
        return hashlib.sha3_256(first + second + ephemeral + self.curve_public + b"\\.//^\\").digest()


def self_test_x_wing() -> None:
    """Opens what cryptography's own HPKE sealed, with the key schedule of RFC 9180 written out."""
    key = XWing(bytes(range(32)))
    theirs = MLKEM768X25519PrivateKey(key.ml_kem, key.curve)
    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    sealed = suite.encrypt(b"a message", theirs.public_key(), info=b"info")
    encapsulation, ciphertext = sealed[:1120], sealed[1120:]
    secret = key.decapsulate(encapsulation)
    suite_id = b"HPKE" + struct.pack(">HHH", 0x647A, 1, 2)

    def labeled_extract(salt: bytes, label: bytes, material: bytes) -> bytes:
        return extract(salt or bytes(32), b"HPKE-v1" + suite_id + label + material)

    def labeled_expand(prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
        info = struct.pack(">H", length) + b"HPKE-v1" + suite_id + label + info
        return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()[:length]

    context = b"\x00" + labeled_extract(b"", b"psk_id_hash", b"") + labeled_extract(b"", b"info_hash", b"info")
    schedule = labeled_extract(secret, b"secret", b"")
    aead_key = labeled_expand(schedule, b"key", context, 32)
    nonce = labeled_expand(schedule, b"base_nonce", context, 12)
    assert AESGCM(aead_key).decrypt(nonce, ciphertext, b"") == b"a message", "X-Wing is wrong"


# --- Signatures -------------------------------------------------------------------------------------------------------


def verify(algorithm: str, public: bytes, label: str, digest: bytes, signature: bytes) -> None:
    message = signed_message(label, digest)
    try:
        if algorithm == "Ed25519":
            if int.from_bytes(signature[32:], "little") >= ED25519_ORDER:
                raise Refused("ERR_HANDSHAKE_SIGNATURE")
            ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
            return
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if s > ORDER // 2:
            raise Refused("ERR_HANDSHAKE_SIGNATURE")
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), public)
        key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Refused("ERR_HANDSHAKE_SIGNATURE") from None


def check_public_key(algorithm: str, private: bytes, public: bytes) -> None:
    if algorithm == "Ed25519":
        made = ed25519.Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    else:
        key = ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256K1()).public_key()
        encoding, point = serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        made = key.public_bytes(encoding, point)
    assert made == public, "a public key is not that of its private key"


# --- Frames -----------------------------------------------------------------------------------------------------------


def read_header(frame: bytes) -> tuple[str, int, int]:
    if len(frame) > 15 * 1024:
        raise Refused("ERR_PROTOCOL_TOO_LARGE")
    if len(frame) < 1:
        raise Refused("ERR_PROTOCOL_MALFORMED")
    if frame[0] != 2:
        raise Refused("ERR_PROTOCOL_UNKNOWN_VERSION")
    if len(frame) < 10 or frame[1] not in KINDS:
        raise Refused("ERR_PROTOCOL_MALFORMED")
    attempt, epoch = struct.unpack(">II", frame[2:10])
    if not 1 <= attempt <= 1024 or epoch < 1:
        raise Refused("ERR_PROTOCOL_MALFORMED")
    return KINDS[frame[1]], attempt, epoch


def sealing_key(secret: bytes, salt: bytes, kind: str, attempt: int, epoch: int) -> bytes:
    return expand(extract(salt, secret), f"seal {kind}", attempt, epoch)


def open_message(secret: bytes, frame: bytes) -> bytes:
    kind, attempt, epoch = read_header(frame)
    if len(frame) < 10 + 32 + 16:
        raise Refused("ERR_HANDSHAKE_MALFORMED")
    key = sealing_key(secret, frame[10:42], kind, attempt, epoch)
    try:
        return AESGCM(key).decrypt(bytes(12), frame[42:], frame[:42])
    except InvalidTag:
        raise Refused("ERR_HANDSHAKE_OPEN") from None


def seal_message(secret: bytes, kind: str, attempt: int, epoch: int, salt: bytes, body: bytes) -> bytes:
    number = next(number for number, name in KINDS.items() if name == kind)
    clear = struct.pack(">BBII", 2, number, attempt, epoch) + salt
    return clear + AESGCM(sealing_key(secret, salt, kind, attempt, epoch)).encrypt(bytes(12), body, clear)


def split(body: bytes, layout: list[tuple[str, int]]) -> dict[str, bytes]:
    """Fixed parts by their lengths; length 0 stands for a text of 1 to 128 bytes behind its length."""
    parts, offset = {}, 0
    for name, length in layout:
        if length == 0:
            if len(body) < offset + 2:
                raise Refused("ERR_HANDSHAKE_MALFORMED")
            (length,) = struct.unpack(">H", body[offset : offset + 2])
            offset += 2
            if not 1 <= length <= 128:
                raise Refused("ERR_HANDSHAKE_MALFORMED")
        parts[name] = body[offset : offset + length]
        offset += length
    if offset != len(body):
        raise Refused("ERR_HANDSHAKE_MALFORMED")
    return parts


OFFER = [("userIdentity", 0), ("agentIdentity", 0), ("agentCommitment", 32), ("ephemeralPublicKey", 1216), ("signature", 64)]
ACCEPT = [("encapsulation", 1120), ("userNonce", 32), ("signature", 64), ("tag", 32)]
CONFIRM = [("agentNonce", 32), ("signature", 64), ("tag", 32)]
REKEY_OFFER = [("ephemeralPublicKey", 1216), ("signature", 64)]
REKEY_ACCEPT = [("encapsulation", 1120), ("signature", 64), ("tag", 32)]
REKEY_CONFIRM = [("signature", 64), ("tag", 32)]


def check_ephemeral(public: bytes) -> None:
    """FIPS 203, section 7.2: every coefficient of the ML-KEM key is below q."""
    bits = int.from_bytes(public[:1152], "little")
    if any((bits >> (12 * index)) & 0xFFF >= 3329 for index in range(768)):
        raise Refused("ERR_HANDSHAKE_EPHEMERAL")


# --- Key schedule -----------------------------------------------------------------------------------------------------


def derive_epoch(chain_key: bytes, shared_secret: bytes, transcript: bytes, attempt: int, epoch: int) -> dict[str, bytes]:
    shared = labelled_hash("shared secret", [("sharedSecret", shared_secret), ("transcript", transcript)])
    first = extract(chain_key, shared)
    master = expand(first, "master", attempt, epoch)
    second = extract(master, transcript)
    user_confirm, agent_confirm = expand(first, "user confirm", attempt, epoch), expand(first, "agent confirm", attempt, epoch)
    return {
        "masterHex": master,
        "userConfirmHex": user_confirm,
        "agentConfirmHex": agent_confirm,
        "rekeySealHex": expand(second, "rekey seal", attempt, epoch),
        "mediaUserToOracleHex": expand(second, "media user-to-oracle", attempt, epoch),
        "mediaOracleToUserHex": expand(second, "media oracle-to-user", attempt, epoch),
        "dataUserToOracleHex": expand(second, "data user-to-oracle", attempt, epoch),
        "dataOracleToUserHex": expand(second, "data oracle-to-user", attempt, epoch),
        "userTagHex": hmac.new(user_confirm, transcript, hashlib.sha256).digest(),
        "agentTagHex": hmac.new(agent_confirm, transcript, hashlib.sha256).digest(),
    }


def check_epoch(epoch: dict[str, bytes], row: dict, attempt: int, number: int) -> None:
    for name, value in epoch.items():
        assert row[name] == value.hex(), name
    assert row["mediaKeyIndex"] == (attempt % 4) * 4 + number % 4


def comparison_code(transcript: bytes, user_nonce: bytes, agent_nonce: bytes) -> str:
    fields = [("transcript", transcript), ("userNonce", user_nonce), ("agentNonce", agent_nonce)]
    digest = labelled_hash("comparison code", fields)
    return str(int.from_bytes(digest[:16], "big") % 10**10).zfill(10)


# --- Handshake --------------------------------------------------------------------------------------------------------


class Call:
    """Both ends of one call of the vectors, as a receiver of messages."""

    def __init__(self, row: dict):
        self.row = row
        self.key = bytes.fromhex(row["callKeyHex"])
        self.identity = bytes.fromhex(row["identityPublicKeyHex"])
        self.per_call = bytes.fromhex(row["callPublicKeyHex"])
        self.ephemeral = XWing(bytes.fromhex(row["offer"]["seedHex"]))

    def verify_oracle(self, label: str, digest: bytes, signature: bytes) -> None:
        verify(self.row["identityAlgorithm"], self.identity, label, digest, signature)

    def offer_fields(self, offer: dict[str, bytes]) -> list[tuple[str, bytes]]:
        row = self.row
        return [
            ("contextHash", bytes.fromhex(row["contextHashHex"])),
            ("envelopeSignature", bytes.fromhex(row["envelopeSignatureHex"])),
            ("callId", row["callId"].encode()),
            ("attempt", struct.pack(">I", row["attempt"])),
            ("userIdentity", offer["userIdentity"]),
            ("agentIdentity", offer["agentIdentity"]),
            ("agentCommitment", offer["agentCommitment"]),
            ("ephemeralPublicKey", offer["ephemeralPublicKey"]),
        ]

    def transcript(self, offer: dict[str, bytes], accept: dict[str, bytes]) -> bytes:
        fields = [*self.offer_fields(offer), ("encapsulation", accept["encapsulation"]), ("userNonce", accept["userNonce"])]
        return labelled_hash("transcript", fields)

    def own_offer(self) -> dict[str, bytes]:
        return split(open_message(self.key, bytes.fromhex(self.row["offer"]["frameHex"])), OFFER)

    def take_offer(self, frame: bytes, sender: str) -> dict[str, bytes]:
        if read_header(frame)[2] != 1:
            raise Refused("ERR_HANDSHAKE_MALFORMED")
        offer = split(open_message(self.key, frame), OFFER)
        self.verify_oracle("offer signature", labelled_hash("offer", self.offer_fields(offer)), offer["signature"])
        if offer["userIdentity"] != self.row["userIdentity"].encode() or offer["agentIdentity"] != sender.encode():
            raise Refused("ERR_HANDSHAKE_IDENTITY")
        check_ephemeral(offer["ephemeralPublicKey"])
        return offer

    def take_accept(self, frame: bytes, sender: str) -> tuple[bytes, bytes]:
        if sender != self.row["userIdentity"]:
            raise Refused("ERR_HANDSHAKE_IDENTITY")
        accept = split(open_message(self.key, frame), ACCEPT)
        transcript = self.transcript(self.own_offer(), accept)
        verify("Ed25519", self.per_call, "accept signature", transcript, accept["signature"])
        if sha256(accept["userNonce"]).hex() != self.row["userCommitmentHex"]:
            raise Refused("ERR_HANDSHAKE_COMMITMENT")
        secret = self.ephemeral.decapsulate(accept["encapsulation"])
        if derive_epoch(self.key, secret, transcript, self.row["attempt"], 1)["userTagHex"] != accept["tag"]:
            raise Refused("ERR_HANDSHAKE_CONFIRMATION")
        return secret, transcript

    def take_confirm(self, frame: bytes, sender: str) -> bytes:
        if sender != self.row["agentIdentity"]:
            raise Refused("ERR_HANDSHAKE_IDENTITY")
        confirm = split(open_message(self.key, frame), CONFIRM)
        secret, transcript = self.take_accept(bytes.fromhex(self.row["accept"]["frameHex"]), self.row["userIdentity"])
        if derive_epoch(self.key, secret, transcript, self.row["attempt"], 1)["agentTagHex"] != confirm["tag"]:
            raise Refused("ERR_HANDSHAKE_CONFIRMATION")
        self.verify_oracle("confirm signature", transcript, confirm["signature"])
        if sha256(confirm["agentNonce"]) != self.own_offer()["agentCommitment"]:
            raise Refused("ERR_HANDSHAKE_COMMITMENT")
        return confirm["agentNonce"]

    def take(self, to: str, after: str, frame: bytes, sender: str) -> None:
        kind, attempt, _ = read_header(frame)
        current = self.row["attempt"] if after == "offer" else 0
        if kind not in (("offer", "confirm") if to == "user" else ("accept",)):
            raise Refused("ERR_HANDSHAKE_ORDER")
        if kind == "offer":
            if attempt <= current:
                raise Refused("ERR_HANDSHAKE_STALE")
            self.take_offer(frame, sender)
        elif attempt != current:
            raise Refused("ERR_HANDSHAKE_STALE" if attempt < current else "ERR_HANDSHAKE_ORDER")
        elif kind == "accept":
            self.take_accept(frame, sender)
        else:
            self.take_confirm(frame, sender)


def expect_refused(row: dict, take) -> None:
    try:
        take()
    except Refused as refused:
        assert str(refused) == row["code"], f"{row['name']}: {refused}, not {row['code']}"
    else:
        raise AssertionError(f"{row['name']}: accepted")


def check_handshake() -> str:
    vectors = load("handshake.json")
    calls = {}
    for row in vectors["calls"]:
        call = calls[row["name"]] = Call(row)
        check_public_key(row["identityAlgorithm"], bytes.fromhex(row["identityPrivateKeyHex"]), call.identity)
        check_public_key("Ed25519", bytes.fromhex(row["callPrivateKeyHex"]), call.per_call)
        assert sha256(bytes.fromhex(row["userNonceHex"])).hex() == row["userCommitmentHex"]
        assert sha256(bytes.fromhex(row["offer"]["agentNonceHex"])).hex() == row["offer"]["agentCommitmentHex"]
        assert call.ephemeral.public.hex() == row["offer"]["ephemeralPublicKeyHex"]
        offer = call.take_offer(bytes.fromhex(row["offer"]["frameHex"]), row["agentIdentity"])
        assert labelled_hash("offer", call.offer_fields(offer)).hex() == row["offer"]["offerHashHex"]
        secret, transcript = call.take_accept(bytes.fromhex(row["accept"]["frameHex"]), row["userIdentity"])
        assert (secret.hex(), transcript.hex()) == (row["accept"]["sharedSecretHex"], row["accept"]["transcriptHex"])
        check_epoch(derive_epoch(call.key, secret, transcript, row["attempt"], 1), row["epoch"], row["attempt"], 1)
        agent_nonce = call.take_confirm(bytes.fromhex(row["confirm"]["frameHex"]), row["agentIdentity"])
        assert agent_nonce.hex() == row["offer"]["agentNonceHex"]
        assert comparison_code(transcript, bytes.fromhex(row["userNonceHex"]), agent_nonce) == row["comparisonCode"]
        for kind in ("offer", "accept", "confirm"):
            salt, body = bytes.fromhex(row[kind]["saltHex"]), bytes.fromhex(row[kind]["bodyHex"])
            assert seal_message(call.key, kind, row["attempt"], 1, salt, body).hex() == row[kind]["frameHex"]
    for row in vectors["rejected"]:
        frame = bytes.fromhex(row["frameHex"])
        expect_refused(row, lambda row=row, frame=frame: calls[row["call"]].take(row["to"], row["after"], frame, row["sender"]))
    return f"handshake: {len(calls)} calls, {len(vectors['rejected'])} rejected"


# --- Rekey ------------------------------------------------------------------------------------------------------------


class Rekey:
    def __init__(self, vectors: dict, exchange: dict):
        self.vectors, self.exchange = vectors, exchange
        self.seal = bytes.fromhex(exchange["previousRekeySealHex"])
        self.previous = bytes.fromhex(exchange["previousTranscriptHex"])
        self.ephemeral = XWing(bytes.fromhex(exchange["offer"]["seedHex"]))
        self.identity = bytes.fromhex(vectors["identityPublicKeyHex"])

    def fields(self, public: bytes) -> list[tuple[str, bytes]]:
        epoch = struct.pack(">I", self.exchange["epoch"])
        return [("previousTranscript", self.previous), ("epoch", epoch), ("ephemeralPublicKey", public)]

    def take_offer(self, frame: bytes) -> bytes:
        offer = split(open_message(self.seal, frame), REKEY_OFFER)
        digest = labelled_hash("rekey offer", self.fields(offer["ephemeralPublicKey"]))
        verify("Ed25519", self.identity, "rekey offer signature", digest, offer["signature"])
        return digest

    def take_accept(self, frame: bytes) -> tuple[bytes, bytes, dict[str, bytes]]:
        accept = split(open_message(self.seal, frame), REKEY_ACCEPT)
        fields = [*self.fields(self.ephemeral.public), ("encapsulation", accept["encapsulation"])]
        transcript = labelled_hash("rekey transcript", fields)
        per_call = bytes.fromhex(self.vectors["callPublicKeyHex"])
        verify("Ed25519", per_call, "rekey accept signature", transcript, accept["signature"])
        secret = self.ephemeral.decapsulate(accept["encapsulation"])
        master = bytes.fromhex(self.exchange["previousMasterHex"])
        keys = derive_epoch(master, secret, transcript, self.vectors["attempt"], self.exchange["epoch"])
        if keys["userTagHex"] != accept["tag"]:
            raise Refused("ERR_HANDSHAKE_CONFIRMATION")
        return secret, transcript, keys

    def take_confirm(self, frame: bytes) -> None:
        confirm = split(open_message(self.seal, frame), REKEY_CONFIRM)
        _, transcript, keys = self.take_accept(bytes.fromhex(self.exchange["accept"]["frameHex"]))
        if keys["agentTagHex"] != confirm["tag"]:
            raise Refused("ERR_HANDSHAKE_CONFIRMATION")
        verify("Ed25519", self.identity, "rekey confirm signature", transcript, confirm["signature"])

    def take(self, to: str, after: str, frame: bytes, sender: str) -> None:
        kind, attempt, epoch = read_header(frame)
        if kind not in (("rekey-offer", "rekey-confirm") if to == "user" else ("rekey-accept",)):
            raise Refused("ERR_HANDSHAKE_ORDER")
        if attempt != self.vectors["attempt"]:
            raise Refused("ERR_HANDSHAKE_STALE" if attempt < self.vectors["attempt"] else "ERR_HANDSHAKE_ORDER")
        if sender != self.vectors["agentIdentity" if to == "user" else "userIdentity"]:
            raise Refused("ERR_HANDSHAKE_IDENTITY")
        if epoch != self.exchange["epoch"]:
            raise Refused("ERR_HANDSHAKE_STALE" if epoch < self.exchange["epoch"] else "ERR_HANDSHAKE_ORDER")
        if kind == "rekey-offer":
            if after == "offer":
                raise Refused("ERR_HANDSHAKE_STALE")
            self.take_offer(frame)
        elif after != "offer":
            raise Refused("ERR_HANDSHAKE_ORDER")
        elif kind == "rekey-accept":
            self.take_accept(frame)
        else:
            self.take_confirm(frame)


def check_rekey() -> str:
    vectors = load("rekey.json")
    attempt, first = vectors["attempt"], vectors["first"]
    inputs = [bytes.fromhex(first[name]) for name in ("chainKeyHex", "sharedSecretHex", "transcriptHex")]
    keys, transcript = derive_epoch(*inputs, attempt, 1), inputs[2]
    rekeys = []
    for exchange in vectors["exchanges"]:
        assert exchange["previousMasterHex"] == keys["masterHex"].hex(), "the chain is broken"
        assert exchange["previousRekeySealHex"] == keys["rekeySealHex"].hex(), "the chain is broken"
        assert exchange["previousTranscriptHex"] == transcript.hex(), "the chain is broken"
        rekey = Rekey(vectors, exchange)
        rekeys.append(rekey)
        assert rekey.ephemeral.public.hex() == exchange["offer"]["ephemeralPublicKeyHex"]
        assert rekey.take_offer(bytes.fromhex(exchange["offer"]["frameHex"])).hex() == exchange["offer"]["offerHashHex"]
        secret, transcript, keys = rekey.take_accept(bytes.fromhex(exchange["accept"]["frameHex"]))
        assert secret.hex() == exchange["accept"]["sharedSecretHex"]
        assert transcript.hex() == exchange["accept"]["transcriptHex"]
        rekey.take_confirm(bytes.fromhex(exchange["confirm"]["frameHex"]))
        check_epoch(keys, exchange["keys"], attempt, exchange["epoch"])
        for kind in ("offer", "accept", "confirm"):
            salt, body = bytes.fromhex(exchange[kind]["saltHex"]), bytes.fromhex(exchange[kind]["bodyHex"])
            frame = seal_message(rekey.seal, f"rekey-{kind}", attempt, exchange["epoch"], salt, body)
            assert frame.hex() == exchange[kind]["frameHex"]
    for row in vectors["rejected"]:
        frame = bytes.fromhex(row["frameHex"])
        expect_refused(row, lambda row=row, frame=frame: rekeys[0].take(row["to"], row["after"], frame, row["sender"]))
    return f"rekey: {len(rekeys)} exchanges, {len(vectors['rejected'])} rejected"


# --- Key schedule, comparison code, data frames -----------------------------------------------------------------------


def check_key_schedule() -> str:
    vectors = load("key-schedule.json")
    rows = {}
    for row in vectors["epochs"]:
        inputs = [bytes.fromhex(row[name]) for name in ("chainKeyHex", "sharedSecretHex", "transcriptHex")]
        rows[row["name"]] = derive_epoch(*inputs, row["attempt"], row["epoch"])
        check_epoch(rows[row["name"]], row, row["attempt"], row["epoch"])
    for row in vectors["rejected"]:
        assert rows[row["epoch"]][f"{row['by']}TagHex"].hex() != row["tagHex"], row["name"]
    return f"key schedule: {len(rows)} epochs, {len(vectors['rejected'])} rejected"


def check_comparison_code() -> str:
    vectors = load("comparison-code.json")
    for row in vectors["codes"]:
        user, agent = bytes.fromhex(row["userNonceHex"]), bytes.fromhex(row["agentNonceHex"])
        assert (sha256(user).hex(), sha256(agent).hex()) == (row["userCommitmentHex"], row["agentCommitmentHex"])
        code = comparison_code(bytes.fromhex(row["transcriptHex"]), user, agent)
        assert (code, f"{code[:5]} {code[5:]}") == (row["code"], row["formatted"])
    for row in vectors["rejected"]:
        assert sha256(bytes.fromhex(row["nonceHex"])).hex() != row["commitmentHex"], row["name"]
    return f"comparison code: {len(vectors['codes'])} codes, {len(vectors['rejected'])} rejected"


def one_of(*values: object):
    return lambda value: isinstance(value, str) and value in values


def is_id(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{32}", value) is not None


def is_flag(value: object) -> bool:
    return isinstance(value, bool)


def is_time(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def text_up_to(length: int):
    # UTF-16 units, as JavaScript counts.
    return lambda value: isinstance(value, str) and 1 <= len(value.encode("utf-16-le")) // 2 <= length


ACTIONS = {
    "interrupt": {},
    "oracle-state": {"state": one_of("listening", "thinking", "speaking")},
    "muted": {"isMuted": is_flag},
    "received": {"received": is_id},
    "epoch-switched": {},
    "rekey": {},
    "hang-up": {},
}
PAYLOADS = {
    "caption": {"speaker": one_of("user", "oracle"), "segment": is_id, "text": text_up_to(2000), "isFinal": is_flag},
    "chat": {"text": text_up_to(4000), "sentAt": is_time},
}


def parse_payload(kind: str, plaintext: bytes) -> dict:
    try:
        payload = json.loads(plaintext.decode("utf-8"))
        fields = {"action": one_of(*ACTIONS), **ACTIONS[payload["action"]]} if kind == "control" else PAYLOADS[kind]
        checks = {"id": is_id, "kind": one_of(kind), **fields}
        if set(payload) != set(checks) or not all(check(payload[name]) for name, check in checks.items()):
            raise ValueError
        return payload
    except (ValueError, KeyError, TypeError):
        raise Refused("ERR_DATA_MALFORMED") from None


def open_data(key: bytes, place: tuple[int, int], last: int, frame: bytes) -> dict:
    kind, attempt, epoch = read_header(frame)
    if kind != "data" or len(frame) < 15 + 16 or frame[14] not in DATA_KINDS:
        raise Refused("ERR_DATA_MALFORMED")
    if (attempt, epoch) != place:
        raise Refused("ERR_KEY_MISSING" if (attempt, epoch) > place else "ERR_KEY_RETIRED")
    (counter,) = struct.unpack(">I", frame[10:14])
    if counter <= last:
        raise Refused("ERR_DATA_REPLAYED")
    try:
        plaintext = AESGCM(key).decrypt(bytes(8) + frame[10:14], frame[15:], frame[:15])
    except InvalidTag:
        raise Refused("ERR_DATA_OPEN") from None
    return parse_payload(DATA_KINDS[frame[14]], plaintext)


def check_data_frames() -> str:
    vectors = load("data-frames.json")
    sequences = {}
    for row in vectors["sequences"]:
        inputs = [bytes.fromhex(row[name]) for name in ("chainKeyHex", "sharedSecretHex", "transcriptHex")]
        keys = derive_epoch(*inputs, row["attempt"], row["epoch"])
        name = "dataUserToOracleHex" if row["direction"] == "user-to-oracle" else "dataOracleToUserHex"
        assert keys[name].hex() == row["keyHex"]
        sequences[row["name"]] = (keys[name], (row["attempt"], row["epoch"]), len(row["frames"]) - 1)
        for counter, one in enumerate(row["frames"]):
            frame = bytes.fromhex(one["frameHex"])
            assert open_data(keys[name], (row["attempt"], row["epoch"]), counter - 1, frame) == one["payload"]
            assert one["counter"] == counter
            number = next(number for number, kind in DATA_KINDS.items() if kind == one["payload"]["kind"])
            clear = struct.pack(">BBIIIB", 2, 16, row["attempt"], row["epoch"], counter, number)
            sealed = AESGCM(keys[name]).encrypt(struct.pack(">QI", 0, counter), bytes.fromhex(one["plaintextHex"]), clear)
            assert clear + sealed == frame
    for row in vectors["rejected"]:
        arguments = sequences[row["sequence"]]
        expect_refused(row, lambda row=row, arguments=arguments: open_data(*arguments, bytes.fromhex(row["frameHex"])))
    return f"data frames: {len(sequences)} sequences, {len(vectors['rejected'])} rejected"


def main() -> None:
    self_test_x_wing()
    for check in (check_handshake, check_rekey, check_key_schedule, check_comparison_code, check_data_frames):
        print(check())


if __name__ == "__main__":
    main()
