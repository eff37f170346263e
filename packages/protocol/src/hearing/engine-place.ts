import * as v from 'valibot';

/** What can be sent to another machine, in the order in which it is written and shown. */
export const SENT_KINDS = ['audio', 'text', 'pictures'] as const;
export type SentKind = (typeof SENT_KINDS)[number];

/** Longest host with its port: a name has 253 characters at most (RFC 1035, section 3.1). */
export const HOST_MAX_LENGTH = 255;

/** Letters, digits, hyphen, and the underscore of names that are not RFC 1123's. International names stand in their ASCII form (RFC 5891). */
const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
/** Only these characters: nothing that turns text around, looks like another letter, or moves a cursor is shown to a person. */
const HOST = new RegExp(String.raw`^(?:${LABEL}(?:\.${LABEL})*\.?|\[[0-9a-f:]{2,39}\])(?::[1-9][0-9]{0,4})?$`);

/** Name or address and port, in lower case, without path or credentials: this is shown to the user. */
export const shownHostSchema = v.pipe(
  v.string(),
  v.maxLength(HOST_MAX_LENGTH),
  v.regex(HOST, 'a host in ASCII and lower case, with a port or without'),
);

/** Where a part of the oracle works, and so who else gets a call's words: nobody, or a host and what it is sent. */
export const enginePlaceSchema = v.variant('where', [
  v.strictObject({ where: v.literal('this-machine') }),
  v.strictObject({
    where: v.literal('sent-to'),
    host: shownHostSchema,
    what: v.pipe(
      v.array(v.picklist(SENT_KINDS)),
      v.minLength(1),
      v.check((kinds) => new Set(kinds).size === kinds.length, 'each kind once'),
      v.readonly(),
    ),
  }),
]);
export type EnginePlace = v.InferOutput<typeof enginePlaceSchema>;

export const ON_THIS_MACHINE: EnginePlace = { where: 'this-machine' };

/**
 * `127.0.0.0/8`, `::1` and `localhost`. Names under `localhost` are loopback by RFC 6761 section 6.3, but not every system's resolver keeps to it and some
 * ask the network: those are declared by name.
 */
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/i;

/**
 * The place behind an address. Loopback is this machine: whatever listens there is the operator's own, and an operator who lets it pass
 * words on has to say so in the configuration.
 */
export function placeOf(url: string | URL, what: readonly SentKind[]): EnginePlace {
  const { host, hostname } = new URL(url);
  return LOOPBACK.test(hostname) ? ON_THIS_MACHINE : { where: 'sent-to', host, what: [...what] };
}
