"""Data frames whose JSON is written in ways that the package itself never writes, and values that two parsers could see differently."""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fixed import fixed, secret
from oracle_calls.protocol.data import DATA_KIND_BYTES, KEYPAD_KEYS
from oracle_calls.protocol.data.frame_layout import DataHeader, DataKind, data_nonce, encode_data_header
from oracle_calls.protocol.key_schedule import DIRECTIONS, Direction, derive_epoch

ATTEMPT, EPOCH = 1023, 65_537
ID = "0123456789abcdef0123456789abcdef"


def _inputs(direction: Direction) -> dict[str, str]:
    names = ("chainKey", "sharedSecret", "transcript")
    return {f"{name}Hex": fixed(f"data {direction} {name}").hex() for name in names}


def _seal(direction: Direction, kind: DataKind, counter: int, plaintext: bytes) -> bytes:
    keys = derive_epoch(
        chain_key=secret(f"data {direction} chainKey"),
        shared_secret=secret(f"data {direction} sharedSecret"),
        transcript=fixed(f"data {direction} transcript"),
        attempt=ATTEMPT,
        epoch=EPOCH,
    ).keys
    clear = encode_data_header(DataHeader(ATTEMPT, EPOCH, counter, kind))
    return clear + AESGCM(keys.data[direction].expose()).encrypt(data_nonce(counter), plaintext, clear)


def _id(number: int) -> str:
    return f"{number:032x}"


#: Kind, JSON as it is sent, what it says.
ACCEPTED: list[tuple[DataKind, str, dict[str, Any]]] = [
    ("control", '{"action":"interrupt","kind":"control","id":"%s"}', {"action": "interrupt"}),
    ("control", ' {\t"id" : "%s" ,\n"kind":"control","action":"rekey"}\r\n', {"action": "rekey"}),
    (
        "control",
        '{"id":"%s","kind":"control","action":"muted","isMuted":true,"isMuted":false}',
        {"action": "muted", "isMuted": False},
    ),
    ("chat", '{"id":"%s","kind":"chat","text":"a","sentAt":1.0e3}', {"text": "a", "sentAt": 1000}),
    ("chat", '{"id":"%s","kind":"chat","text":"a","sentAt":9007199254740991}', {"text": "a", "sentAt": 2**53 - 1}),
    ("chat", '{"id":"%s","kind":"chat","text":"\\ud83d\\ude00\\u0000","sentAt":1}', {"text": "😀\0", "sentAt": 1}),
    ("chat", '{"id":"%s","kind":"chat","text":"' + "😀" * 2_000 + '","sentAt":1}', {"text": "😀" * 2_000, "sentAt": 1}),
    (
        "caption",
        '{"id":"%s","kind":"caption","speaker":"oracle","segment":"' + ID + '","text":"ﷺ é","isFinal":true}',
        {"speaker": "oracle", "segment": ID, "text": "ﷺ é", "isFinal": True},
    ),
    (
        "caption",
        '{"id":"%s","kind":"caption","speaker":"user","segment":"'
        + ID
        + '","text":"a","isFinal":true,"words":[{"endMs":2e2,"text":"😀","startMs":0}]}',
        {
            "speaker": "user",
            "segment": ID,
            "text": "a",
            "isFinal": True,
            "words": [{"text": "😀", "startMs": 0, "endMs": 200}],
        },
    ),
    (
        "caption",
        '{"id":"%s","kind":"caption","speaker":"user","segment":"' + ID + '","text":"a","isFinal":true,"words":[]}',
        {"speaker": "user", "segment": ID, "text": "a", "isFinal": True, "words": []},
    ),
    (
        "question",
        '{"waitsMs":0,"argumentsText":"","text":"a","tool":"'
        + "😀" * 32
        + '","asks":"approval","kind":"question","id":"%s"}',
        {"asks": "approval", "tool": "😀" * 32, "text": "a", "argumentsText": "", "waitsMs": 0},
    ),
    (
        "question",
        '{"id":"%s","kind":"question","asks":"choice","text":"a","choices":['
        + ",".join(f'{{"label":"{key}","key":"{key}"}}' for key in KEYPAD_KEYS)
        + '],"waitsMs":9007199254740991}',
        {
            "asks": "choice",
            "text": "a",
            "choices": [{"key": key, "label": key} for key in KEYPAD_KEYS],
            "waitsMs": 2**53 - 1,
        },
    ),
    (
        "answer",
        '{"id":"%s","kind":"answer","isApproved":false,"isApproved":true,"answers":"approval","question":"' + ID + '"}',
        {"answers": "approval", "question": ID, "isApproved": True},
    ),
    (
        "answer",
        '{"id":"%s","kind":"answer","answers":"choice","question":"' + ID + '","key":"\\u0023"}',
        {"answers": "choice", "question": ID, "key": "#"},
    ),
]

