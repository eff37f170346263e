import { OracleCallError, SecretBytes } from '@oracle-calls/protocol';
import { DataReceiver } from '@oracle-calls/protocol/data-frame';
import {
  decodeAccept,
  decodeOffer,
  readFrameHeader,
  transcriptHash,
  type FrameKind,
  type TranscriptBinding,
} from '@oracle-calls/protocol/handshake';
import type { Epoch } from '@oracle-calls/protocol/key-schedule';
import { openHandshakeMessage } from '../handshake-seal.ts';
import type { AttackScene, Twin } from '../attack.ts';
import { LineProcess } from '../line-process.ts';
import type { SourcePatch } from '../twin/source-patch.ts';
import { lineSchema, type EndName, type EndsCommand, type EndsLine } from './ends-lines.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type LineOf<S extends EndsLine['said']> = Extract<EndsLine, { said: S }>;

export interface CarriedFrame {
  readonly from: EndName;
  readonly kind: FrameKind;
  readonly bytes: Bytes;
}

/** What a thief who has a call's key reads in the messages of a recorded handshake. */
export interface RecordedHandshake {
  readonly binding: TranscriptBinding;
  readonly transcript: Bytes;
}

/** The two ends of one call, and the network between them, which is the attacker's. */
export class AttackedEnds implements AsyncDisposable {
  readonly #process: LineProcess<EndsLine>;
  /** Every frame that either end sent, in order. */
  readonly frames: CarriedFrame[] = [];
  /** Whether the network carries a frame to the other end. */
  carries: (frame: CarriedFrame) => boolean = () => true;

  constructor(patches: readonly SourcePatch[]) {
    this.#process = new LineProcess({
      program: new URL('ends-process.ts', import.meta.url),
      schema: lineSchema,
      settings: {},
      patches,
      heard: (line) => {
        if (line.said !== 'frame') return;
        const frame = { from: line.from, bytes: fromHex(line.hex), kind: readFrameHeader(fromHex(line.hex)).kind };
        this.frames.push(frame);
        if (this.carries(frame)) this.deliver(frame);
      },
    });
  }

  get lines(): readonly EndsLine[] {
    return this.#process.lines;
  }

  tell(command: EndsCommand): void {
    this.#process.tell(command);
  }

  deliver({ from, bytes }: Pick<CarriedFrame, 'from' | 'bytes'>): void {
    this.tell({ do: 'deliver', to: from === 'user' ? 'agent' : 'user', hex: Buffer.from(bytes).toString('hex') });
  }

  /** The next line of a kind that fits. */
  until<S extends EndsLine['said']>(
    said: S,
    fits: (line: LineOf<S>) => boolean = () => true,
    from = 0,
  ): Promise<LineOf<S>> {
    const isIt = (line: EndsLine): line is LineOf<S> => line.said === said && fits(line as LineOf<S>);
    return this.#process.untilSaid(said, isIt, from);
  }

  /** The first of two kinds. */
  untilEither<S extends EndsLine['said']>(saids: readonly S[], end: EndName, from: number): Promise<LineOf<S>> {
    const isIt = (line: EndsLine): line is LineOf<S> =>
      saids.some((said) => said === line.said) && 'end' in line && line.end === end;
    return this.#process.untilSaid(saids.join(' or '), isIt, from);
  }

  /** Shakes hands and waits for both ends. */
  async begin(): Promise<void> {
    this.tell({ do: 'begin' });
    await this.until('confirmed', ({ end }) => end === 'user');
    await this.until('confirmed', ({ end }) => end === 'agent');
  }

  async rekey(epoch: number): Promise<void> {
    this.tell({ do: 'rekey' });
    await this.until('rekeyed', (line) => line.end === 'user' && line.epoch === epoch);
    await this.until('rekeyed', (line) => line.end === 'agent' && line.epoch === epoch);
  }

  /** The first secret of this name that either end used, as a thief of its memory has it. */
  leaked(label: string): SecretBytes {
    const found = this.lines.find((line) => line.said === 'secret' && line.label === label);
    if (found?.said !== 'secret') throw new Error(`No end used a ${label}.`);
    return new SecretBytes(fromHex(found.hex), label);
  }

  recorded(kind: FrameKind): Bytes {
    const found = this.frames.findLast((frame) => frame.kind === kind);
    if (found === undefined) throw new Error(`No ${kind} was sent.`);
    return found.bytes;
  }

  /** Reads the recorded handshake, with the key of the call. */
  async readHandshake(): Promise<RecordedHandshake> {
    const { callId, contextHash, envelopeSignature, callKey } = await this.until('call');
    const key = new SecretBytes(fromHex(callKey), 'stolen call key');
    const offer = decodeOffer(openHandshakeMessage(key, this.recorded('offer')));
    const { encapsulation, userNonce } = decodeAccept(openHandshakeMessage(key, this.recorded('accept')));
    const call = { callId, contextHash: fromHex(contextHash), envelopeSignature: fromHex(envelopeSignature) };
    const binding = { ...call, ...offer, attempt: 1, encapsulation, userNonce };
    return { binding, transcript: transcriptHash(binding) };
  }

  /** What the user wrote last, as far as the keys of a thief open it. */
  async openLastChat(epoch: Epoch): Promise<string | OracleCallError> {
    const receiver = new DataReceiver('user-to-oracle');
    receiver.install(epoch.keys);
    let refusal = new OracleCallError('ERR_KEY_MISSING');
    for (const { from, kind, bytes } of this.frames) {
      if (from !== 'user' || kind !== 'data') continue;
      const outcome = await receiver.open(bytes);
      if (outcome.kind === 'payload' && outcome.payload.kind === 'chat') return outcome.payload.text;
      if (outcome.kind === 'refused' && outcome.error.code === 'ERR_DATA_OPEN') refusal = outcome.error;
    }
    return refusal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}

/** Both ends of the secure link in a process of their own, so that they alone become twins; nothing of the SFU matters here. */
export class LinkAttackScene implements AttackScene {
  #patches: readonly SourcePatch[] = [];

  async become(twin: Twin | undefined): Promise<void> {
    this.#patches = twin?.patches ?? [];
  }

  /** `patches` are there with and without the defence: what makes an attack affordable, not what makes it succeed. */
  ends(patches: readonly SourcePatch[] = []): AttackedEnds {
    return new AttackedEnds([...this.#patches, ...patches]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Every attack ends its own process.
  }
}

export const fromHex = (hex: string): Bytes => new Uint8Array(Buffer.from(hex, 'hex'));
