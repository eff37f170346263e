/** The two ends of a call, by whose they are. */
export type End = 'user' | 'oracle';

/** A call with everything that is secret of it: each attack takes what its attacker has, and nothing else. */
export interface CallLeaks {
  readonly callId: string;
  readonly sfuRoomName: string;
  /** As backend and homeserver see it. */
  readonly envelopeHex: string;
  /** The oracle's DID document, and the file with all of its private keys. */
  readonly document: string;
  readonly keyFile: string;
  readonly userPrivateKeyHex: string;
  readonly callKeyHex: string;
}

/** What one end knows. */
export interface EndFacts {
  /** It believes to have shaken hands with the other. */
  readonly isConfirmed: boolean;
  readonly refusals: readonly string[];
  /** Written messages that came. */
  readonly words: readonly string[];
  /** How much of what it hears of the other end is that one's tone: 0 to 1. */
  readonly hears: number;
}

/** What the process of the two ends is asked, and what it answers. */
export interface EndsWork {
  /** Makes an oracle, a user and a call between them. */
  readonly place: { readonly asks: object; readonly answers: CallLeaks };
  /** Joins an SFU room as one end of the call. The SFU decides which room that is. */
  readonly join: { readonly asks: { readonly end: End; readonly sfuRoomName: string }; readonly answers: object };
  /** The oracle makes its offer. */
  readonly begin: { readonly asks: object; readonly answers: object };
  /** The user writes something. */
  readonly write: { readonly asks: { readonly text: string }; readonly answers: object };
  readonly facts: { readonly asks: { readonly end: End }; readonly answers: EndFacts };
  /** Every frame that either end has sent: the SFU sees them as they are. */
  readonly frames: { readonly asks: object; readonly answers: { readonly hex: readonly string[] } };
  /** Both ends leave. */
  readonly leave: { readonly asks: object; readonly answers: object };
}

export type EndsAsk = keyof EndsWork;

export interface EndsQuestion<A extends EndsAsk = EndsAsk> {
  readonly id: number;
  readonly ask: A;
  readonly asks: EndsWork[A]['asks'];
}

export interface EndsAnswer {
  readonly id: number;
  readonly answers?: object;
  readonly failure?: string;
}

export const USER_IDENTITY = 'u-user';
export const ORACLE_IDENTITY = 'a-oracle';
/** What either end hums. */
export const TONE_HZ = { user: 500, oracle: 900 } as const satisfies Record<End, number>;
