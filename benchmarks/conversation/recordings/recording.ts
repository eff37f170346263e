import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readWav } from '@oracle-calls/node-media/pcm';
import type { WavAudio } from '@oracle-calls/node-media/pcm';

/** What a recording is played for. */
export type RecordingKind =
  /** The oracle answers it. */
  | 'question'
  /** A question that makes the oracle use a tool. */
  | 'request'
  /** Spoken over an answer, which has to stop. */
  | 'interruption'
  /** Heard during an answer, which has to go on. */
  | 'back-channel'
  | 'noise';

/** One sound file of this folder: `<name>.wav`, 16 kHz, mono, 16 bits, from the first to the last audible sample. */
export interface Recording {
  readonly name: string;
  readonly kind: RecordingKind;
  /** What is said, word by word; empty for a noise. */
  readonly text: string;
  /** A right answer contains one of these words. Absent where any answer will do. */
  readonly accepts?: readonly string[] | undefined;
  readonly voice: string;
  /** What makes it harder than clean speech. */
  readonly conditions?: string | undefined;
  readonly sha256: string;
}

/** @throws {TypeError} when the file is not the one that was listed */
export async function readRecording({ name, sha256 }: Recording): Promise<WavAudio> {
  const bytes = await readFile(new URL(`${name}.wav`, import.meta.url));
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new TypeError(`${name}.wav is another recording than the one that is listed: ${found}`);
  return readWav(bytes);
}
