import type { CallHearing } from './call-hearing.ts';
import { SENT_KINDS, type SentKind } from './sent-kinds.ts';

/* Without a schema, so that a page that only shows who hears loads none. */

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
