import { InvalidArgumentError } from 'commander';
import { readAccountSettings } from './account/account-options.ts';
import type { AccountFlags, AccountSettings } from './account/account-options.ts';

/** What the call is made with, as commander gives it. */
export interface CallFlags extends AccountFlags {
  readonly acceptKeys?: string;
  readonly say?: readonly string[];
  readonly wav?: string;
  readonly pcm?: number | true;
  readonly chat?: true;
  readonly speechModels?: string;
  readonly voice?: string;
  readonly language?: string;
  readonly session?: string;
  /** False with `--no-memory`. */
  readonly memory?: boolean;
  readonly record?: string;
  readonly maxSeconds?: number;
  readonly approve?: readonly string[];
  readonly press?: readonly string[];
  readonly verbose?: true;
  readonly json?: true;
}

/** What there is to tell the oracle. */
export type Source =
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'file'; readonly path: string }
  /** Raw sound from standard input, in Hz. */
  | { readonly kind: 'pcm'; readonly sampleRate: number }
  /** Lines from standard input, until it ends. */
  | { readonly kind: 'lines' };

export interface CallSettings extends AccountSettings {
  /** A DID, or the Matrix id of an oracle that was called before. */
  readonly oracle: string;
  /** Fingerprint of the changed identity key that is to be accepted. */
  readonly acceptKeys: string | undefined;
  readonly source: Source;
  readonly texts: 'spoken' | 'written';
  readonly speechModels: string | undefined;
  readonly agentVoice: string | undefined;
  readonly language: string | undefined;
  readonly sessionId: string | undefined;
  /** Whether the oracle may keep something of the call in its memory. */
  readonly remembers: boolean;
  readonly record: string | undefined;
  readonly maxMs: number | undefined;
  /** Tools that the oracle may use without asking again. */
  readonly approved: readonly string[];
  /** Keys for its quick replies, in order. */
  readonly presses: readonly string[];
}

/** Raw sound is taken for this unless a rate is named: what the call itself carries. */
export const DEFAULT_PCM_RATE = 48_000;

export function readSettings(oracle: string, flags: CallFlags): CallSettings {
  return {
    oracle,
    ...readAccountSettings(flags),
    acceptKeys: flags.acceptKeys,
    source: sourceOf(flags),
    texts: flags.chat === true ? 'written' : 'spoken',
    speechModels: flags.speechModels,
    agentVoice: flags.voice,
    language: flags.language,
    sessionId: flags.session,
    remembers: flags.memory !== false,
    record: flags.record,
    maxMs: flags.maxSeconds === undefined ? undefined : flags.maxSeconds * 1000,
    approved: flags.approve ?? [],
    presses: flags.press ?? [],
  };
}

/** The command line lets only one of them through. */
function sourceOf({ say, wav, pcm }: CallFlags): Source {
  if (say !== undefined) return { kind: 'texts', texts: say };
  if (wav !== undefined) return { kind: 'file', path: wav };
  if (pcm !== undefined) return { kind: 'pcm', sampleRate: pcm === true ? DEFAULT_PCM_RATE : pcm };
  return { kind: 'lines' };
}

/** Parses a flag's number, within bounds. */
export function numberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most)) {
      throw new InvalidArgumentError(`a number from ${String(least)} to ${String(most)}`);
    }
    return value;
  };
}
