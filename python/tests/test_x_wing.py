from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

from known_vectors import code_of
from oracle_calls.protocol import SecretBytes
from oracle_calls.protocol.x_wing import (
    X_WING_ENCAPSULATION_BYTES,
    X_WING_PUBLIC_KEY_BYTES,
    create_x_wing_key_pair,
    decapsulate_x_wing,
    encapsulate_x_wing,
)


def test_both_ends_come_to_the_same_secret() -> None:
    public_key, seed = create_x_wing_key_pair()
    made = encapsulate_x_wing(public_key)
    assert (len(public_key), len(made.encapsulation)) == (X_WING_PUBLIC_KEY_BYTES, X_WING_ENCAPSULATION_BYTES)
    assert decapsulate_x_wing(made.encapsulation, seed).expose() == made.shared_secret.expose()
    for byte in (0, X_WING_ENCAPSULATION_BYTES - 1):
        changed = bytearray(made.encapsulation)
        changed[byte] ^= 1
        assert decapsulate_x_wing(bytes(changed), seed).expose() != made.shared_secret.expose()


def test_ours_opens_what_the_x_wing_inside_cryptographys_hpke_sealed() -> None:
    """With the key schedule of RFC 9180 written out over the secret that ours recovers."""
    seed = SecretBytes(bytes(range(32)), "published")
    expanded = hashlib.shake_256(seed.expose()).digest(96)
    ml_kem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    theirs = MLKEM768X25519PrivateKey(ml_kem, X25519PrivateKey.from_private_bytes(expanded[64:]))
    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    sealed = suite.encrypt(b"a message", theirs.public_key(), info=b"info")
    secret = decapsulate_x_wing(sealed[:X_WING_ENCAPSULATION_BYTES], seed)
    # KEM 0x647a, KDF 1, AEAD 2.
    suite_id = b"HPKE\x64\x7a\x00\x01\x00\x02"

    def extract(salt: bytes, label: bytes, material: bytes | bytearray) -> bytes:
        return hmac.new(salt or bytes(32), b"HPKE-v1" + suite_id + label + material, hashlib.sha256).digest()

    def expand(prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
        labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + info
        return hmac.new(prk, labelled + b"\x01", hashlib.sha256).digest()[:length]

    context = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", b"info")
    schedule = extract(bytes(secret.expose()), b"secret", b"")
    cipher = AESGCM(expand(schedule, b"key", context, 32))
    nonce = expand(schedule, b"base_nonce", context, 12)
    assert cipher.decrypt(nonce, sealed[X_WING_ENCAPSULATION_BYTES:], b"") == b"a message"


@pytest.mark.parametrize("length", [0, 32, X_WING_ENCAPSULATION_BYTES - 1, X_WING_PUBLIC_KEY_BYTES + 1])
def test_another_length_is_refused(length: int) -> None:
    _, seed = create_x_wing_key_pair()
    assert code_of(lambda: encapsulate_x_wing(bytes(length))) == "ERR_HANDSHAKE_EPHEMERAL"
    assert code_of(lambda: decapsulate_x_wing(bytes(length), seed)) == "ERR_HANDSHAKE_EPHEMERAL"


def test_an_ml_kem_key_with_coefficients_out_of_range_is_refused() -> None:
    public_key, _ = create_x_wing_key_pair()
    # Two coefficients of 4095: above q - 1 = 3328 (FIPS 203, section 7.2).
    assert code_of(lambda: encapsulate_x_wing(b"\xff\xff\xff" + public_key[3:])) == "ERR_HANDSHAKE_EPHEMERAL"


def test_an_x25519_part_of_small_order_is_refused() -> None:
    public_key, seed = create_x_wing_key_pair()
    assert code_of(lambda: encapsulate_x_wing(public_key[:-32] + bytes(32))) == "ERR_HANDSHAKE_EPHEMERAL"
    made = encapsulate_x_wing(public_key)
    small = made.encapsulation[:-32] + bytes(32)
    assert code_of(lambda: decapsulate_x_wing(small, seed)) == "ERR_HANDSHAKE_EPHEMERAL"
