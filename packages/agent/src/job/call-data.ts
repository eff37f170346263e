import type { Logger } from '@oracle-calls/protocol';
import { CAPTION_MAX_LENGTH, createPayloadId, encodePayload } from '@oracle-calls/protocol/data-frame';
import type { AnswerPayload, DataPayload } from '@oracle-calls/protocol/data-frame';
import type { ConversationObserver, OracleActivity, SpokenWords } from '../conversation/observer.ts';
import { turnFields } from '../conversation/turn-measures.ts';
import type { TurnMeasures } from '../conversation/turn-measures.ts';
import type { MemoryWish } from '../memory/session-memory.ts';
import type { CallLink } from './link/call-link.ts';

/** What the user asks for by data. */
export interface UserRequests {
  readonly interrupt: () => void;
  readonly write: (text: string) => void;
  readonly hangUp: () => void;
  /** Answers a question of the oracle's. */
  readonly answer: (answer: AnswerPayload) => void;
  /** What is to become of what the oracle remembers. */
  readonly memory: (wish: MemoryWish) => void;
}

/** What the two ends tell each other beside sound: always through the link, which seals it for the user alone. */
export class CallData implements ConversationObserver {
  readonly #link: Pick<CallLink, 'send'>;
  readonly #log: Logger;
  readonly #requests: UserRequests;
  #isUserMuted = false;

  constructor(link: Pick<CallLink, 'send'>, requests: UserRequests, log: Logger) {
    this.#link = link;
    this.#requests = requests;
    this.#log = log;
  }

  /** What the user last said about the own microphone. */
  get isUserMuted(): boolean {
    return this.#isUserMuted;
  }

  readonly words = ({ text, words, ...said }: SpokenWords): void => {
    // Cut within a pair it could not be read.
    const shown = text.slice(0, CAPTION_MAX_LENGTH).toWellFormed();
    const caption = { id: createPayloadId(), kind: 'caption', ...said, text: shown } as const;
    const timed = { ...caption, words };
    // Of a long answer the words go without their times: refused as a whole, they would not be read at all.
    this.#link.send(words !== undefined && shown === text && fits(timed) ? timed : caption);
  };

  readonly activity = (state: OracleActivity): void => {
    this.#link.send({ id: createPayloadId(), kind: 'control', action: 'oracle-state', state });
  };

  /** For the log alone: the user has no use for it. */
  readonly turn = (measures: TurnMeasures): void => {
    const { userStoppedAt: at } = measures;
    const since = at === undefined ? {} : { userStoppedAt: new Date(at).toISOString() };
    this.#log.info('turn over', { ...since, ...turnFields(measures) });
  };

  /** The oracle ends the call: told before the SFU does. */
  sayGoodbye(): void {
    this.#link.send({ id: createPayloadId(), kind: 'control', action: 'hang-up' });
  }

  /** Takes what the user sent. Whatever only an oracle may say is dropped. */
  receive(payload: DataPayload): void {
    switch (payload.kind) {
      case 'chat':
        this.#log.info('user wrote something', { characters: payload.text.length });
        return this.#requests.write(payload.text);
      case 'control':
        return this.#control(payload);
      case 'answer':
        return this.#requests.answer(payload);
      case 'caption':
      case 'question':
        return;
      default:
        payload satisfies never;
    }
  }

  #control(payload: Extract<DataPayload, { kind: 'control' }>): void {
    switch (payload.action) {
      case 'interrupt':
        return this.#requests.interrupt();
      case 'hang-up':
        return this.#requests.hangUp();
      case 'memory':
        return this.#requests.memory(payload.wish);
      case 'muted':
        this.#isUserMuted = payload.isMuted;
        this.#log.info('user muted or opened the microphone', { isMuted: payload.isMuted });
        return;
      default:
        // States of an oracle, and what only the links talk about.
        return;
    }
  }
}

function fits(payload: DataPayload): boolean {
  try {
    encodePayload(payload);
    return true;
  } catch {
    return false;
  }
}
