from __future__ import annotations

import contextlib
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st
from livekit.protocol.models import Encryption, ParticipantInfo, TrackInfo
from livekit.protocol.rtc import (
    AddTrackRequest,
    JoinResponse,
    LeaveRequest,
    ParticipantUpdate,
    RegionInfo,
    RegionSettings,
    RoomMovedResponse,
    SignalRequest,
    SignalResponse,
    TrackPublishedResponse,
    UpdateParticipantMetadata,
)

from oracle_calls.agent.guard import identity_of
from oracle_calls.agent.guard.guard_request import guard_request
from oracle_calls.agent.guard.guard_response import guard_response
from oracle_calls.agent.guard.messages import is_map
from oracle_calls.agent.guard.own_name import OwnName
from oracle_calls.protocol import OracleCallError

UNKNOWN_FIELD = bytes([0xC2, 0x0C, 2, 1, 1])


def us(identity: str = "agent", sid: str = "PA_us") -> ParticipantInfo:
    return ParticipantInfo(identity=identity, sid=sid)


def joined(**parts: Any) -> SignalResponse:
    return SignalResponse(join=JoinResponse(**{"participant": us(), **parts}))


def updated(*participants: ParticipantInfo) -> SignalResponse:
    return SignalResponse(update=ParticipantUpdate(participants=participants))


def guarded(response: SignalResponse, own: OwnName | None = None) -> SignalResponse:
    data = guard_response(response.SerializeToString(), own or OwnName("agent"))
    assert data is not None
    return SignalResponse.FromString(data)


def code_of(response: SignalResponse, own: OwnName) -> str | None:
    try:
        guard_response(response.SerializeToString(), own)
    except OracleCallError as error:
        return error.code
    return None


@pytest.mark.parametrize("encryption", [Encryption.NONE, Encryption.CUSTOM, 77])
def test_a_track_that_the_server_publishes_as_anything_is_gcm(encryption: int) -> None:
    track = TrackInfo(sid="TR_1", encryption=encryption)  # type: ignore[arg-type]
    response = guarded(SignalResponse(track_published=TrackPublishedResponse(cid="c", track=track)))
    assert response.track_published.track == TrackInfo(sid="TR_1", encryption=Encryption.GCM)


def test_other_participants_have_gcm_tracks_in_every_message_that_describes_them() -> None:
    user = ParticipantInfo(identity="user", sid="PA_user", tracks=[TrackInfo(encryption=Encryption.NONE)])
    moved = SignalResponse(room_moved=RoomMovedResponse(participant=us(), other_participants=[user]))
    for response in (joined(other_participants=[user]), updated(user), moved):
        said = str(MessageToDict(guarded(response), always_print_fields_with_no_presence=True))
        assert "GCM" in said
        assert "NONE'" not in said.replace("'encryption': 'GCM'", "") or "'encryption': 'NONE'" not in said


def test_there_is_no_trailer_that_spares_frames_from_decryption() -> None:
    assert guarded(joined(sif_trailer=b"trailer!")).join.sif_trailer == b""


def test_no_other_server_is_named_to_go_to() -> None:
    assert guarded(joined(alternative_url="wss://elsewhere.example")).join.alternative_url == ""
    regions = RegionSettings(regions=[RegionInfo(region="x", url="wss://elsewhere.example", distance=1)])
    leave = guarded(SignalResponse(leave=LeaveRequest(can_reconnect=True, reason=8, regions=regions))).leave  # type: ignore[arg-type]
    assert not leave.HasField("regions")
    assert leave.reason == 8


@pytest.mark.parametrize(
    "response",
    [
        joined(participant=us("somebody")),
        SignalResponse(join=JoinResponse()),
        SignalResponse(room_moved=RoomMovedResponse(participant=us("somebody"))),
    ],
)
def test_another_identity_on_joining_or_moving_is_refused(response: SignalResponse) -> None:
    assert code_of(response, OwnName("agent")) == "ERR_MEDIA_IDENTITY"


