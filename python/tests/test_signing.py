from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from known_vectors import code_of
from oracle_calls.protocol import SecretBytes, secp256k1
from oracle_calls.protocol.signing import (
    SIGNING_ALGORITHMS,
    RawKeySigner,
    SigningAlgorithm,
    is_signature_valid,
    parse_signing_public_key,
    signing_public_key_of,
)
from oracle_calls.protocol.signing.edwards import ORDER, is_strict_public_key

MESSAGE = b"oracle-calls v3 test\n"
SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def signer(algorithm: SigningAlgorithm) -> RawKeySigner:
    return RawKeySigner(algorithm, SecretBytes(hashlib.sha256(algorithm.encode()).digest(), "published"))


@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_a_signature_is_valid_for_its_key_and_message_alone(algorithm: SigningAlgorithm) -> None:
    one = signer(algorithm)
    signature = one.sign(MESSAGE)
    assert len(signature) == 64
    assert one.verifier.verify(MESSAGE, signature)
    assert signature == one.sign(MESSAGE)
    other = RawKeySigner(algorithm, SecretBytes.random(32, "other"))
    assert not other.verifier.verify(MESSAGE, signature)
    assert not one.verifier.verify(MESSAGE + b"\0", signature)
    for wrong in (b"", signature[:-1], signature + b"\0", bytes(64), b"\xff" * 64):
        assert not one.verifier.verify(MESSAGE, wrong)


def test_the_other_half_of_the_order_is_refused() -> None:
    ed, es = signer("Ed25519"), signer("ES256K")
    signature = ed.sign(MESSAGE)
    lenient = signature[:32] + (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
    assert not ed.verifier.verify(MESSAGE, lenient)
    signature = es.sign(MESSAGE)
    s = int.from_bytes(signature[32:], "big")
    assert s <= SECP256K1_ORDER // 2
    high = (SECP256K1_ORDER - s).to_bytes(32, "big")
    assert not es.verifier.verify(MESSAGE, signature[:32] + high)
    # Its twin without the check: OpenSSL takes both halves.
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), es.public_key)
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), SECP256K1_ORDER - s)
    key.verify(der, MESSAGE, ec.ECDSA(hashes.SHA256()))


def test_es256k_is_what_openssl_signs_and_verifies() -> None:
    es = signer("ES256K")
    private_key = ec.derive_private_key(int.from_bytes(es._private_key.expose(), "big"), ec.SECP256K1())
    r, s = decode_dss_signature(private_key.sign(MESSAGE, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
    theirs = r.to_bytes(32, "big") + min(s, SECP256K1_ORDER - s).to_bytes(32, "big")
    # Both have the nonce of RFC 6979.
    assert es.sign(MESSAGE) == theirs


#: The eight points of small order in their canonical encodings, and those that are none (RFC 8032, section 5.1.3).
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
NOT_CANONICAL = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]
NOT_ON_THE_CURVE = ["0200000000000000000000000000000000000000000000000000000000000000"]


@pytest.mark.parametrize("key_hex", SMALL_ORDER + NOT_CANONICAL + NOT_ON_THE_CURVE + ["", "00" * 31, "00" * 33])
def test_a_weak_ed25519_key_is_none(key_hex: str) -> None:
    key = bytes.fromhex(key_hex)
    assert not is_strict_public_key(key)
    assert code_of(lambda: parse_signing_public_key("Ed25519", key)) == "ERR_ENVELOPE_UNSUPPORTED"
    # R neutral, S zero: what a key of order one makes valid for every message.
    for signature in (bytes.fromhex(SMALL_ORDER[0]) + bytes(32), bytes(64)):
        assert not is_signature_valid("Ed25519", key, MESSAGE, signature)


def test_openssl_alone_would_take_a_signature_by_a_key_of_small_order() -> None:
    neutral = bytes.fromhex(SMALL_ORDER[0])
    Ed25519PublicKey.from_public_bytes(neutral).verify(neutral + bytes(32), MESSAGE)


def test_every_honest_ed25519_key_is_strict() -> None:
    for _ in range(20):
        assert is_strict_public_key(Ed25519PrivateKey.generate().public_key().public_bytes_raw())


def test_a_secp256k1_key_has_one_of_two_encodings() -> None:
    es = signer("ES256K")
    private_key = es._private_key
    uncompressed = secp256k1.public_key_of(private_key, compressed=False)
    assert parse_signing_public_key("ES256K", uncompressed) == es.public_key
    hybrid = bytes((0x06 + uncompressed[-1] % 2,)) + uncompressed[1:]
    off_curve = uncompressed[:-1] + bytes((uncompressed[-1] ^ 1,))
    for wrong in (
        b"",
        b"\x02",
        hybrid,
        off_curve,
        es.public_key + b"\0",
        uncompressed[:64],
        b"\x05" + es.public_key[1:],
    ):
        assert code_of(lambda key=wrong: parse_signing_public_key("ES256K", key)) == "ERR_ENVELOPE_UNSUPPORTED"  # type: ignore[misc]
        assert not is_signature_valid("ES256K", wrong, MESSAGE, es.sign(MESSAGE))


@pytest.mark.parametrize("secret", [b"", bytes(31), bytes(33)])
def test_what_is_no_private_key_is_refused(secret: bytes) -> None:
    for algorithm in SIGNING_ALGORITHMS:
        work = lambda of=algorithm: signing_public_key_of(of, SecretBytes(secret, "wrong"))  # noqa: E731
        assert code_of(work) == "ERR_ENVELOPE_UNSUPPORTED"


def test_zero_and_the_order_are_no_secp256k1_keys() -> None:
    for number in (0, SECP256K1_ORDER):
        private_key = SecretBytes(number.to_bytes(32, "big"), "wrong")
        assert code_of(lambda key=private_key: secp256k1.public_key_of(key)) == "ERR_ENVELOPE_UNSUPPORTED"  # type: ignore[misc]
