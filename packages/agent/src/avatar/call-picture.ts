import type { PictureOutput, PictureSize } from '@oracle-calls/node-media/seat';
import { codeOf } from '@oracle-calls/protocol';
import type { Clock, Logger } from '@oracle-calls/protocol';
import type { ConversationObserver, OracleActivity } from '../conversation/observer.ts';
import type { Avatar } from './avatar.ts';
import { drawPicture } from './draw-picture.ts';
import { createOrb } from './orb.ts';

/** Between two pictures, in ms: fifteen a second while it is heard, and as many as a slow breath needs otherwise. */
export const PICTURE_EVERY_MS = { speaking: 66, thinking: 100, listening: 160 } as const;
/** Softer than this is a pause, not a voice. */
const HEARD = 0.005;
/** A picture that nobody would see is not drawn; looked at again after this long, in ms. */
const HIDDEN_LOOK_MS = 200;

export interface CallPictureOptions {
  /** What stands for the oracle; nothing in an oracle that shows none. */
  readonly openAvatar: (signal: AbortSignal) => Promise<Avatar | undefined>;
  /** Publishes a picture of this size. */
  readonly show: (size: PictureSize) => Promise<PictureOutput>;
  /** The voice that moves it. */
  readonly voice: { level(): number };
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborts when the call is over. */
  readonly signal: AbortSignal;
}

/** The picture of the oracle in one video call. It moves with what is heard, and stands still while the voice is muted. */
export class CallPicture {
  readonly #options: CallPictureOptions;
  #state: 'not-begun' | 'begun' = 'not-begun';
  #activity: OracleActivity = 'listening';

  constructor(options: CallPictureOptions) {
    this.#options = options;
  }

  /** An observer that tells this picture, too, what the oracle does. */
  watching(observer: ConversationObserver): ConversationObserver {
    return {
      words: (words) => observer.words(words),
      turn: (measures) => observer.turn(measures),
      activity: (activity) => {
        this.#activity = activity;
        observer.activity(activity);
      },
    };
  }

  /** Shows it until the call is over; a second time nothing happens. Never rejects: a call does without a picture. */
  async begin(): Promise<void> {
    if (this.#state === 'begun') return;
    this.#state = 'begun';
    const { openAvatar, show, log, signal } = this.#options;
    try {
      const avatar = await openAvatar(signal);
      if (avatar === undefined || signal.aborted) return;
      const output = await show(avatar);
      log.info('the oracle shows itself', { width: avatar.width, height: avatar.height });
      await this.#play(avatar, output);
    } catch (cause) {
      if (!signal.aborted) log.warn('the picture of the oracle failed', { code: codeOf(cause) });
    }
  }

  async #play(avatar: Avatar, output: PictureOutput): Promise<void> {
    const { clock, signal, voice, log } = this.#options;
    const begunAt = clock.now();
    let shown = avatar;
    while (!signal.aborted) {
      const at = clock.now();
      const [level, activity] = [voice.level(), this.#activity];
      if (output.isShown) {
        const moment = { level, activity, atMs: at - begunAt };
        try {
          output.show(await drawPicture(shown, moment));
        } catch (cause) {
          if (signal.aborted) return;
          // An author's drawing that breaks leaves no hole: the orb has no other size than its own.
          const orb = createOrb();
          if (shown.width !== orb.width || shown.height !== orb.height) throw cause;
          log.warn('the avatar failed; the orb stands in for it', { code: codeOf(cause) });
          shown = orb;
        }
      }
      const isHeard = level > HEARD || activity === 'speaking';
      const everyMs = output.isShown ? PICTURE_EVERY_MS[isHeard ? 'speaking' : activity] : HIDDEN_LOOK_MS;
      const pauseMs = Math.max(1, everyMs - (clock.now() - at));
      await clock.sleep(pauseMs, { signal }).catch(() => undefined);
    }
  }
}