_CAPTION = '{"id":"%s","kind":"caption","speaker":"user","segment":"%s","text":"a","isFinal":true,"words":%s}'
_CHOICE = '{"id":"%s","kind":"question","asks":"choice","text":"a","choices":%s,"waitsMs":1}'
_CHAT = '{"id":"%s","kind":"chat","text":"a","sentAt":%s}'
#: What is wrong, kind, JSON as it is sent.
REJECTED: list[tuple[str, DataKind, bytes]] = [
    ("nothing", "chat", b""),
    ("null", "chat", b"null"),
    ("a list", "control", b"[]"),
    ("a byte order mark", "chat", "\ufeff".encode() + (_CHAT % (ID, "1")).encode()),
    ("something behind the JSON", "chat", (_CHAT % (ID, "1") + "1").encode()),
    ("a comma behind the last field", "chat", (_CHAT % (ID, "1,")).encode()),
    ("text that is not UTF-8", "chat", (_CHAT % (ID, "1")).replace('"a"', '"é"').encode("latin-1")),
    ("a surrogate in UTF-8", "chat", (_CHAT % (ID, "1")).replace('"a"', '"\ud800"').encode("utf-8", "surrogatepass")),
    ("a control character in a text", "chat", (_CHAT % (ID, "1")).replace('"a"', '"\n"').encode()),
    ("a time that is not a number", "chat", (_CHAT % (ID, "NaN")).encode()),
    ("a time without end", "chat", (_CHAT % (ID, "1e999")).encode()),
    ("a time of half a millisecond", "chat", (_CHAT % (ID, "1.5")).encode()),
    ("a time of 54 bits", "chat", (_CHAT % (ID, "9007199254740992")).encode()),
    ("a time that is a truth", "chat", (_CHAT % (ID, "true")).encode()),
    ("a time that is text", "chat", (_CHAT % (ID, '"1"')).encode()),
    ("a time with a leading zero", "chat", (_CHAT % (ID, "01")).encode()),
    ("a text of 2,001 pairs", "chat", (_CHAT % (ID, "1")).replace('"a"', '"' + "😀" * 2_001 + '"').encode()),
    ("an id with a line break", "chat", (_CHAT % (ID + "\\n", "1")).encode()),
    ("an id of other digits", "chat", (_CHAT % ("\u0660" * 32, "1")).encode()),
    ("muted as a number", "control", f'{{"id":"{ID}","kind":"control","action":"muted","isMuted":1}}'.encode()),
    ("an action in a list", "control", f'{{"id":"{ID}","kind":"control","action":["interrupt"]}}'.encode()),
    ("an action of every object", "control", f'{{"id":"{ID}","kind":"control","action":"toString"}}'.encode()),
    ("a field of every object", "control", f'{{"id":"{ID}","kind":"control","action":"rekey","toString":1}}'.encode()),
    ("a field that is null", "control", f'{{"id":"{ID}","kind":"control","action":"rekey","state":null}}'.encode()),
    ("words that are null", "caption", (_CAPTION % (ID, ID, "null")).encode()),
    ("words in an object", "caption", (_CAPTION % (ID, ID, '{"0":{"text":"a","startMs":0,"endMs":1}}')).encode()),
    ("a word that is a text", "caption", (_CAPTION % (ID, ID, '["a"]')).encode()),
    ("a word without its end", "caption", (_CAPTION % (ID, ID, '[{"text":"a","startMs":0}]')).encode()),
    (
        "a word at half a millisecond",
        "caption",
        (_CAPTION % (ID, ID, '[{"text":"a","startMs":0.5,"endMs":1}]')).encode(),
    ),
    ("an empty word", "caption", (_CAPTION % (ID, ID, '[{"text":"","startMs":0,"endMs":1}]')).encode()),
    ("choices that are a text", "question", (_CHOICE % (ID, '"1"')).encode()),
    ("a choice under a number", "question", (_CHOICE % (ID, '[{"key":1,"label":"a"}]')).encode()),
    ("a choice under a key of every object", "question", (_CHOICE % (ID, '[{"key":"toString","label":"a"}]')).encode()),
    ("a choice with more than it may have", "question", (_CHOICE % (ID, '[{"key":"1","label":"a","x":1}]')).encode()),
    (
        "13 choices",
        "question",
        (_CHOICE % (ID, json.dumps([{"key": key, "label": "a"} for key in (*KEYPAD_KEYS, "1")]))).encode(),
    ),
    (
        "a question of every object",
        "question",
        f'{{"id":"{ID}","kind":"question","asks":"toString","text":"a","waitsMs":1}}'.encode(),
    ),
    (
        "an answer of both kinds",
        "answer",
        f'{{"id":"{ID}","kind":"answer","answers":"choice","question":"{ID}","key":"1","isApproved":true}}'.encode(),
    ),
    (
        "a key in letters that look like digits",
        "answer",
        f'{{"id":"{ID}","kind":"answer","answers":"choice","question":"{ID}","key":"\u0661"}}'.encode(),
    ),
    ("2,000 lists", "control", b"[" * 2_000),
]


