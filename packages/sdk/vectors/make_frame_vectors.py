"""Makes frames.json: sealed media frames by Python's `cryptography`. Deterministic: run it to check the file.

    python3 make_frame_vectors.py --check | --write
"""

import argparse
import json
import pathlib

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FILE = pathlib.Path(__file__).parent / "frames.json"
SALT = b"LKFrameEncryptionKey"
NONCE = 12


def frame_key(media_key: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=16, salt=SALT, info=bytes(128)).derive(media_key)


def seal(media_key: bytes, slot: int, nonce: bytes, clear: int, frame: bytes) -> bytes:
    front = frame[:clear]
    return front + AESGCM(frame_key(media_key)).encrypt(nonce, frame[clear:], front) + nonce + bytes([len(nonce), slot])


def flip(sealed: bytes, at: int) -> bytes:
    changed = bytearray(sealed)
    changed[at] ^= 1
    return bytes(changed)


def make() -> dict:
    key, other = bytes(range(32)), bytes(range(32, 64))
    sealed_rows, refused_rows = [], []
    for name, media_key, slot, nonce, medium, frame_type, clear, frame in (
        ("a packet of speech", key, 0, bytes(range(NONCE)), "audio", None, 1, bytes(range(0x78, 0xC8))),
        ("silence: the TOC byte alone", key, 5, b"\xff" * NONCE, "audio", None, 1, b"\x08"),
        ("a key frame", other, 15, bytes(NONCE), "video", "key", 10, bytes(range(200))),
        ("a delta frame", other, 1, bytes(range(100, 100 + NONCE)), "video", "delta", 3, bytes(range(255, 55, -1))),
        ("a key frame that is all clear bytes", key, 2, bytes(NONCE), "video", "key", 10, bytes(10)),
    ):
        row = {
            "name": name,
            "mediaKeyHex": media_key.hex(),
            "slot": slot,
            "nonceHex": nonce.hex(),
            "medium": medium,
            **({} if frame_type is None else {"type": frame_type}),
            "frameHex": frame.hex(),
            "sealedHex": seal(media_key, slot, nonce, clear, frame).hex(),
        }
        sealed_rows.append(row)
    nonce, frame = bytes(range(NONCE)), bytes(range(40))
    good = seal(key, 3, nonce, 1, frame)
    short_nonce = frame[:1] + AESGCM(frame_key(key)).encrypt(nonce[:8], frame[1:], frame[:1]) + nonce[:8] + bytes([8, 3])
    for name, reason, sealed in (
        ("nothing", "malformed", b""),
        ("a frame in plaintext", "malformed", frame),
        ("one byte too short to have a tag", "malformed", bytes(1 + 15) + nonce + bytes([NONCE, 3])),
        ("a nonce of another length", "malformed", short_nonce),
        ("a slot that does not exist", "malformed", good[:-1] + bytes([16])),
        ("a slot without a key", "no-key", good[:-1] + bytes([4])),
        ("a changed clear byte", "not-authentic", flip(good, 0)),
        ("a changed ciphertext", "not-authentic", flip(good, 5)),
        ("a changed tag", "not-authentic", flip(good, len(good) - 2 - NONCE - 1)),
        ("a changed nonce", "not-authentic", flip(good, len(good) - 3)),
        ("another key", "not-authentic", seal(other, 3, nonce, 1, frame)),
        ("more clear bytes than there should be", "not-authentic", seal(key, 3, nonce, 3, frame)),
        ("a frame in plaintext with a right trailer", "not-authentic", frame + nonce + bytes([NONCE, 3])),
    ):
        refused_rows.append({"name": name, "reason": reason, "sealedHex": sealed.hex()})
    return {
        "about": "Sealed frames as packages/sdk/src/frame-cryptor/frame-layout.ts; made by make_frame_vectors.py",
        "sealed": sealed_rows,
        "refused": {"mediaKeyHex": key.hex(), "slot": 3, "medium": "audio", "frames": refused_rows},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true")
    mode.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    text = json.dumps(make(), indent=2) + "\n"
    if arguments.write:
        FILE.write_text(text)
    elif json.loads(FILE.read_text()) != json.loads(text):
        raise SystemExit(f"{FILE.name} is not what this script makes")


if __name__ == "__main__":
    main()
