"""Handshakes, and messages that are wrong in two ways at once: which check comes first is part of the protocol."""

from __future__ import annotations

from typing import Any

from fixed import AGENT, USER, FixedCall, epoch_hex, flip, secret
from oracle_calls.protocol import SecretBytes
from oracle_calls.protocol.byte_layout import text, u8
from oracle_calls.protocol.comparison_code import commitment_to, comparison_code
from oracle_calls.protocol.hearing import (
    HEARD_HERE,
    ON_THIS_MACHINE,
    CallHearing,
    SentTo,
    encode_hearing,
    hearing_content,
)
from oracle_calls.protocol.signing import SIGNING_ALGORITHMS, RawKeySigner
from oracle_calls.protocol.x_wing import Encapsulation, encapsulate_x_wing, x_wing_public_key_of

#: Hosts as long and as short as they may be.
HEARD_ELSEWHERE = CallHearing(
    recognition=SentTo("a", ("audio",)),
    language_model=SentTo(f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'0-_' * 18}:65535", ("text",)),
    speech=SentTo("[::ffff:c000:201]:1", ("audio", "text")),
    pictures=SentTo("127.0.0.1.", ("audio", "text", "pictures")),
    remembers=True,
)


def _heard_at(host: str, kinds: int = 1) -> bytes:
    return b"\2" + text(host) + u8(kinds) + b"\1\1\0\0"


_MALFORMED = "ERR_HANDSHAKE_MALFORMED"
#: What is wrong, the bytes of the declaration, the code. Nothing that is shown to people may come through here.
BROKEN_HEARINGS = [
    ("no declaration", b"", _MALFORMED),
    ("a declaration cut short", b"\1\1\1\0", _MALFORMED),
    ("pictures that are sent nowhere", b"\1\1\1\3\0", _MALFORMED),
    ("an address in capitals", _heard_at("[2001:DB8::1]"), _MALFORMED),
    ("a host with a zone", _heard_at("[fe80::1%25eth0]"), _MALFORMED),
    ("a host of a space", _heard_at(" "), _MALFORMED),
    ("a host with NUL", _heard_at("a\0"), _MALFORMED),
    ("a host with an escape", _heard_at("\x1b[2Ja"), _MALFORMED),
    ("a host between isolates", _heard_at("\u2067a.example\u2069"), _MALFORMED),
    ("a host of full-width letters", _heard_at("\uff41.example"), _MALFORMED),
    ("a host with a byte order mark", _heard_at("\ufeffa.example"), _MALFORMED),
    ("a host that ends in two dots", _heard_at("a.."), _MALFORMED),
    ("a port of six digits", _heard_at("a:123456"), _MALFORMED),
    ("a port with a leading zero", _heard_at("a:080"), _MALFORMED),
    ("an address that is open", _heard_at("[::1"), _MALFORMED),
    ("a host of 256 characters", _heard_at("a." * 128), _MALFORMED),
    ("a host that is not UTF-8", b"\2\0\1\xff\1\1\1\0\0", _MALFORMED),
    ("every bit of what is sent", _heard_at("a", 255), _MALFORMED),
]


def fixed_call(algorithm: Any, given: dict[str, Any] | None) -> FixedCall:
    """`given` is the row of before, whose encapsulation stays: it cannot be made again."""
    name = f"an oracle with an {algorithm} identity key, by Python"
    if given is None:
        made = encapsulate_x_wing(x_wing_public_key_of(secret(f"{name} seed")))
    else:
        accept = given["accept"]
        shared_secret = SecretBytes(bytes.fromhex(accept["sharedSecretHex"]), "published test vector")
        made = Encapsulation(bytes.fromhex(accept["encapsulationHex"]), shared_secret)
    attempt, hearing = (7, HEARD_HERE) if algorithm == "Ed25519" else (1022, HEARD_ELSEWHERE)
    return FixedCall(name, algorithm, attempt, hearing, made)


