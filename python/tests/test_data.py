from __future__ import annotations

import json

import pytest

from known_vectors import code_of, secret
from oracle_calls.protocol.data import (
    CHAT_MAX_LENGTH,
    Caption,
    Chat,
    Control,
    DataReceiver,
    DataSender,
    Delivered,
    Duplicate,
    Muted,
    create_payload_id,
    decode_payload,
    encode_payload,
)
from oracle_calls.protocol.data.frame_layout import PAYLOAD_MAX_BYTES
from oracle_calls.protocol.data.receiver import REMEMBERED_PAYLOADS
from oracle_calls.protocol.handshake import Refused
from oracle_calls.protocol.key_schedule import EpochKeys, derive_epoch

ID = "0" * 32


def keys(attempt: int, epoch: int) -> EpochKeys:
    chain, shared = secret("01" * 32), secret("02" * 32)
    return derive_epoch(chain_key=chain, shared_secret=shared, transcript=bytes(32), attempt=attempt, epoch=epoch).keys


def ends() -> tuple[DataSender, DataReceiver]:
    sender, receiver = DataSender("user-to-oracle"), DataReceiver("user-to-oracle")
    sender.switch_to(keys(1, 1))
    receiver.install(keys(1, 1))
    return sender, receiver


def chat(text: str = "hello") -> Chat:
    return Chat(create_payload_id(), text, 1)


def code(outcome: object) -> str:
    assert isinstance(outcome, Refused)
    return outcome.error.code


def test_frames_that_are_lost_are_counted_and_a_resend_is_delivered_once() -> None:
    sender, receiver = ends()
    payloads = [chat(str(number)) for number in range(4)]
    frames = [sender.seal(payload) for payload in payloads]
    first, last = receiver.open(frames[0]), receiver.open(frames[3])
    assert isinstance(first, Delivered)
    assert isinstance(last, Delivered)
    assert (first.missed, last.missed) == (0, 2)
    again = receiver.open(sender.seal(payloads[0]))
    assert isinstance(again, Duplicate)
    assert code(receiver.open(frames[1])) == "ERR_DATA_REPLAYED"


def test_an_epoch_begins_with_counter_zero_and_ends_with_its_retirement() -> None:
    sender, receiver = ends()
    old = sender.seal(chat())
    receiver.open(sender.seal(chat()))
    receiver.install(keys(1, 2))
    sender.switch_to(keys(1, 2))
    new = receiver.open(sender.seal(chat()))
    assert isinstance(new, Delivered)
    assert (new.attempt, new.epoch, new.missed) == (1, 2, 0)
    assert code(receiver.open(old)) == "ERR_DATA_REPLAYED"
    receiver.retire(1)
    assert code(receiver.open(old)) == "ERR_KEY_RETIRED"


def test_keys_only_rise_and_an_earlier_attempts_are_dropped() -> None:
    sender, receiver = ends()
    for earlier in (keys(1, 1), keys(1, 1)):
        assert code_of(lambda keys=earlier: sender.switch_to(keys)) == "ERR_KEY_RETIRED"  # type: ignore[misc]
        assert code_of(lambda keys=earlier: receiver.install(keys)) == "ERR_KEY_RETIRED"  # type: ignore[misc]
    old = sender.seal(chat())
    receiver.install(keys(2, 1))
    assert code(receiver.open(old)) == "ERR_KEY_RETIRED"
    later = DataSender("user-to-oracle")
    later.switch_to(keys(3, 1))
    assert code(receiver.open(later.seal(chat()))) == "ERR_KEY_MISSING"


def test_wiped_keys_neither_seal_nor_open() -> None:
    shared = keys(1, 1)
    sender, receiver = DataSender("user-to-oracle"), DataReceiver("user-to-oracle")
    assert code_of(lambda: sender.seal(chat())) == "ERR_KEY_MISSING"
    sender.switch_to(shared)
    receiver.install(shared)
    frame = sender.seal(chat())
    shared.destroy()
    assert code_of(lambda: sender.seal(chat())) == "ERR_KEY_RETIRED"
    assert code(receiver.open(frame)) == "ERR_KEY_RETIRED"
    assert code_of(lambda: DataSender("user-to-oracle").switch_to(shared)) == "ERR_KEY_RETIRED"


