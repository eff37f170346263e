"""Makes and checks envelope-ecies.json with eciespy, an implementation of the same wire format in another language.

    python3 -m venv VENV && VENV/bin/pip install eciespy==0.4.7
    VENV/bin/python make_envelope_vectors.py --check    # eciespy agrees with the committed file
    VENV/bin/python make_envelope_vectors.py --write    # makes it anew; needs Node 24 on the PATH

Keys are fixed; ephemeral keys and nonces are random, so a rewritten file differs and is as good as the old one.
"""

import argparse
import hashlib
import json
import pathlib
import subprocess

import coincurve
from ecies import decrypt, encrypt
from ecies.config import Config

HERE = pathlib.Path(__file__).parent
FILE = HERE / "envelope-ecies.json"
WIRE_FORMAT = Config()
# Offsets of the parts, in bytes: ephemeral key 65, nonce 16, tag 16, ciphertext 32.
NONCE, TAG, CIPHERTEXT, END = 65, 81, 97, 129


def fixed(label: str) -> bytes:
    return hashlib.sha256(f"oracle-calls vectors v1: {label}".encode()).digest()


def public_key(private_key: bytes, compressed: bool = True) -> bytes:
    return coincurve.PrivateKey(private_key).public_key.format(compressed)


def seal(private_key: bytes, plaintext: bytes, config: Config = WIRE_FORMAT) -> bytes:
    return encrypt(public_key(private_key), plaintext, config=config)


def flip(envelope: bytes, byte: int, bit: int = 0) -> bytes:
    changed = bytearray(envelope)
    changed[byte] ^= 1 << bit
    return bytes(changed)


def opens(private_key: bytes, envelope: bytes) -> bytes | None:
    try:
        return decrypt(private_key, envelope, config=WIRE_FORMAT)
    except Exception:  # any failure to open, whatever eciespy calls it
        return None


def accepted(label: str, number: int) -> dict:
    private_key, call_key = fixed(f"{label} recipient {number}"), fixed(f"{label} call key {number}")
    return {
        "name": f"{label} {number}",
        "privateKeyHex": private_key.hex(),
        "publicKeyHex": public_key(private_key, compressed=number % 2 == 0).hex(),
        "callKeyHex": call_key.hex(),
    }


def sealed_by_eciespy() -> list[dict]:
    rows = [accepted("eciespy", number) for number in range(4)]
    for row in rows:
        row["envelopeHex"] = seal(bytes.fromhex(row["privateKeyHex"]), bytes.fromhex(row["callKeyHex"])).hex()
    return rows


def sealed_by_us() -> list[dict]:
    rows = [accepted("oracle-calls", number) for number in range(4)]
    request = json.dumps([{key: row[key] for key in ("publicKeyHex", "callKeyHex")} for row in rows])
    done = subprocess.run(["node", HERE / "seal-for-vectors.ts"], input=request, capture_output=True, text=True, check=True)
    for row, envelope in zip(rows, json.loads(done.stdout), strict=True):
        row["envelopeHex"] = envelope
    return rows


