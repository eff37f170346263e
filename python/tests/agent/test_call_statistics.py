from __future__ import annotations

import io
import json
import logging
import os
from dataclasses import replace

import pytest

from oracle_calls.agent.call.call_statistics import UNOPENED_PACKETS_MAX, CallStatistics
from oracle_calls.agent.log_lines import LOGGER_NAME, CallName, JsonLines, call_name, log_as_json
from oracle_calls.agent.seat.evidence import TrackEvidence

SENT = TrackEvidence("TR_out", "sent", "audio", True, True, True, True, 100, 0)
RECEIVED = TrackEvidence("TR_in", "received", "audio", True, True, True, True, 100, 48_000)


def is_encrypted(*samples: TrackEvidence) -> bool:
    statistics = CallStatistics()
    for sample in samples:
        statistics.add([sample])
    return statistics.is_encrypted


def test_a_call_was_encrypted_when_sound_flowed_both_ways_and_all_of_it_was() -> None:
    assert is_encrypted(SENT, RECEIVED)
    assert not is_encrypted(SENT)
    assert not is_encrypted(RECEIVED)


@pytest.mark.parametrize("claim", ["is_marked_encrypted", "has_cryptor", "is_key_set", "is_room_encrypted"])
@pytest.mark.parametrize("track", [SENT, RECEIVED])
def test_one_moment_without_encryption_is_not_forgotten(claim: str, track: TrackEvidence) -> None:
    assert not is_encrypted(SENT, RECEIVED, replace(track, **{claim: False}), SENT, RECEIVED)  # type: ignore[arg-type]
    # As long as nothing flows there is nothing to protect.
    assert is_encrypted(replace(track, packets=0, **{claim: False}), SENT, RECEIVED)  # type: ignore[arg-type]


def test_packets_that_do_not_open_are_not_the_calls() -> None:
    more = replace(RECEIVED, packets=RECEIVED.packets + UNOPENED_PACKETS_MAX)
    assert not is_encrypted(SENT, RECEIVED, more)
    assert is_encrypted(SENT, RECEIVED, replace(more, opened_samples=50_000))
    assert not is_encrypted(SENT, replace(RECEIVED, opened_samples=0))
    # A reconnect counts anew.
    assert is_encrypted(SENT, RECEIVED, replace(RECEIVED, packets=10, opened_samples=1))


def test_a_cryptor_may_come_some_packets_after_a_received_track() -> None:
    early = replace(RECEIVED, has_cryptor=False)
    soon = replace(RECEIVED, packets=RECEIVED.packets + UNOPENED_PACKETS_MAX - 1, opened_samples=90_000)
    assert is_encrypted(SENT, early, soon)
    assert not is_encrypted(SENT, early, replace(soon, packets=soon.packets + 1))
    assert not is_encrypted(SENT, early, soon, replace(soon, has_cryptor=False))
    assert not is_encrypted(replace(SENT, has_cryptor=False), SENT, RECEIVED)


def test_between_two_handshakes_there_is_no_key_that_could_open() -> None:
    resting = replace(RECEIVED, packets=10 * UNOPENED_PACKETS_MAX, is_resting=True)
    again = replace(resting, packets=resting.packets + 10, opened_samples=90_000, is_resting=False)
    assert is_encrypted(SENT, RECEIVED, replace(SENT, is_resting=True), resting, again)
    assert not is_encrypted(SENT, RECEIVED, replace(resting, is_resting=False), again)
    assert not is_encrypted(SENT, RECEIVED, replace(resting, has_cryptor=False), again)


def test_the_call_is_only_called_encrypted_after_a_handshake() -> None:
    statistics = CallStatistics()
    statistics.add([SENT, RECEIVED])
    fields = statistics.to_fields(is_signed=True, was_confirmed=True)
    assert (fields["encrypted"], fields["protocol"]) == (True, "strict")
    assert fields["tracks"][0]["isMarkedEncrypted"]
    assert not {"trackSid", "isResting"} & set(fields["tracks"][0])
    assert not statistics.to_fields(is_signed=False, was_confirmed=False)["encrypted"]


def test_log_lines_name_the_call_and_their_facts_and_no_texts_of_errors() -> None:
    out = io.StringIO()
    logger = logging.getLogger("oracle_calls.test")
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    logger.propagate = False
    token = call_name.set(CallName("$event@lk-1", "0af7651916cd43dd8448eb211c80319c"))
    try:
        logger.error("the job failed", extra={"end_reason": "hangup"}, exc_info=ValueError("secret"))
    finally:
        call_name.reset(token)
        logger.removeHandler(handler)
    line = json.loads(out.getvalue())
    at = line.pop("at")
    assert at.endswith("Z")
    assert line == {
        "level": "error",
        "pid": os.getpid(),
        "msg": "the job failed",
        "callId": "$event@lk-1",
        "traceId": "0af7651916cd43dd8448eb211c80319c",
        "endReason": "hangup",
        "kind": "ValueError",
    }


def test_everything_of_the_package_can_be_logged_as_json_and_to_nowhere_else() -> None:
    out, root = io.StringIO(), io.StringIO()
    elsewhere = logging.StreamHandler(root)
    logging.getLogger().addHandler(elsewhere)
    logger = logging.getLogger(LOGGER_NAME)
    before = (logger.handlers, logger.level, logger.propagate)
    try:
        log_as_json(out)
        log_as_json(out)
        logging.getLogger("oracle_calls.agent").warning("call ends")
    finally:
        logger.handlers, logger.propagate = before[0], before[2]
        logger.setLevel(before[1])
        logging.getLogger().removeHandler(elsewhere)
    [line] = out.getvalue().splitlines()
    assert json.loads(line) | {"at": ""} == {"at": "", "level": "warn", "pid": os.getpid(), "msg": "call ends"}
    assert root.getvalue() == ""
