import * as v from 'valibot';

export const IDENTITIES = { user: 'u-user', agent: 'a-agent' } as const;
export type EndName = keyof typeof IDENTITIES;
const endSchema = v.picklist(['user', 'agent']);

/** What the process of the two ends is told. */
export const commandSchema = v.variant('do', [
  v.object({ do: v.literal('begin') }),
  /** Another process of the oracle takes over, whose models are elsewhere. */
  v.object({ do: v.literal('restart') }),
  v.object({ do: v.literal('rekey') }),
  /** The user writes. */
  v.object({ do: v.literal('chat'), text: v.string() }),
  /** The oracle's words are shown to the user. */
  v.object({ do: v.literal('caption'), text: v.string() }),
  v.object({ do: v.literal('deliver'), to: endSchema, hex: v.string() }),
]);
export type EndsCommand = v.InferOutput<typeof commandSchema>;

/** What it says. */
export const lineSchema = v.variant('said', [
  v.object({
    said: v.literal('call'),
    callId: v.string(),
    contextHash: v.string(),
    envelopeSignature: v.string(),
    callKey: v.string(),
    keyFile: v.string(),
    document: v.string(),
  }),
  v.object({ said: v.literal('secret'), label: v.string(), hex: v.string() }),
  v.object({ said: v.literal('frame'), from: endSchema, hex: v.string() }),
  /** `listeners` are the hosts that hear, as the other end says; `warning` is what comes of another declaration than before. */
  v.object({
    said: v.literal('confirmed'),
    end: endSchema,
    code: v.string(),
    listeners: v.array(v.string()),
    warning: v.optional(v.string()),
  }),
  v.object({ said: v.literal('rekeyed'), end: endSchema, epoch: v.number() }),
  v.object({ said: v.literal('payload'), end: endSchema, text: v.string() }),
  v.object({ said: v.literal('refused'), end: endSchema, code: v.string() }),
]);
export type EndsLine = v.InferOutput<typeof lineSchema>;
