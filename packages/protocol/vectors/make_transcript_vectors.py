"""Makes and checks transcripts.json with Python's cryptography: written from docs/protocol.md, it shares nothing with our code.

    python3 -m venv VENV && VENV/bin/pip install cryptography==50.0.2
    VENV/bin/python make_transcript_vectors.py --check    # opens the committed file and makes it again
    VENV/bin/python make_transcript_vectors.py --write

Keys and salts are fixed, so a rewritten file is the same file.
"""

import argparse
import base64
import hashlib
import json
import pathlib
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FILE = pathlib.Path(__file__).parent / "transcripts.json"
LABEL = "oracle-calls transcript part v1"
KEY_LABEL = "oracle-calls transcript key v1"
CALL = "$hVVBHB0rvbXnKDnLNEKLHZGWfGEPBTCIS3vLY0BRyCg@lk-0123456789abcdef0123456789abcdef"
OTHER_CALL = "$vwAbfUk3oN1kOxjA9s2xTCgZMRFWNRLQvHIqSCvKc1g@lk-ffffffffffffffffffffffffffffffff"
ALICE = "@alice:example.org"


def fixed(label: str) -> bytes:
    return hashlib.sha256(f"oracle-calls vectors v1: transcript {label}".encode()).digest()


def hkdf(secret: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


SEED = fixed("user-signing key")
ACCOUNT_KEY = hkdf(SEED, None, KEY_LABEL.encode())


def sized(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">H", len(data)) + data


def part_key(account_key: bytes, account: str, call: str, part: int, salt: bytes) -> bytes:
    info = sized(LABEL) + sized(account) + sized(call) + struct.pack(">H", part)
    return hkdf(account_key, salt, info)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_json(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def seal(clear: bytes, salt: bytes, account=ALICE, call=CALL, part=0, account_key=ACCOUNT_KEY) -> str:
    key = part_key(account_key, account, call, part, salt)
    return base64url(salt + AESGCM(key).encrypt(bytes(12), clear, None))


def open_part(content: dict, account=ALICE) -> object:
    data = unbase64url(content["sealed"])
    key = part_key(ACCOUNT_KEY, account, content["callId"], content["part"], data[:32])
    return json.loads(AESGCM(key).decrypt(bytes(12), data[32:], None))


def line(text: str, speaker="user", how="spoken", at=1_767_225_600_000) -> dict:
    return {"speaker": speaker, "how": how, "text": text, "at": at}


def accepted(name: str, lines: list[dict], is_last: bool, part: int = 0) -> dict:
    body = {"lines": lines, "isLast": is_last}
    salt = fixed(name)
    sealed = seal(to_json(body), salt, part=part)
    content = {"v": 1, "callId": CALL, "part": part, "sealed": sealed}
    return {"name": name, "saltHex": salt.hex(), "content": content, "body": body}


def make() -> dict:
    conversation = [
        line("Where is my bicycle?"),
        line("It is in the shed.", speaker="oracle", at=1_767_225_602_500),
        line("Merci 🚲 – größer", how="written", at=1_767_225_604_000),
        line("\u0001\"\\\n", speaker="oracle", how="written", at=0),
    ]
    rows = [
        accepted("one part, the whole call", conversation, True),
        accepted("a first part of more", conversation[:1], False),
        accepted("the last part, empty", [], True, part=7),
        accepted("the longest line", [line("x" * 4_000)], False, part=999),
    ]
    base = rows[0]["content"]
    good = to_json(rows[0]["body"])
    data = bytearray(unbase64url(base["sealed"]))
    flipped_salt, flipped_text, flipped_tag = bytearray(data), bytearray(data), bytearray(data)
    flipped_salt[0] ^= 1
    flipped_text[40] ^= 1
    flipped_tag[-1] ^= 1
    salt = fixed("rejected")

    def body(name: str, value: object, code: str) -> dict:
        clear = value if isinstance(value, bytes) else to_json(value)
        return {"name": name, "change": {"sealed": seal(clear, salt)}, "code": code}

    malformed, closed = "ERR_PROTOCOL_MALFORMED", "ERR_ENVELOPE_OPEN"
    rejected = [
        {"name": "another call named", "change": {"callId": OTHER_CALL}, "code": closed},
        {"name": "another part named", "change": {"part": 1}, "code": closed},
        {"name": "another account", "account": "@mallory:example.org", "change": {}, "code": closed},
        {"name": "sealed by another account's key", "change": {"sealed": seal(good, salt, account_key=fixed("other"))}, "code": closed},
        {"name": "a bit of the salt", "change": {"sealed": base64url(bytes(flipped_salt))}, "code": closed},
        {"name": "a bit of the text", "change": {"sealed": base64url(bytes(flipped_text))}, "code": closed},
        {"name": "a bit of the tag", "change": {"sealed": base64url(bytes(flipped_tag))}, "code": closed},
        {"name": "cut off", "change": {"sealed": base64url(bytes(data[:-1]))}, "code": closed},
        {"name": "no tag", "change": {"sealed": base64url(bytes(data[:47]))}, "code": malformed},
        {"name": "no base64url", "change": {"sealed": base["sealed"][:-1] + "+"}, "code": malformed},
        {"name": "nothing sealed", "change": {"sealed": ""}, "code": malformed},
        {"name": "no version", "remove": ["v"], "change": {}, "code": malformed},
        {"name": "a later version", "change": {"v": 2}, "code": "ERR_PROTOCOL_UNKNOWN_VERSION"},
        {"name": "no call", "remove": ["callId"], "change": {}, "code": malformed},
        {"name": "a part below zero", "change": {"part": -1}, "code": malformed},
        {"name": "a part too many", "change": {"part": 1_000}, "code": malformed},
        {"name": "too large", "change": {"padding": "a" * 40_000}, "code": "ERR_PROTOCOL_TOO_LARGE"},
        body("sealed, and no JSON", b"{", closed),
        body("sealed, and no UTF-8", b"\xff", closed),
        body("sealed, and another speaker", {"lines": [line("x", speaker="god")], "isLast": True}, malformed),
        body("sealed, and an empty line", {"lines": [line("")], "isLast": True}, malformed),
        body("sealed, and a line too long", {"lines": [line("x" * 4_001)], "isLast": True}, malformed),
        body("sealed, and an instant before time", {"lines": [line("x", at=-1)], "isLast": True}, malformed),
        body("sealed, without isLast", {"lines": []}, malformed),
    ]
    return {
        "about": "Parts of transcripts, m.ixo.oracles_call.transcript. Derive the account key from the private user-signing key, open each content: body. "
        "A rejected row changes or removes fields of the first accepted content, or is opened for another account.",
        "account": ALICE,
        "userSigningKeyHex": SEED.hex(),
        "accountKeyHex": ACCOUNT_KEY.hex(),
        "accepted": rows,
        "rejected": rejected,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    made = make()
    if arguments.write:
        FILE.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n")
    if arguments.check:
        committed = json.loads(FILE.read_text())
        assert committed == made, "transcripts.json is another"
        for row in committed["accepted"]:
            assert open_part(row["content"]) == row["body"], row["name"]
        print(f"{len(committed['accepted'])} parts opened and made again")


main()
