import * as v from 'valibot';
import { enginePlaceSchema, ON_THIS_MACHINE, type EnginePlace } from './engine-place.ts';

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
