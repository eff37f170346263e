/** What can be sent to another machine, in the order in which it is written and shown. */
export const SENT_KINDS = ['audio', 'text', 'pictures'] as const;
export type SentKind = (typeof SENT_KINDS)[number];
