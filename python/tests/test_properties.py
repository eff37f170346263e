"""Whatever arrives, an end says no with a code or means exactly what was sent; nothing else is ever raised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.byte_layout import ByteReader
from oracle_calls.protocol.data import (
    Caption,
    Chat,
    Control,
    DataPayload,
    DataReceiver,
    DataSender,
    Delivered,
    Muted,
    OracleState,
    Received,
    decode_payload,
    encode_payload,
)
from oracle_calls.protocol.did import did_key_document, read_key_rotations, read_oracle_keys
from oracle_calls.protocol.did.address_policy import find_address_problem, split_url
from oracle_calls.protocol.did.multibase import decode_base58, encode_base58
from oracle_calls.protocol.envelope import decode_context, encode_context, open_bare_envelope, parse_signed_envelope
from oracle_calls.protocol.events import (
    parse_call_answer,
    parse_call_event,
    parse_ring_answer,
    parse_ring_event,
    parse_transcript_event,
)
from oracle_calls.protocol.frame import (
    FRAME_KIND_BYTES,
    MAX_ATTEMPT,
    FrameHeader,
    encode_frame_header,
    read_frame_header,
)
from oracle_calls.protocol.handshake import Refused, Resend, UserAccepted
from oracle_calls.protocol.key_pin import parse_key_pin, parse_key_rotation
from oracle_calls.protocol.names import is_matrix_user_id, matrix_uri_of, parse_call_id, parse_did, try_read_matrix_uri
from scene import AGENT, USER, create_scene, shake_hands

SCENE = create_scene()
CALL = shake_hands(SCENE)
ENVELOPE = bytes.fromhex(SCENE.sealed.envelope_hex)

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
ids = st.binary(min_size=16, max_size=16).map(bytes.hex)
texts = st.text(st.characters(), min_size=1, max_size=300)
payloads: st.SearchStrategy[DataPayload] = st.one_of(
    st.builds(Control, ids, st.sampled_from(["interrupt", "epoch-switched", "rekey", "hang-up"])),
    st.builds(OracleState, ids, st.sampled_from(["listening", "thinking", "speaking"])),
    st.builds(Muted, ids, st.booleans()),
    st.builds(Received, ids, ids),
    st.builds(Caption, ids, st.sampled_from(["user", "oracle"]), ids, texts, st.booleans()),
    st.builds(Chat, ids, texts, st.integers(0, 2**53 - 1)),
)


def refused_or(work: Callable[[], Any]) -> Any:
    """What some work gives, or `None` when it says no with a code."""
    try:
        return work()
    except OracleCallError:
        return None


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


@given(st.integers(0, 8 * len(ENVELOPE) - 1))
def test_an_envelope_with_any_bit_flipped_is_refused(bit: int) -> None:
    assert refused_or(lambda: SCENE.open(flip(ENVELOPE, bit).hex())) is None


@given(st.integers(0, len(ENVELOPE) - 1), st.binary(max_size=20))
def test_an_envelope_of_another_length_is_refused(length: int, more: bytes) -> None:
    assert refused_or(lambda: SCENE.open(ENVELOPE[:length].hex())) is None
    if more:
        assert refused_or(lambda: SCENE.open((ENVELOPE + more).hex())) is None


@given(st.integers(min_value=0))
def test_an_offer_with_any_bit_flipped_is_refused_and_the_honest_one_is_still_taken(bit: int) -> None:
    offer = SCENE.agent_end().begin(attempt=1, user_identity=USER, agent_identity=AGENT)
    user = SCENE.user_end()
    assert isinstance(user.receive(flip(offer, bit), AGENT), Refused)
    assert isinstance(user.receive(offer, AGENT), UserAccepted)


@given(st.integers(min_value=0))
def test_an_accept_with_any_bit_flipped_is_refused(bit: int) -> None:
    agent, user = SCENE.agent_end(), SCENE.user_end()
    accepted = user.receive(agent.begin(attempt=1, user_identity=USER, agent_identity=AGENT), AGENT)
    assert isinstance(accepted, UserAccepted)
    assert isinstance(agent.receive(flip(accepted.frame, bit), USER), Refused)
    assert agent.state == "offered"


@given(payloads, st.integers(min_value=0))
def test_data_opens_as_it_was_sealed_and_with_any_bit_flipped_not_at_all(payload: DataPayload, bit: int) -> None:
    sender, receiver = DataSender("user-to-oracle"), DataReceiver("user-to-oracle")
    sender.switch_to(CALL.user_session.keys)
    receiver.install(CALL.agent_session.keys)
    frame = sender.seal(payload)
    assert isinstance(receiver.open(flip(frame, bit)), Refused)
    opened = receiver.open(frame)
    assert isinstance(opened, Delivered)
    assert opened.payload == payload


@given(payloads)
def test_a_payload_is_read_as_it_was_written(payload: DataPayload) -> None:
    assert decode_payload(payload.kind, encode_payload(payload)) == payload


@given(st.binary(max_size=400), st.text(max_size=20))
def test_bytes_of_a_stranger_end_in_a_code(data: bytes, sender: str) -> None:
    user, agent = SCENE.user_end(), SCENE.agent_end()
    receiver = DataReceiver("user-to-oracle")
    receiver.install(CALL.agent_session.keys)
    for outcome in (user.receive(data, sender), agent.receive(data, sender), receiver.open(data)):
        assert isinstance(outcome, Refused)
    for work in (
        lambda: read_frame_header(data),
        lambda: decode_context(data),
        lambda: parse_signed_envelope(data.hex()),
        lambda: parse_key_rotation(data.hex()),
        lambda: decode_payload("caption", data),
    ):
        refused_or(work)


@given(st.sampled_from(sorted(FRAME_KIND_BYTES.values())), st.binary(max_size=120))
def test_frames_of_a_stranger_end_in_a_code(kind: int, rest: bytes) -> None:
    frame = bytes((2, kind, 0, 0, 0, 1, 0, 0, 0, 1)) + rest
    agent = SCENE.agent_end()
    agent.begin(attempt=1, user_identity=USER, agent_identity=AGENT)
    for outcome in (SCENE.user_end().receive(frame, AGENT), agent.receive(frame, USER)):
        assert isinstance(outcome, (Refused, Resend))


@given(json_values)
def test_values_of_a_stranger_end_in_a_code(value: Any) -> None:
    parsers: list[Callable[[object], object]] = [
        parse_ring_event,
        parse_ring_answer,
        parse_transcript_event,
        parse_call_event,
        parse_call_answer,
        parse_key_pin,
        parse_call_id,
        parse_did,
    ]
    for parse in parsers:
        refused_or(partial(parse, value))
    document = {"id": "did:ixo:a", "keyAgreement": value, "verificationMethod": [value], "service": value}
    refused_or(lambda: read_oracle_keys(document))
    refused_or(
        lambda: read_oracle_keys(
            {"id": "did:ixo:a", "keyAgreement": [{"id": "#a", "type": "Multikey", "publicKeyMultibase": value}]}
        )
    )
    refused_or(lambda: read_key_rotations(document))


@given(st.text(max_size=300))
def test_texts_of_a_stranger_end_in_a_code(text: str) -> None:
    for work in (
        lambda: parse_call_id(text),
        lambda: parse_did(text),
        lambda: did_key_document(f"did:key:{text}"),
        lambda: parse_signed_envelope(text),
        lambda: parse_key_rotation(text),
        lambda: open_bare_envelope(text, SCENE.call_key),
    ):
        refused_or(work)
    for url in (text, f"https://{text}", f"https://{text}/"):
        find_address_problem(url)
        split_url(url)
    try_read_matrix_uri(f"matrix:u/{text}")


@given(st.sampled_from(list(FRAME_KIND_BYTES)), st.integers(1, MAX_ATTEMPT), st.integers(1, 2**32 - 1))
def test_a_header_is_read_as_it_was_written(kind: Any, attempt: int, epoch: int) -> None:
    header = FrameHeader(kind, attempt, epoch)
    assert read_frame_header(encode_frame_header(header)) == header


@given(st.integers(0, 2**53 - 2), st.sampled_from(["audio", "video"]), st.text("abc_-", max_size=20), st.booleans())
def test_a_context_is_read_as_it_was_written(start: int, call_type: Any, name: str, is_ring: bool) -> None:
    context = replace(
        SCENE.sealed.envelope.context,
        call_type=call_type,
        sfu_room_name=f"lk{name}",
        not_before=start,
        not_after=start + 1,
        ring_event_id=f"$r{name}" if is_ring else None,
    )
    assert decode_context(encode_context(context)) == context


@given(st.binary(max_size=100))
def test_base58_is_read_as_it_was_written(data: bytes) -> None:
    assert decode_base58(encode_base58(data)) == data


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=":"), min_size=1, max_size=40))
def test_a_matrix_uri_is_read_as_it_was_written(localpart: str) -> None:
    user_id = f"@{localpart}:example.org:8448"
    assert is_matrix_user_id(user_id)
    assert try_read_matrix_uri(matrix_uri_of(user_id)) == user_id


@given(st.binary(max_size=40))
def test_a_reader_reads_nothing_twice_and_leaves_nothing(data: bytes) -> None:
    reader = ByteReader(data, "ERR_DATA_MALFORMED")
    half = reader.fixed(len(data) // 2)
    assert half + reader.rest(0) == data
    reader.end()