def test_another_identity_in_news_of_ourselves_is_refused_now_and_after_joining_again() -> None:
    own = OwnName("agent")
    guarded(joined(), own)
    guarded(joined(participant=us("agent", "PA_again")), own)
    for sid in ("PA_us", "PA_again"):
        assert code_of(updated(us("user", "PA_user"), us("somebody", sid)), own) == "ERR_MEDIA_IDENTITY"


def test_another_identity_is_refused_under_an_id_that_came_with_our_own_name_in_one_message_or_two() -> None:
    two_steps = (us("agent", "PA_other"), us("somebody", "PA_other"))
    at_once, apart = OwnName("agent"), OwnName("agent")
    guarded(joined(), at_once)
    assert code_of(updated(*two_steps), at_once) == "ERR_MEDIA_IDENTITY"
    guarded(joined(), apart)
    assert code_of(updated(two_steps[0]), apart) is None
    assert code_of(updated(two_steps[1]), apart) == "ERR_MEDIA_IDENTITY"


def test_our_own_identity_and_news_of_others_pass() -> None:
    own = OwnName("agent")
    guarded(joined(), own)
    assert guarded(updated(us(), us("user", "PA_user")), own) == updated(us(), us("user", "PA_user"))


def test_messages_that_do_not_decode_are_refused() -> None:
    with pytest.raises(OracleCallError) as refused:
        guard_response(joined().SerializeToString()[:-3], OwnName("agent"))
    assert refused.value.code == "ERR_MEDIA_SIGNALLING"


def test_what_is_not_known_here_is_not_passed_on() -> None:
    own = OwnName("agent")
    assert guard_response(UNKNOWN_FIELD, own) is None
    known = SignalResponse(refresh_token="t").SerializeToString()
    assert guard_response(known + UNKNOWN_FIELD, own) == known


def test_a_track_that_is_not_sealed_does_not_leave() -> None:
    def asked(encryption: Any) -> bytes:
        return SignalRequest(add_track=AddTrackRequest(cid="c", encryption=encryption)).SerializeToString()

    assert guard_request(asked(Encryption.GCM)) == asked(Encryption.GCM)
    with pytest.raises(OracleCallError) as refused:
        guard_request(asked(Encryption.NONE))
    assert refused.value.code == "ERR_MEDIA_UNENCRYPTED"


def test_metadata_and_attributes_do_not_leave_and_the_rest_is_as_it_was() -> None:
    attributes = UpdateParticipantMetadata(attributes={"lk.agent.state": "speaking"})
    assert guard_request(SignalRequest(update_metadata=attributes).SerializeToString()) is None
    ping = SignalRequest(ping=5).SerializeToString() + UNKNOWN_FIELD
    assert guard_request(ping) == ping


@pytest.mark.parametrize("token", ["", "a.b.c", "a.e30.c", "a.eyJzdWIiOjF9.c", "a.W10.c"])
def test_a_token_that_names_nobody_is_refused(token: str) -> None:
    with pytest.raises(OracleCallError) as refused:
        identity_of(token)
    assert refused.value.code == "ERR_MEDIA_CONNECT"
    assert refused.value.__cause__ is None


def test_a_token_names_whom_it_was_made_for() -> None:
    assert identity_of("a.eyJzdWIiOiJhLWFnZW50In0.c") == "a-agent"


def any_scalar(field: Any) -> st.SearchStrategy[Any]:
    if field.enum_type is not None:
        return st.integers(0, 3)
    return {
        FieldDescriptor.CPPTYPE_STRING: st.text("abc", max_size=4)
        if field.type == FieldDescriptor.TYPE_STRING
        else st.binary(max_size=4),
        FieldDescriptor.CPPTYPE_BOOL: st.booleans(),
        FieldDescriptor.CPPTYPE_DOUBLE: st.sampled_from([0.0, 0.5]),
        FieldDescriptor.CPPTYPE_FLOAT: st.sampled_from([0.0, 0.5]),
    }.get(field.cpp_type, st.integers(0, 9))


