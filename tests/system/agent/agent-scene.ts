import { dispose } from '@livekit/rtc-node';
import { openRecogniser, openSynthesiser } from '@oracle-calls/agent/speech';
import type { Recogniser } from '@oracle-calls/agent/speech';
import { systemClock } from '@oracle-calls/protocol';
import { AgentStack } from './agent-stack.ts';
import type { AgentStackOptions } from './agent-stack.ts';
import type { ScriptedCall } from './fake-backend.ts';
import { TestCaller } from './test-caller.ts';
import { until } from './until.ts';

/** Silence after which somebody has finished, in ms. */
const QUIET_MS = 1_200;

/** A running agent, somebody to call it, and ears to understand what it says. */
export class AgentScene implements AsyncDisposable {
  readonly stack: AgentStack;
  readonly recogniser: Recogniser;
  /** “What is the capital city of France?”, spoken, at 48 kHz. */
  readonly question: Float32Array;

  private constructor(stack: AgentStack, recogniser: Recogniser, question: Float32Array) {
    this.stack = stack;
    this.recogniser = recogniser;
    this.question = question;
  }

  static async open(options: AgentStackOptions): Promise<AgentScene> {
    const stack = await AgentStack.start(options);
    const { weightsDir } = stack;
    const recogniser = await openRecogniser({ weightsDir });
    await using synthesiser = await openSynthesiser({ weightsDir, sampleRate: 48_000 });
    return new AgentScene(stack, recogniser, await synthesiser.synthesise('What is the capital city of France?'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.recogniser.close();
    await this.stack[Symbol.asyncDispose]();
    await dispose();
  }

  join(call: ScriptedCall): Promise<TestCaller> {
    const { sfu } = this.stack;
    return TestCaller.join({ sfu, sfuRoomName: call.sfuRoomName, identity: call.userIdentity, keys: call.keys });
  }

  /** The agent's SFU identity, once it is in the room. */
  async agentIn(caller: TestCaller): Promise<string> {
    await until(() => caller.peers.some((peer) => peer.startsWith('a-')), 'the agent joins');
    return caller.peers.find((peer) => peer.startsWith('a-')) ?? '';
  }

  async quiet(caller: TestCaller, identity: string): Promise<void> {
    await until(() => systemClock.now() - (caller.lastAudibleAt.get(identity) ?? 0) > QUIET_MS, 'silence');
  }

  /** Waits for the earcon and its end, and for the conversation that follows it. */
  async greeted(caller: TestCaller, from: number, call: ScriptedCall): Promise<string> {
    const agent = await this.agentIn(caller);
    await until(() => caller.audibleFrom(agent), 'the earcon');
    await this.stack.logged('call set up', from, (line) => line['callId'] === call.callId);
    await this.quiet(caller, agent);
    return agent;
  }

  /** Asks, and returns what the recogniser makes of the answer. `meanwhile` happens once the question was asked. */
  async ask(caller: TestCaller, agent: string, meanwhile?: () => Promise<void>): Promise<string> {
    await caller.say(this.question);
    // What was heard until now, such as the earcon of a handshake just made, is no answer.
    caller.forget();
    await meanwhile?.();
    await until(() => caller.audibleFrom(agent), 'the answer');
    await this.quiet(caller, agent);
    return (await this.recogniser.transcribe(caller.soundOf(agent))).text;
  }
}
