import { fixedBytes, fixedSecret } from '../handshake/call.fixture.ts';
import { Epoch } from '../key-schedule/key-schedule.ts';
import type { EpochKeys } from '../key-schedule/epoch-keys.ts';
import { DataReceiver, type DataOutcome } from './data-receiver.ts';
import { DataSender } from './data-sender.ts';
import type { ChatPayload } from './payload.ts';

/** The same keys for the same place, in two objects for the two ends. */
export function keysAt(attempt: number, epoch: number): EpochKeys {
  return new Epoch({
    chainKey: fixedSecret(`chain ${attempt}`),
    sharedSecret: fixedSecret(`shared ${epoch}`),
    transcript: fixedBytes('transcript'),
    attempt,
    epoch,
  }).keys;
}

export interface DataEnds {
  readonly sender: DataSender;
  readonly receiver: DataReceiver;
}

/** The user's sender and the agent's receiver, both at attempt 1, epoch 1. */
export function dataEnds(counterLimit?: number): DataEnds {
  const sender = new DataSender({ direction: 'user-to-oracle', counterLimit });
  const receiver = new DataReceiver('user-to-oracle');
  sender.switchTo(keysAt(1, 1));
  receiver.install(keysAt(1, 1));
  return { sender, receiver };
}

/** A chat message whose id and text come from a number. */
export function chat(number: number): ChatPayload {
  return { id: number.toString(16).padStart(32, '0'), kind: 'chat', text: `message ${number}`, sentAt: number };
}

/** The number of the chat message in an outcome, or what happened instead. */
export function saidBy(outcome: DataOutcome): number | string {
  if (outcome.kind === 'refused') return outcome.error.code;
  if (outcome.kind === 'duplicate') return 'duplicate';
  return outcome.payload.kind === 'chat' ? outcome.payload.sentAt : outcome.payload.kind;
}