def accepted_row(call: FixedCall) -> dict[str, Any]:
    transcript = call.transcript()
    user_nonce, agent_nonce = call.of("user nonce"), call.of("agent nonce")
    return {
        "name": call.name,
        "identityAlgorithm": call.algorithm,
        "identityPrivateKeyHex": call.of("identity").hex(),
        "identityPublicKeyHex": call.identity.public_key.hex(),
        "callPrivateKeyHex": call.of("per-call").hex(),
        "callPublicKeyHex": call.per_call.public_key.hex(),
        "contextHashHex": call.binding.context_hash.hex(),
        "envelopeSignatureHex": call.binding.envelope_signature.hex(),
        "callId": call.call_id,
        "callKeyHex": call.of("call key").hex(),
        "userNonceHex": user_nonce.hex(),
        "userCommitmentHex": commitment_to(user_nonce).hex(),
        "attempt": call.attempt,
        "userIdentity": USER,
        "agentIdentity": AGENT,
        "hearing": hearing_content(call.hearing),
        "offer": {
            "hearingHex": encode_hearing(call.hearing).hex(),
            "seedHex": call.of("seed").hex(),
            "agentNonceHex": agent_nonce.hex(),
            "agentCommitmentHex": commitment_to(agent_nonce).hex(),
            "ephemeralPublicKeyHex": call.offer_binding().ephemeral_public_key.hex(),
            "saltHex": call.of("offer salt").hex(),
            "frameHex": call.offer().hex(),
        },
        "accept": {
            "encapsulationHex": call.encapsulation.encapsulation.hex(),
            "sharedSecretHex": call.encapsulation.shared_secret.expose().hex(),
            "saltHex": call.of("accept salt").hex(),
            "transcriptHex": transcript.hex(),
            "frameHex": call.accept().hex(),
        },
        "confirm": {"saltHex": call.of("confirm salt").hex(), "frameHex": call.confirm().hex()},
        "epoch": epoch_hex(call.epoch()),
        "comparisonCode": comparison_code(transcript, user_nonce, agent_nonce),
    }


def _offers(call: FixedCall) -> list[tuple[str, bytes, str, str]]:
    """What is wrong, the frame, its sender, the code."""
    public_key = call.offer_binding().ephemeral_public_key
    # Two ML-KEM coefficients of 4095: above q - 1 (FIPS 203, section 7.2); an X25519 point of small order.
    unusable = {
        "ML-KEM out of range": b"\xff\xff\xff" + public_key[3:],
        "X25519 of small order": public_key[:-32] + bytes(32),
    }
    mallory = RawKeySigner(call.algorithm, secret("mallory"))
    good = call.offer()
    rows = [
        ("the last bit is changed", flip(good, len(good) - 1), AGENT, "ERR_HANDSHAKE_OPEN"),
        ("the salt is changed", flip(good, 10), AGENT, "ERR_HANDSHAKE_OPEN"),
        ("the attempt is changed", flip(good, 5), AGENT, "ERR_HANDSHAKE_OPEN"),
        ("somebody else's signature", call.offer(signer=mallory), AGENT, "ERR_HANDSHAKE_SIGNATURE"),
        ("a wrong signature before another sender", call.offer(is_signed=False), "other", "ERR_HANDSHAKE_SIGNATURE"),
        ("another sender", good, "other", "ERR_HANDSHAKE_IDENTITY"),
        ("another user", call.offer(user_identity="other"), AGENT, "ERR_HANDSHAKE_IDENTITY"),
        (
            "the two identities swapped",
            call.offer(user_identity=AGENT, agent_identity=USER),
            USER,
            "ERR_HANDSHAKE_IDENTITY",
        ),
        ("a byte behind the body", call.offer(more=b"\0"), AGENT, "ERR_HANDSHAKE_MALFORMED"),
        (
            "another hearing than the signed one",
            call.offer(declared=CallHearing(SentTo("a", ("text",)), ON_THIS_MACHINE, ON_THIS_MACHINE, remembers=False)),
            AGENT,
            "ERR_HANDSHAKE_SIGNATURE",
        ),
        *(
            (f"{name} before a wrong signature", call.offer(hearing_bytes=data, is_signed=False), AGENT, code)
            for name, data, code in BROKEN_HEARINGS
        ),
        ("a second epoch", call.offer(epoch=2), AGENT, "ERR_HANDSHAKE_MALFORMED"),
        ("no salt", good[:41], AGENT, "ERR_HANDSHAKE_MALFORMED"),
        ("no tag", good[:57], AGENT, "ERR_HANDSHAKE_MALFORMED"),
        ("header only", good[:10], AGENT, "ERR_HANDSHAKE_MALFORMED"),
        ("version 2", b"\x02" + good[1:], AGENT, "ERR_PROTOCOL_UNKNOWN_VERSION"),
        ("version 4", b"\x04" + good[1:], AGENT, "ERR_PROTOCOL_UNKNOWN_VERSION"),
        ("an unknown kind", good[:1] + b"\x07" + good[2:], AGENT, "ERR_PROTOCOL_MALFORMED"),
        ("attempt 0", good[:2] + bytes(4) + good[6:], AGENT, "ERR_PROTOCOL_MALFORMED"),
        ("attempt 1025", good[:2] + b"\0\0\x04\x01" + good[6:], AGENT, "ERR_PROTOCOL_MALFORMED"),
        ("epoch 0", good[:6] + bytes(4) + good[10:], AGENT, "ERR_PROTOCOL_MALFORMED"),
        ("an accept", call.accept(), AGENT, "ERR_HANDSHAKE_ORDER"),
        ("a confirm before the offer", call.confirm(), AGENT, "ERR_HANDSHAKE_ORDER"),
    ]
    for name, key in unusable.items():
        rows.append((name, call.offer(ephemeral_public_key=key), AGENT, "ERR_HANDSHAKE_EPHEMERAL"))
        frame = call.offer(ephemeral_public_key=key)
        rows.append((f"another sender before {name}", frame, "other", "ERR_HANDSHAKE_IDENTITY"))
    return rows