def fill(message: Message, draw: Any, depth: int) -> None:
    """Any message of a type, by the type alone: whatever the schema allows can come."""
    for field in message.DESCRIPTOR.fields:
        if is_map(field) or not draw(st.booleans()):
            continue
        if field.message_type is None:
            strategy = any_scalar(field)
            if field.is_repeated:
                getattr(message, field.name).extend(draw(st.lists(strategy, max_size=2)))
            else:
                setattr(message, field.name, draw(strategy))
        elif depth > 0:
            if field.is_repeated:
                fill(getattr(message, field.name).add(), draw, depth - 1)
            else:
                getattr(message, field.name).SetInParent()
                fill(getattr(message, field.name), draw, depth - 1)


@st.composite
def any_response(draw: st.DrawFn) -> SignalResponse:
    response = SignalResponse()
    kind = draw(st.sampled_from([field for field in response.DESCRIPTOR.fields if field.message_type is not None]))
    one = getattr(response, kind.name)
    one.SetInParent()
    fill(one, draw, 3)
    return response


def said_in(message: Message) -> list[tuple[str, Any]]:
    """What is said, by LiveKit's own JSON mapping and not by the walk under test."""
    found: list[tuple[str, Any]] = []

    def look(name: str, value: Any) -> None:
        found.append((name, value))
        for key, inner in value.items() if isinstance(value, dict) else ():
            look(key, inner)
        for inner in value if isinstance(value, list) else ():
            look(name, inner)

    look("", MessageToDict(message, use_integers_for_enums=True, always_print_fields_with_no_presence=True))
    return found


@given(any_response())
def test_any_message_guarded_has_no_track_without_gcm_no_trailer_and_no_other_server(response: SignalResponse) -> None:
    kind = response.WhichOneof("message")
    named = getattr(response, kind).participant.identity if kind in ("join", "room_moved") else "nobody"
    own = OwnName(named)
    if code_of(response, own) is not None:
        # Only what names nobody as us, or two people.
        assert code_of(response, own) == "ERR_MEDIA_IDENTITY"
        return
    data = guard_response(response.SerializeToString(), own)
    assert data is not None
    for name, value in said_in(SignalResponse.FromString(data)):
        assert name != "encryption" or value == 1
        assert name not in ("sifTrailer", "alternativeUrl") or value == ""
        assert name != "regions" or value == []


@given(st.binary(max_size=200))
def test_nothing_fails_but_with_an_error_of_ours_whatever_the_bytes(data: bytes) -> None:
    with contextlib.suppress(OracleCallError):
        guard_response(data, OwnName("agent"))
    with contextlib.suppress(OracleCallError):
        guard_request(data)


def fields_below(descriptor: Any, seen: dict[str, Any]) -> dict[str, Any]:
    if descriptor.full_name not in seen:
        seen[descriptor.full_name] = descriptor
        for field in descriptor.fields:
            if field.message_type is not None:
                fields_below(field.message_type, seen)
    return seen


def test_encryption_types_and_trailers_stand_nowhere_else_in_what_livekit_can_say() -> None:
    types = fields_below(SignalResponse.DESCRIPTOR, {}).values()
    fields = [(one.full_name, field) for one in types for field in one.fields]
    encryption = {
        name for name, field in fields if field.enum_type and field.enum_type.full_name == "livekit.Encryption.Type"
    }
    assert encryption == {
        "livekit.AddTrackRequest",
        "livekit.DataTrackInfo",
        "livekit.PublishDataTrackRequest",
        "livekit.TrackInfo",
    }
    assert [field.name for _, field in fields if "sif" in field.name] == ["sif_trailer"]
