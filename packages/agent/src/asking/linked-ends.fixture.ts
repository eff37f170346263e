import { createCallKey, parseCallId, SecretBytes, silentLogger } from '@oracle-calls/protocol';
import type { OracleCallError } from '@oracle-calls/protocol';
import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import type { AnswerPayload, QuestionPayload } from '@oracle-calls/protocol/data-frame';
import { createComparisonNonce } from '@oracle-calls/protocol/handshake';
import { HEARD_HERE } from '@oracle-calls/protocol/hearing';
import { AgentLink, UserLink } from '@oracle-calls/protocol/secure-link';
import type { FrameKeys, LinkEvents } from '@oracle-calls/protocol/secure-link';
import { commitToNonce } from '@oracle-calls/protocol/signed-envelope';
import { createEd25519Signer, createEd25519Verifier, signingPublicKeyOf } from '@oracle-calls/protocol/signing';
import { FakeClock } from '@oracle-calls/testing/clock';
import { vi } from 'vitest';
import { Asking } from './asking.ts';

export const USER = 'u-1';
const AGENT = 'a-1';

const NOWHERE: FrameKeys = {
  installReceiving: () => Promise.resolve(),
  switchSending: () => Promise.resolve(),
  retire: () => Promise.resolve(),
};

/** Both ends of one call with their own cryptography, and a network that is the test's: it sees every frame, and delivers those of the user when it likes. */
export async function linkedEnds() {
  const clock = new FakeClock();
  const nonce = createComparisonNonce();
  const identity = SecretBytes.random(32, 'identity');
  const perCall = SecretBytes.random(32, 'per-call key');
  const callKey = createCallKey();
  const binding = {
    contextHash: new Uint8Array(32).fill(1),
    envelopeSignature: new Uint8Array(64).fill(2),
    callId: parseCallId('$event@lk-1'),
    callKey,
  };
  /** Codes of what the agent refused. */
  const refused: string[] = [];
  const questions: QuestionPayload[] = [];
  /** Those that opened. */
  const answers: AnswerPayload[] = [];
  let confirmed = 0;
  const events: LinkEvents = {
    confirmed: () => undefined,
    superseded: () => undefined,
    peerReady: () => undefined,
    rekeyed: () => undefined,
    payload: () => undefined,
    refused: () => undefined,
    failed: (error: OracleCallError) => refused.push(error.code),
  };
  /** Frames of the user, in order. While they are held, the agent gets none. */
  const ofUser: Uint8Array[] = [];
  const network = { isHeld: false };
  const user: UserLink = new UserLink({
    clock,
    frameKeys: NOWHERE,
    send: async (frame) => {
      ofUser.push(frame.slice());
      if (!network.isHeld) agent.receive(frame, USER);
    },
    events: { ...events, payload: (payload) => void (payload.kind === 'question' && questions.push(payload)) },
    handshake: {
      ...binding,
      userIdentity: USER,
      comparisonNonce: nonce,
      callSigner: createEd25519Signer(perCall),
      oracleVerifier: createEd25519Verifier(signingPublicKeyOf('Ed25519', identity)),
    },
  });
  const agent: AgentLink = new AgentLink({
    clock,
    frameKeys: NOWHERE,
    send: async (frame) => user.receive(frame, AGENT),
    events: {
      ...events,
      confirmed: () => (confirmed += 1),
      refused: ({ code }) => refused.push(code),
      payload: (payload) => {
        if (payload.kind !== 'answer') return;
        answers.push(payload);
        asking.receive(payload);
      },
      stalled: () => undefined,
    },
    handshake: {
      ...binding,
      userCommitment: commitToNonce(nonce.expose()),
      hearing: HEARD_HERE,
      identitySigner: createEd25519Signer(identity),
      callVerifier: createEd25519Verifier(signingPublicKeyOf('Ed25519', perCall)),
    },
  });
  const asking = new Asking({
    send: (payload) => void agent.send(payload),
    hear: () => undefined,
    clock,
    log: silentLogger,
  });

  /** A new attempt, up to where both ends have its keys. */
  const begin = async (attempt: number): Promise<void> => {
    await agent.begin({ attempt, userIdentity: USER, agentIdentity: AGENT });
    await vi.waitFor(() => {
      if (confirmed < attempt) throw new Error('no keys yet');
    });
  };
  await begin(1);

  /** Asks, and waits until the user sees it. `outcome` is what became of it so far. */
  const ask = async () => {
    const seen = questions.length;
    const asked: { outcome: boolean | string } = { outcome: 'open' };
    const request = { tool: 'transfer', description: 'Transfer?', argumentsText: '{"amount":100}' };
    asking.approve(request, new AbortController().signal).then(
      (isApproved) => (asked.outcome = isApproved),
      () => (asked.outcome = 'over'),
    );
    await vi.waitFor(() => {
      if (questions.length === seen) throw new Error('not asked yet');
    });
    return { asked, question: questions.at(-1)?.id ?? '' };
  };

  /** The user's end answers; gives the frame in which that left. */
  const answer = async (question: string, isApproved: boolean): Promise<Uint8Array> => {
    const before = ofUser.length;
    await user.send({ id: createPayloadId(), kind: 'answer', answers: 'approval', question, isApproved });
    const frame = ofUser[before];
    if (frame === undefined) throw new Error('nothing left');
    return frame;
  };

  const untilMore = (list: readonly unknown[], before: number): Promise<void> =>
    vi.waitFor(() => {
      if (list.length === before) throw new Error('nothing came of it yet');
    });

  /** Somebody else's try: the code with which the agent refuses it. */
  const refuses = async (frame: Uint8Array, from: string | undefined): Promise<string | undefined> => {
    const before = refused.length;
    agent.receive(frame.slice(), from);
    await untilMore(refused, before);
    return refused[before];
  };

  /** The frame reaches the agent as the user's, and opens. */
  const deliver = async (frame: Uint8Array): Promise<void> => {
    const before = answers.length;
    agent.receive(frame.slice(), USER);
    await untilMore(answers, before);
  };

  const close = (): void => {
    asking[Symbol.dispose]();
    agent.close();
    user.close();
  };
  return { network, asking, begin, ask, answer, refuses, deliver, [Symbol.dispose]: close };
}
