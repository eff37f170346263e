import * as v from 'valibot';
import { enginePlaceSchema, ON_THIS_MACHINE, SENT_KINDS, type EnginePlace, type SentKind } from './engine-place.ts';

const sendsPictures = (place: EnginePlace): boolean => place.where === 'sent-to' && place.what.includes('pictures');

/** A part that gets words alone. Pictures have a place of their own, so that none leave the machine under another name. */
const wordsPlaceSchema = v.pipe(
  enginePlaceSchema,
  v.check((place) => !sendsPictures(place), 'pictures are declared as such'),
);

/** Who hears a call, part by part. What is not known is not declared: a part without a place does not start. */
export const callHearingSchema = v.strictObject({
  recognition: wordsPlaceSchema,
  languageModel: wordsPlaceSchema,
  speech: wordsPlaceSchema,
  /** Who sees the user's pictures; absent: nobody looks. */
  pictures: v.optional(
    v.pipe(
      enginePlaceSchema,
      v.check((place) => place.where === 'this-machine' || sendsPictures(place), 'whoever sees pictures is sent them'),
    ),
  ),
  /** Whether the oracle keeps what it learns, for later calls of the same session. */
  remembers: v.boolean(),
});
export type CallHearing = v.InferOutput<typeof callHearingSchema>;

/** Nothing leaves the oracle's machine, nobody looks, and nothing is kept. */
export const HEARD_HERE: CallHearing = {
  recognition: ON_THIS_MACHINE,
  languageModel: ON_THIS_MACHINE,
  speech: ON_THIS_MACHINE,
  remembers: false,
};

/** Someone on another machine who gets something of a call. */
export interface CallListener {
  readonly host: string;
  readonly what: readonly SentKind[];
}

/** All hosts that get something of a call, each once with all it gets; empty when nothing leaves the machine. */
export function listenersOf({ recognition, languageModel, speech, pictures }: CallHearing): CallListener[] {
  const byHost = new Map<string, Set<SentKind>>();
  for (const place of [recognition, languageModel, speech, pictures]) {
    if (place?.where !== 'sent-to') continue;
    byHost.set(place.host, new Set([...(byHost.get(place.host) ?? []), ...place.what]));
  }
  return Array.from(byHost, ([host, what]) => ({ host, what: SENT_KINDS.filter((kind) => what.has(kind)) }));
}
