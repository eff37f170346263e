"""What somebody who has installed the package writes: `mypy --strict` checks it against the installed wheel alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from livekit.agents import Agent, AgentSession, JobContext

from oracle_calls.agent import HEARD_HERE, FunctionBrain, Oracle, OracleServer, OracleSettings, Turn
from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.names import parse_did

settings = OracleSettings(oracle_did="did:ixo:oracle", api_key_file="key", trust_store_file="trust.db")
oracle = Oracle(settings, hearing=HEARD_HERE)
server = OracleServer(oracle, ws_url="ws://127.0.0.1:1")


async def answer(turns: Sequence[Turn]) -> AsyncIterator[str]:
    yield turns[-1].text


@server.rtc_session(agent_name="oracle", on_request=server.on_request)
async def entrypoint(ctx: JobContext) -> None:
    session: AgentSession[None] = AgentSession(llm=FunctionBrain(answer))
    await oracle.answer(ctx, session, Agent(instructions=""))


def refusal_of(text: str) -> str | None:
    try:
        parse_did(text)
    except OracleCallError as error:
        return error.code
    return None


assert refusal_of("nobody") == "ERR_DID_MALFORMED"