def data_vectors() -> dict[str, Any]:
    sequences, rejected = [], []
    for direction in DIRECTIONS:
        name = f"{direction}, by Python"
        frames: list[dict[str, Any]] = []
        for number, (kind, text, fields) in enumerate(ACCEPTED):
            counter = 3 * number
            plaintext = (text % _id(number)).encode()
            payload = {"id": _id(number), "kind": kind, **fields}
            frame = _seal(direction, kind, counter, plaintext)
            place = {"counter": counter, "missed": 0 if number == 0 else 2, "payload": payload}
            frames.append({**place, "plaintextHex": plaintext.hex(), "frameHex": frame.hex()})
        facts: dict[str, Any] = {"name": name, "direction": direction, "attempt": ATTEMPT, "epoch": EPOCH}
        sequences.append({**facts, **_inputs(direction), "frames": frames})
        last = 2**32 - 1
        for wrong, kind, plaintext in REJECTED:
            frame = _seal(direction, kind, last, plaintext)
            rejected.append({"sequence": name, "name": wrong, "frameHex": frame.hex(), "code": "ERR_DATA_MALFORMED"})
        for wrong_kind, byte in DATA_KIND_BYTES.items():
            of_other = next(kind for kind in DATA_KIND_BYTES if kind != wrong_kind)
            changed = bytearray(_seal(direction, of_other, last, json.dumps({"id": ID}).encode()))
            changed[14] = byte
            row = {"sequence": name, "name": f"claims to be {wrong_kind}", "frameHex": changed.hex()}
            rejected.append({**row, "code": "ERR_DATA_OPEN"})
    about = "Data frames by the Python package: JSON as it may be written, and JSON that says nothing"
    return {"about": about, "sequences": sequences, "rejected": rejected}
