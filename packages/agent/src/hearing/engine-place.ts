import * as v from 'valibot';

/** Where a part of the oracle works, and so who else gets a call's words: nobody, or a host and what it is sent. */
export const enginePlaceSchema = v.variant('where', [
  v.strictObject({ where: v.literal('this-machine') }),
  v.strictObject({
    where: v.literal('sent-to'),
    /** Name and port, without path or credentials: this is shown to the user. */
    host: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
    what: v.pipe(v.array(v.picklist(['audio', 'text', 'pictures'])), v.minLength(1), v.readonly()),
  }),
]);
export type EnginePlace = v.InferOutput<typeof enginePlaceSchema>;
export type SentKind = Extract<EnginePlace, { where: 'sent-to' }>['what'][number];

/** Who hears a call, part by part. What is not known is not declared: a part without a place does not start. */
export const callHearingSchema = v.strictObject({
  recognition: enginePlaceSchema,
  languageModel: enginePlaceSchema,
  speech: enginePlaceSchema,
  /** Who sees the user's pictures; absent: nobody looks. */
  pictures: v.optional(enginePlaceSchema),
});
export type CallHearing = v.InferOutput<typeof callHearingSchema>;

export const ON_THIS_MACHINE: EnginePlace = { where: 'this-machine' };

/** `127.0.0.0/8`, `::1`, and the names that RFC 6761 section 6.3 keeps for them. */
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost|.+\.localhost)$/i;

/**
 * The place behind an address. Loopback is this machine: whatever listens there is the operator's own, and an operator who lets it pass
 * words on has to say so in the configuration.
 */
export function placeOf(url: string | URL, what: readonly SentKind[]): EnginePlace {
  const { host, hostname } = new URL(url);
  return LOOPBACK.test(hostname) ? ON_THIS_MACHINE : { where: 'sent-to', host, what: [...what] };
}

/** All hosts that get something of a call, each once with all it gets; empty when nothing leaves the machine. */
export function listenersOf(hearing: CallHearing): { readonly host: string; readonly what: readonly SentKind[] }[] {
  const byHost = new Map<string, Set<SentKind>>();
  for (const place of [hearing.recognition, hearing.languageModel, hearing.speech, hearing.pictures]) {
    if (place?.where !== 'sent-to') continue;
    byHost.set(place.host, new Set([...(byHost.get(place.host) ?? []), ...place.what]));
  }
  return Array.from(byHost, ([host, what]) => ({ host, what: [...what].toSorted() }));
}