def test_no_counter_is_used_twice_and_the_last_is_the_last() -> None:
    sender = DataSender("user-to-oracle", counter_limit=2)
    sender.switch_to(keys(1, 1))
    counters = [sender.seal(chat())[10:14] for _ in range(2)]
    assert counters == [bytes(4), b"\0\0\0\1"]
    assert code_of(lambda: sender.seal(chat())) == "ERR_KEY_EXHAUSTED"


def test_a_payload_that_says_nothing_true_still_uses_its_place() -> None:
    sender, receiver = ends()
    wrong, right = sender.seal(chat()), sender.seal(chat())
    assert isinstance(receiver.open(right), Delivered)
    assert code(receiver.open(wrong)) == "ERR_DATA_REPLAYED"


def test_the_oldest_ids_are_forgotten_in_the_end() -> None:
    sender, receiver = ends()
    first = chat()
    receiver.open(sender.seal(first))
    for number in range(REMEMBERED_PAYLOADS):
        receiver.open(sender.seal(Control(f"{number:032x}", "interrupt")))
    assert isinstance(receiver.open(sender.seal(first)), Delivered)


@pytest.mark.parametrize("text", ["", "a" * (CHAT_MAX_LENGTH + 1), "😀" * (CHAT_MAX_LENGTH // 2 + 1)])
def test_texts_are_bounded_in_utf16_units(text: str) -> None:
    assert code_of(lambda: encode_payload(chat(text))) == "ERR_DATA_MALFORMED"
    encode_payload(chat("😀" * (CHAT_MAX_LENGTH // 2)))


def test_a_text_whose_json_does_not_fit_is_too_large() -> None:
    # A control character takes six bytes of JSON.
    assert code_of(lambda: encode_payload(chat("\x01" * CHAT_MAX_LENGTH))) == "ERR_DATA_TOO_LARGE"
    assert code_of(lambda: decode_payload("chat", bytes(PAYLOAD_MAX_BYTES + 1))) == "ERR_DATA_TOO_LARGE"


def test_half_a_pair_is_escaped_and_comes_back() -> None:
    for text in ("\ud800", "a\udc00b", "\ud83d\ude00"):
        data = encode_payload(Chat(ID, text, 1))
        payload = decode_payload("chat", data)
        assert isinstance(payload, Chat)
        assert json.dumps(payload.text) == json.dumps(text)
    assert encode_payload(Chat(ID, "\ud83d\ude00", 1)) == encode_payload(Chat(ID, "😀", 1))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("chat", '{"id":"%s","kind":"chat","text":"a","sentAt":NaN}'),
        ("chat", '{"id":"%s","kind":"chat","text":"a","sentAt":1.5}'),
        ("chat", '{"id":"%s","kind":"chat","text":"a","sentAt":true}'),
        ("chat", '{"id":"%s","kind":"chat","text":"a","sentAt":9007199254740992}'),
        ("chat", '{"id":"%s","kind":"chat","text":"a","sentAt":-1}'),
        ("control", '{"id":"%s","kind":"control","action":"muted","isMuted":1}'),
        ("control", '{"id":"%s","kind":"control","action":["interrupt"]}'),
        ("control", '["%s"]'),
        ("control", '\ufeff{"id":"%s","kind":"control","action":"interrupt"}'),
        ("control", "[" * 10_000),
    ],
)
def test_what_python_would_take_for_json_but_is_no_payload_is_refused(kind: str, text: str) -> None:
    data = (text % ID if "%s" in text else text).encode()
    assert code_of(lambda: decode_payload(kind, data)) == "ERR_DATA_MALFORMED"  # type: ignore[arg-type]


def test_numbers_are_jsons() -> None:
    payload = decode_payload("chat", b'{"sentAt":1.0e3,"text":"a","kind":"chat","id":"%s"}' % ID.encode())
    assert payload == Chat(ID, "a", 1000)
    assert isinstance(payload, Chat)
    assert isinstance(payload.sent_at, int)


def test_a_payload_is_written_in_one_order() -> None:
    assert encode_payload(Muted(ID, is_muted=True)) == (
        b'{"id":"%s","kind":"control","action":"muted","isMuted":true}' % ID.encode()
    )
    caption = Caption(ID, "oracle", ID, "é", is_final=False)
    assert encode_payload(caption).decode() == (
        f'{{"id":"{ID}","kind":"caption","speaker":"oracle","segment":"{ID}","text":"é","isFinal":false}}'
    )
