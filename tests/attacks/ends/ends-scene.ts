import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLiveKit, type LiveKit } from '../../../dev/livekit/livekit.ts';
import { until } from '../../system/agent/until.ts';
import type { AttackScene, Twin } from '../attack.ts';
import { RoomParticipant, type SfuAccess } from '../room/room-participant.ts';
import type { SourcePatch } from '../twin/source-patch.ts';
import type { CallLeaks, End, EndFacts } from './ends-messages.ts';
import { EndsProcess } from './ends-process.ts';

/** Real LiveKit, and the two ends of a call in a process of their own; the attacker is this process. */
export class EndsScene implements AttackScene {
  readonly sfu: SfuAccess;
  readonly #resources: AsyncDisposableStack;
  #patches: readonly SourcePatch[] = [];
  #ends: EndsProcess | undefined;

  private constructor(livekit: LiveKit, resources: AsyncDisposableStack) {
    const { url, apiKey, apiSecret } = livekit;
    this.sfu = { url, apiKey, apiSecret };
    this.#resources = resources;
  }

  static async open(): Promise<EndsScene> {
    await using opening = new AsyncDisposableStack();
    const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-attack-'));
    opening.defer(() => rm(stateDir, { recursive: true, force: true }));
    const livekit = opening.use(await startLiveKit({ stateDir }));
    return new EndsScene(livekit, opening.move());
  }

  async become(twin: Twin | undefined): Promise<void> {
    const wanted = twin?.patches ?? [];
    if (wanted === this.#patches || (wanted.length === 0 && this.#patches.length === 0)) return;
    this.#patches = wanted;
    await this.#stop();
  }

  /** A new call, in which nobody sits yet. */
  async place(): Promise<CallLeaks> {
    this.#ends ??= await EndsProcess.start(this.sfu, this.#patches);
    await this.#ends.ask('leave', {});
    return await this.#ends.ask('place', {});
  }

  /** Lets an end of the placed call into a room. */
  async seat(end: End, sfuRoomName: string): Promise<void> {
    await this.ends.ask('join', { end, sfuRoomName });
  }

  get ends(): EndsProcess {
    if (this.#ends === undefined) throw new Error('No call is placed.');
    return this.#ends;
  }

  factsOf(end: End): Promise<EndFacts> {
    return this.ends.ask('facts', { end });
  }

  /** Waits for something that one end knows, and for what decides otherwise. */
  async untilEnd(end: End, isSo: (facts: EndFacts) => boolean, what: string): Promise<EndFacts> {
    let facts = await this.factsOf(end);
    await until(async () => isSo((facts = await this.factsOf(end))), what);
    return facts;
  }

  /** Somebody without a key whom the holder of the SFU's secret lets into a room. */
  joinRoom(sfuRoomName: string, identity: string): Promise<RoomParticipant> {
    return RoomParticipant.join({ ...this.sfu, sfuRoomName, identity, isEncrypted: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.#resources.disposeAsync();
  }

  async #stop(): Promise<void> {
    await this.#ends?.[Symbol.asyncDispose]();
    this.#ends = undefined;
  }
}