def _accepts(call: FixedCall) -> list[tuple[str, bytes, str, str]]:
    good, wrong_nonce = call.accept(), call.of("another nonce")
    small = call.encapsulation.encapsulation[:-32] + bytes(32)
    return [
        ("another sender before the seal", flip(good, len(good) - 1), "other", "ERR_HANDSHAKE_IDENTITY"),
        ("the last bit is changed", flip(good, len(good) - 1), USER, "ERR_HANDSHAKE_OPEN"),
        ("a byte behind the body", call.accept(more=b"\0", is_signed=False), USER, "ERR_HANDSHAKE_MALFORMED"),
        (
            "a wrong signature before a wrong nonce",
            call.accept(is_signed=False, user_nonce=wrong_nonce),
            USER,
            "ERR_HANDSHAKE_SIGNATURE",
        ),
        (
            "a wrong nonce before X25519 of small order",
            call.accept(user_nonce=wrong_nonce, encapsulation=small),
            USER,
            "ERR_HANDSHAKE_COMMITMENT",
        ),
        (
            "X25519 of small order before a wrong tag",
            call.accept(encapsulation=small, is_tagged=False),
            USER,
            "ERR_HANDSHAKE_EPHEMERAL",
        ),
        ("a wrong tag", call.accept(is_tagged=False), USER, "ERR_HANDSHAKE_CONFIRMATION"),
        (
            "another ML-KEM part",
            call.accept(encapsulation=flip(call.encapsulation.encapsulation, 0)),
            USER,
            "ERR_HANDSHAKE_CONFIRMATION",
        ),
        ("a second epoch before another sender", call.accept(epoch=2), "other", "ERR_HANDSHAKE_MALFORMED"),
        ("an earlier attempt", call.accept(attempt=call.attempt - 1), USER, "ERR_HANDSHAKE_STALE"),
        ("an offer", call.offer(), USER, "ERR_HANDSHAKE_ORDER"),
    ]


def _confirms(call: FixedCall) -> list[tuple[str, bytes, str, str]]:
    """What is wrong before the tag, and the tag: whoever accepted the offer, its own encapsulation is another."""
    good, other = call.confirm(), flip(call.encapsulation.encapsulation, 0)
    return [
        ("another sender before the seal", flip(good, len(good) - 1), "other", "ERR_HANDSHAKE_IDENTITY"),
        ("the last bit is changed", flip(good, len(good) - 1), AGENT, "ERR_HANDSHAKE_OPEN"),
        ("a byte behind the body", call.confirm(more=b"\0"), AGENT, "ERR_HANDSHAKE_MALFORMED"),
        ("a second epoch before another sender", call.confirm(epoch=2), "other", "ERR_HANDSHAKE_MALFORMED"),
        ("an earlier attempt", call.confirm(attempt=call.attempt - 1), AGENT, "ERR_HANDSHAKE_STALE"),
        ("of another exchange", call.confirm(encapsulation=other), AGENT, "ERR_HANDSHAKE_CONFIRMATION"),
        (
            "of another exchange before a wrong signature",
            call.confirm(encapsulation=other, is_signed=False),
            AGENT,
            "ERR_HANDSHAKE_CONFIRMATION",
        ),
    ]


def handshake_vectors(before: dict[str, Any] | None) -> dict[str, Any]:
    given = {row["name"]: row for row in (before or {"calls": []})["calls"]}
    calls, rejected = [], []
    for algorithm in SIGNING_ALGORITHMS:
        name = f"an oracle with an {algorithm} identity key, by Python"
        call = fixed_call(algorithm, given.get(name))
        calls.append(accepted_row(call))
        for message, to, after, rows in (
            ("offer", "user", "nothing", _offers(call)),
            ("accept", "agent", "offer", _accepts(call)),
            ("confirm", "user", "offer", _confirms(call)),
        ):
            for wrong, frame, sender, code in rows:
                place = {"call": call.name, "name": f"{message}: {wrong}", "to": to, "sender": sender, "after": after}
                rejected.append({**place, "frameHex": frame.hex(), "code": code})
    about = "Handshakes by the Python package; encapsulations are random, everything else follows from the names"
    return {"about": about, "calls": calls, "rejected": rejected}