def rejected() -> list[dict]:
    private_key, call_key = fixed("rejected recipient"), fixed("rejected call key")
    good = seal(private_key, call_key)
    text = good.hex()
    generator = coincurve.PrivateKey((1).to_bytes(32, "big")).public_key.format(False)
    malformed = {
        "empty": "",
        "one byte short": good[:-1].hex(),
        "without the ciphertext": good[:CIPHERTEXT].hex(),
        "ephemeral key only": good[:NONCE].hex(),
        "half a byte short": text[:-1],
        "one trailing byte": (good + b"\x00").hex(),
        "trailing line break": text + "\n",
        "prefix 0x": "0x" + text,
        "a letter that is not hex": text[:-1] + "g",
        "a bit of the point's marker flipped": flip(good, 0).hex(),
        "a compressed marker before an uncompressed point": (b"\x02" + good[1:]).hex(),
        "a compressed ephemeral key": seal(private_key, call_key, Config(is_ephemeral_key_compressed=True)).hex(),
        "a nonce of 12 bytes": seal(private_key, call_key, Config(symmetric_nonce_length=12)).hex(),
        "XChaCha20": seal(private_key, call_key, Config(symmetric_algorithm="xchacha20")).hex(),
        "an empty plaintext": seal(private_key, b"").hex(),
        "a plaintext of 16 bytes": seal(private_key, call_key[:16]).hex(),
        "a plaintext of 31 bytes": seal(private_key, call_key[:31]).hex(),
        "a plaintext of 33 bytes": seal(private_key, call_key + b"\x00").hex(),
        "a plaintext of 64 bytes, the key in hex": seal(private_key, call_key.hex().encode()).hex(),
    }
    not_opened = {
        "first bit of x flipped": flip(good, 1, 7).hex(),
        "last bit of x flipped": flip(good, 32).hex(),
        "last bit of y flipped": flip(good, 64).hex(),
        "another point": (generator + good[NONCE:]).hex(),
        "the point (0, 0)": (b"\x04" + bytes(64) + good[NONCE:]).hex(),
        "coordinates beyond the field": (b"\x04" + b"\xff" * 64 + good[NONCE:]).hex(),
        "first bit of the nonce flipped": flip(good, NONCE, 7).hex(),
        "last bit of the nonce flipped": flip(good, TAG - 1).hex(),
        "first bit of the tag flipped": flip(good, TAG, 7).hex(),
        "last bit of the tag flipped": flip(good, CIPHERTEXT - 1).hex(),
        "first bit of the ciphertext flipped": flip(good, CIPHERTEXT, 7).hex(),
        "last bit of the ciphertext flipped": flip(good, END - 1).hex(),
        "tag and ciphertext swapped": (good[:TAG] + good[CIPHERTEXT:] + good[TAG:CIPHERTEXT]).hex(),
        "compressed points in the key derivation": seal(private_key, call_key, Config(is_hkdf_key_compressed=True)).hex(),
        "sealed to another key": seal(fixed("another recipient"), call_key).hex(),
    }
    base = {"privateKeyHex": private_key.hex()}
    return [
        {"name": name, **base, "envelopeHex": envelope, "code": code}
        for rows, code in ((malformed, "ERR_ENVELOPE_MALFORMED"), (not_opened, "ERR_ENVELOPE_OPEN"))
        for name, envelope in rows.items()
    ]


def check(vectors: dict) -> None:
    for row in vectors["sealedByEciespy"] + vectors["sealedByOracleCalls"]:
        opened = opens(bytes.fromhex(row["privateKeyHex"]), bytes.fromhex(row["envelopeHex"]))
        assert opened == bytes.fromhex(row["callKeyHex"]), row["name"]
        point = coincurve.PrivateKey(bytes.fromhex(row["privateKeyHex"])).public_key
        assert bytes.fromhex(row["publicKeyHex"]) in (point.format(True), point.format(False)), row["name"]
    for row in vectors["rejected"]:
        if row["code"] == "ERR_ENVELOPE_OPEN":
            assert len(row["envelopeHex"]) == 2 * END, row["name"]
            assert opens(bytes.fromhex(row["privateKeyHex"]), bytes.fromhex(row["envelopeHex"])) is None, row["name"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true")
    mode.add_argument("--check", action="store_true")
    if parser.parse_args().write:
        vectors = {
            "about": "ECIES over secp256k1 in the wire format of eciespy and eciesjs; made by make_envelope_vectors.py with eciespy 0.4.7",
            "sealedByEciespy": sealed_by_eciespy(),
            "sealedByOracleCalls": sealed_by_us(),
            "rejected": rejected(),
        }
        FILE.write_text(json.dumps(vectors, indent=2) + "\n")
    vectors = json.loads(FILE.read_text())
    check(vectors)
    print({name: len(rows) for name, rows in vectors.items() if isinstance(rows, list)})


if __name__ == "__main__":
    main()
