import {
  createEnds,
  ed25519Pair,
  fixedEntropy,
  shakeHands,
  testCall,
  type Handshaken,
} from '../handshake/call.fixture.ts';
import { AgentRekey, type AgentRekeyOptions } from './agent-rekey.ts';
import type { RekeyOutcome, RekeyStep } from './rekey-step.ts';
import { UserRekey, type UserRekeyOptions } from './user-rekey.ts';

export interface RekeyEnds extends Handshaken {
  readonly user: UserRekey;
  readonly agent: AgentRekey;
  readonly userOptions: UserRekeyOptions;
  readonly agentOptions: AgentRekeyOptions;
}

/** Both ends of a session that is ready to rekey; what is given replaces what they believe. */
export async function rekeyEnds(
  changed: { readonly user?: Partial<UserRekeyOptions>; readonly agent?: Partial<AgentRekeyOptions> } = {},
): Promise<RekeyEnds> {
  const identity = ed25519Pair('rekey identity');
  const call = testCall('rekey', identity);
  const handshaken = await shakeHands(createEnds(call));
  const { callSigner, oracleVerifier } = call.userOptions;
  const { identitySigner, callVerifier } = call.agentOptions;
  const userOptions = {
    session: handshaken.userSession,
    callSigner,
    oracleVerifier,
    entropy: fixedEntropy('rekey of the user'),
    ...changed.user,
  };
  const agentOptions = {
    session: handshaken.agentSession,
    identitySigner,
    callVerifier,
    entropy: fixedEntropy('rekey of the agent'),
    ...changed.agent,
  };
  const ends = { user: new UserRekey(userOptions), agent: new AgentRekey(agentOptions) };
  return { ...handshaken, ...ends, userOptions, agentOptions };
}

/** The steps of an outcome. @throws when there are none */
export function stepsOf(outcome: RekeyOutcome): readonly RekeyStep[] {
  if (outcome.kind === 'refused') throw outcome.error;
  if (outcome.kind !== 'steps') throw new Error(`There are no steps: ${outcome.kind}.`);
  return outcome.steps;
}

/** The frame that an outcome sends. @throws when there is none */
export function frameOf(outcome: RekeyOutcome): Uint8Array<ArrayBuffer> {
  for (const step of stepsOf(outcome)) if (step.do === 'send') return step.frame;
  throw new Error('Nothing is sent.');
}

/** Steps as short texts, in their order. */
export function namesOf(outcome: RekeyOutcome): readonly string[] {
  return stepsOf(outcome).map((step) => {
    if (step.do === 'send') return 'send';
    return `${step.do} ${'keys' in step ? step.keys.epoch : step.epoch}`;
  });
}
