import { OracleCallError } from '@oracle-calls/protocol';
import { floatToInt16, int16ToFloat } from './pcm.ts';

export interface WavAudio {
  /** Mono, −1…1; several channels are averaged. */
  readonly samples: Float32Array;
  readonly sampleRate: number;
}

const HEADER_BYTES = 44;
const FORMAT_PCM = 1;

/** What stands before the samples of a mono 16-bit RIFF WAVE file (Microsoft, "Multimedia Programming Interface and Data Specifications 1.0"). */
export function wavHeader(dataBytes: number, sampleRate: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const text = (offset: number, value: string): void => {
    for (let i = 0; i < value.length; i++) view.setUint8(offset + i, value.charCodeAt(i));
  };
  text(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, FORMAT_PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, dataBytes, true);
  return bytes;
}

/** Writes mono 16-bit PCM as a RIFF WAVE file. */
export function writeWav({ samples, sampleRate }: WavAudio): Uint8Array {
  const pcm = floatToInt16(samples);
  const bytes = new Uint8Array(HEADER_BYTES + pcm.byteLength);
  const view = new DataView(bytes.buffer);
  bytes.set(wavHeader(pcm.byteLength, sampleRate));
  pcm.forEach((sample, i) => view.setInt16(HEADER_BYTES + i * 2, sample, true));
  return bytes;
}

/**
 * Reads a RIFF WAVE file of 16-bit PCM.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` for anything else
 */
export function readWav(bytes: Uint8Array): WavAudio {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (offset: number): string =>
    offset + 4 <= bytes.length ? String.fromCharCode(...bytes.subarray(offset, offset + 4)) : '';
  if (tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw malformed('not a WAVE file');
  let format: { channels: number; sampleRate: number } | undefined;
  for (let offset = 12; offset + 8 <= bytes.length;) {
    const length = view.getUint32(offset + 4, true);
    const body = offset + 8;
    if (tag(offset) === 'fmt ') {
      if (length < 16 || body + 16 > bytes.length) throw malformed('a broken format chunk');
      if (view.getUint16(body, true) !== FORMAT_PCM || view.getUint16(body + 14, true) !== 16) {
        throw malformed('not 16-bit PCM');
      }
      format = { channels: view.getUint16(body + 2, true), sampleRate: view.getUint32(body + 4, true) };
    } else if (tag(offset) === 'data') {
      if (format === undefined || format.channels === 0 || format.sampleRate === 0)
        throw malformed('no format before the data');
      // A recorder that was cut off leaves a length beyond the end of the file: what is there counts.
      const available = Math.min(length, bytes.length - body);
      const pcm = new Int16Array(Math.floor(available / 2));
      for (let i = 0; i < pcm.length; i++) pcm[i] = view.getInt16(body + i * 2, true);
      return { samples: mixDown(int16ToFloat(pcm), format.channels), sampleRate: format.sampleRate };
    }
    offset = body + length + (length % 2);
  }
  throw malformed('no data chunk');
}

function mixDown(samples: Float32Array, channels: number): Float32Array {
  if (channels === 1) return samples;
  const mono = new Float32Array(Math.floor(samples.length / channels));
  for (let i = 0; i < mono.length; i++) {
    for (let c = 0; c < channels; c++) mono[i] = (mono[i] ?? 0) + (samples[i * channels + c] ?? 0) / channels;
  }
  return mono;
}

function malformed(problem: string): OracleCallError {
  return new OracleCallError('ERR_PROTOCOL_MALFORMED', `The sound file cannot be read: ${problem}.`);
}
