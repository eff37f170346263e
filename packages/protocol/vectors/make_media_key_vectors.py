"""Makes media-keys.json: HKDF-SHA-256 (RFC 5869) written out with Python's hmac. Deterministic: run it to check the file.

    python3 make_media_key_vectors.py --check | --write
"""

import argparse
import hashlib
import hmac
import json
import pathlib

FILE = pathlib.Path(__file__).parent / "media-keys.json"
LENGTH = 32


def hkdf_sha256(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    pseudo_random_key = hmac.new(salt, key, hashlib.sha256).digest()
    output, block = b"", b""
    for number in range(1, -(-length // hashlib.sha256().digest_size) + 1):
        block = hmac.new(pseudo_random_key, block + info + bytes([number]), hashlib.sha256).digest()
        output += block
    return output[:length]


def self_test() -> None:
    """RFC 5869, test case 1."""
    output = hkdf_sha256(b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)), 42)
    assert output.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    ), "HKDF is wrong"


def make() -> dict:
    rows = []
    for name, call_key, room in (
        ("zero key", bytes(32), "lk-00000000000000000000000000000000"),
        ("counting key", bytes(range(32)), "lk-0123456789abcdef0123456789abcdef"),
        ("the same key in another room", bytes(range(32)), "lk-0123456789abcdef0123456789abcdee"),
        ("shortest room name", bytes(range(224, 256)), "a"),
        ("longest room name", bytes(range(224, 256)), "Z" + "_-9a" * 15 + "xyz"),
    ):
        for direction in ("user-to-oracle", "oracle-to-user"):
            info = f"oracle-calls v1 media {direction}".encode()
            rows.append({
                "name": f"{name}, {direction}",
                "callKeyHex": call_key.hex(),
                "sfuRoomName": room,
                "direction": direction,
                "mediaKeyHex": hkdf_sha256(call_key, room.encode(), info, LENGTH).hex(),
            })
    return {"about": "HKDF-SHA-256 as docs/protocol.md, 'Media keys'; made by make_media_key_vectors.py", "keys": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true")
    mode.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    self_test()
    vectors = make()
    if arguments.write:
        FILE.write_text(json.dumps(vectors, indent=2) + "\n")
    assert json.loads(FILE.read_text()) == vectors, "media-keys.json differs"
    print(len(vectors["keys"]), "keys")


if __name__ == "__main__":
    main()
