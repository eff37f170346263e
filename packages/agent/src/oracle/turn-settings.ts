import * as v from 'valibot';

const waitMsSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000));
const secondsSchema = v.union([v.literal('off'), v.pipe(v.number(), v.minValue(1), v.maxValue(3_600))]);
const phraseSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(300));

/** How an oracle takes turns with its callers. Whatever is left out is as {@link TURN_DEFAULTS} says. */
export const turnSettingsSchema = v.strictObject({
  /** Silence after a turn that sounds finished until it is answered, in ms. */
  endOfTurnMinMs: v.optional(waitMsSchema),
  /** The same for one that sounds as if it went on. */
  endOfTurnMaxMs: v.optional(waitMsSchema),
  /** Silence of both until the oracle asks whether the user is still there, twice at most. */
  stillThereSeconds: v.optional(secondsSchema),
  /** How long before a call reaches its greatest length the oracle says so. */
  lengthWarningSeconds: v.optional(secondsSchema),
  /** Words, in lower case, that a listener says without wanting the turn: spoken over the oracle, they do not stop it. */
  backchannels: v.optional(
    v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(40))), v.maxLength(200), v.readonly()),
  ),
  /** What the oracle says of its own accord. */
  phrases: v.optional(
    v.strictObject({
      stillThere: v.optional(phraseSchema),
      /** When the recogniser failed: somebody who spoke is not left waiting. */
      notHeard: v.optional(phraseSchema),
      /** `{time}` stands for how long that is: "one minute", "30 seconds". */
      lengthWarning: v.optional(phraseSchema),
      goodbye: v.optional(phraseSchema),
    }),
  ),
});
export type TurnSettings = v.InferOutput<typeof turnSettingsSchema>;

/** {@link TurnSettings} with nothing left out. */
export interface TurnRules {
  readonly endOfTurnMinMs: number;
  readonly endOfTurnMaxMs: number;
  readonly stillThereSeconds: number | 'off';
  readonly lengthWarningSeconds: number | 'off';
  readonly backchannels: readonly string[];
  readonly phrases: {
    readonly stillThere: string;
    readonly notHeard: string;
    readonly lengthWarning: string;
    readonly goodbye: string;
  };
}

export const TURN_DEFAULTS: TurnRules = {
  // People answer each other after about 200 ms (Stivers et al. 2009, ten languages).
  endOfTurnMinMs: 160,
  endOfTurnMaxMs: 1_500,
  stillThereSeconds: 20,
  lengthWarningSeconds: 60,
  // English, as the local recogniser is. "Um" and the like hold the turn rather than give it back, so they are no signs of listening.
  backchannels: [
    ...['mhm', 'mm', 'mmm', 'hmm', 'hm', 'mm hmm', 'mm-hmm', 'uh huh', 'uh-huh', 'aha', 'ah', 'oh'],
    ...['yes', 'yeah', 'yep', 'yup', 'okay', 'ok', 'right', 'sure', 'alright', 'all right', 'i see', 'got it'],
    ...['good', 'great', 'nice', 'cool', 'wow', 'really', 'exactly', 'indeed', 'of course', 'interesting'],
  ],
  phrases: {
    stillThere: 'Are you still there?',
    notHeard: 'Sorry, I could not hear that. Please say it again.',
    lengthWarning: 'We have about {time} left.',
    goodbye: 'Our time is up. Goodbye.',
  },
};

/** The rules that follow from an author's settings and an operator's, who has the last word. */
export function turnRules(author: TurnSettings = {}, operator: TurnSettings = {}): TurnRules {
  const chosen = <K extends keyof TurnSettings>(name: K): NonNullable<TurnSettings[K]> | undefined =>
    operator[name] ?? author[name] ?? undefined;
  const phrase = (name: keyof TurnRules['phrases']): string =>
    operator.phrases?.[name] ?? author.phrases?.[name] ?? TURN_DEFAULTS.phrases[name];
  return {
    endOfTurnMinMs: chosen('endOfTurnMinMs') ?? TURN_DEFAULTS.endOfTurnMinMs,
    endOfTurnMaxMs: chosen('endOfTurnMaxMs') ?? TURN_DEFAULTS.endOfTurnMaxMs,
    stillThereSeconds: chosen('stillThereSeconds') ?? TURN_DEFAULTS.stillThereSeconds,
    lengthWarningSeconds: chosen('lengthWarningSeconds') ?? TURN_DEFAULTS.lengthWarningSeconds,
    backchannels: chosen('backchannels') ?? TURN_DEFAULTS.backchannels,
    phrases: {
      stillThere: phrase('stillThere'),
      notHeard: phrase('notHeard'),
      lengthWarning: phrase('lengthWarning'),
      goodbye: phrase('goodbye'),
    },
  };
}
