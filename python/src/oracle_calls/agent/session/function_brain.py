"""A function of yours in the place of a language model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions, llm
from livekit.agents.utils import shortuuid


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody said or wrote; of an answer that was interrupted, what was heard."""

    speaker: Literal["user", "oracle"]
    text: str


#: Says an answer piece by piece. The last turn is the user's; who closes the iterator does not want the rest.
Answer: TypeAlias = Callable[[Sequence[Turn]], AsyncIterator[str]]


class FunctionBrain(llm.LLM[Any]):
    """For the `llm` of an `AgentSession`: a search, a rule, a graph of agents, a model of any kind.

    Instructions and tools of the `Agent` are a language model's, and are not passed on. The function is asked once in a turn with
    `LOCAL_TURNS`; with the framework's own choice also before the user has finished, so it must then have no effect.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer

    @property
    def model(self) -> str:
        return "function"

    @property
    def provider(self) -> str:
        return "oracle-calls"

    def chat(
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        **_rest: Any,
    ) -> llm.LLMStream:
        return _Answering(self, self._answer, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options)


class _Answering(llm.LLMStream):
    def __init__(self, brain: FunctionBrain, answer: Answer, **options: Any) -> None:
        super().__init__(brain, **options)
        self._answer = answer
        self._name = shortuuid("answer-")

    async def _run(self) -> None:
        async for text in self._answer(_turns_of(self._chat_ctx)):
            delta = llm.ChoiceDelta(role="assistant", content=text)
            self._event_ch.send_nowait(llm.ChatChunk(id=self._name, delta=delta))


def _turns_of(context: llm.ChatContext) -> list[Turn]:
    turns: list[Turn] = []
    for message in context.messages():
        if message.role == "user" or message.role == "assistant":
            turns.append(Turn("user" if message.role == "user" else "oracle", message.text_content or ""))
    return turns
