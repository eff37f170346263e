"""Questions of the oracle that are answered by a touch, and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, TypeAlias

from ..schema import FLAG, INTEGER, Kind, WireRecord, list_of, one_of, record_of
from .frame_layout import DataKind
from .texts import PAYLOAD_ID, text_of

#: Longest question to the user, text of what a tool would be run with, name of a tool, and label of a choice; UTF-16 units.
QUESTION_MAX_LENGTH: Final = 500
ARGUMENTS_MAX_LENGTH: Final = 4_000
_TOOL_MAX_LENGTH: Final = 64
_LABEL_MAX_LENGTH: Final = 80

KeypadKey: TypeAlias = Literal["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"]
#: The keys of a telephone: at most as many choices.
KEYPAD_KEYS: Final[tuple[KeypadKey, ...]] = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#")


@dataclass(frozen=True, slots=True)
class QuestionChoice(WireRecord):
    """One quick reply, under a key as on a telephone."""

    key: KeypadKey
    label: str


@dataclass(frozen=True, slots=True)
class ApprovalQuestion(WireRecord):
    """May this tool be used, with these arguments? They are a model's words: shown as text, never believed."""

    kind: ClassVar[DataKind] = "question"
    asks: ClassVar[str] = "approval"
    id: str
    tool: str
    #: The author's words for what the tool does.
    text: str
    arguments_text: str
    #: How long the oracle waits, in ms from when it is asked.
    waits_ms: int


@dataclass(frozen=True, slots=True)
class ChoiceQuestion(WireRecord):
    """Which of these?"""

    kind: ClassVar[DataKind] = "question"
    asks: ClassVar[str] = "choice"
    id: str
    text: str
    choices: tuple[QuestionChoice, ...]
    waits_ms: int


@dataclass(frozen=True, slots=True)
class ApprovalAnswer(WireRecord):
    """User: whether the tool may be used. The first answer counts."""

    kind: ClassVar[DataKind] = "answer"
    answers: ClassVar[str] = "approval"
    id: str
    question: str
    is_approved: bool


@dataclass(frozen=True, slots=True)
class ChoiceAnswer(WireRecord):
    """User: the choice under this key."""

    kind: ClassVar[DataKind] = "answer"
    answers: ClassVar[str] = "choice"
    id: str
    question: str
    key: KeypadKey


Question: TypeAlias = ApprovalQuestion | ChoiceQuestion
Answer: TypeAlias = ApprovalAnswer | ChoiceAnswer

_KEY = one_of(*KEYPAD_KEYS)
_CHOICE: Final = record_of(QuestionChoice, {"key": _KEY, "label": text_of(1, _LABEL_MAX_LENGTH)})


def _is_each_key_once(choices: tuple[Any, ...]) -> bool:
    return len({choice.key for choice in choices}) == len(choices)


#: What it asks → its class and the fields besides `id`, `kind` and `asks`.
QUESTIONS: Final[dict[str, tuple[type[Any], dict[str, Kind[Any]]]]] = {
    "approval": (
        ApprovalQuestion,
        {
            "tool": text_of(1, _TOOL_MAX_LENGTH),
            "text": text_of(1, QUESTION_MAX_LENGTH),
            "argumentsText": text_of(0, ARGUMENTS_MAX_LENGTH),
            "waitsMs": INTEGER,
        },
    ),
    "choice": (
        ChoiceQuestion,
        {
            "text": text_of(1, QUESTION_MAX_LENGTH),
            "choices": list_of(_CHOICE, 1, len(KEYPAD_KEYS), _is_each_key_once),
            "waitsMs": INTEGER,
        },
    ),
}
#: What it answers → its class and the fields besides `id`, `kind` and `answers`.
ANSWERS: Final[dict[str, tuple[type[Any], dict[str, Kind[Any]]]]] = {
    "approval": (ApprovalAnswer, {"question": PAYLOAD_ID, "isApproved": FLAG}),
    "choice": (ChoiceAnswer, {"question": PAYLOAD_ID, "key": _KEY}),
}
