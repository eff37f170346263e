import * as v from 'valibot';

const colourSchema = v.tuple([v.number(), v.number(), v.number()]);

/** What `sight-seat.ts` is started with. */
export const sightPlanSchema = v.object({
  url: v.string(),
  token: v.string(),
  /** Looks at somebody, or shows a picture of its own. */
  does: v.picklist(['look', 'show']),
  /** Whom the seat admits, and has keys of. */
  user: v.string(),
  /** At whom it looks. */
  at: v.string(),
  /** What it shows. */
  colour: colourSchema,
});
export type SightPlan = v.InferOutput<typeof sightPlanSchema>;

/** The last line of what it prints: what it saw, and what it was told. */
export const sightReportSchema = v.object({ seen: v.array(colourSchema), notices: v.array(v.string()) });
export type SightReport = v.InferOutput<typeof sightReportSchema>;

/** The slots and keys of both directions, of bytes that all equal the number. */
export const RECEIVING = { slot: 2, byte: 7 } as const;
export const SENDING = { slot: 5, byte: 1 } as const;

/** Looks of one attack: what is not seen by then is not going to be. */
export const LOOKS = 4;
/** How long it shows itself, in ms. */
export const SHOWS_MS = 15_000;
export const PICTURE_SIDE = 128;
