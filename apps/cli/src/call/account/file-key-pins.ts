import { join } from 'node:path';
import type { Did } from '@oracle-calls/protocol';
import type { KeyPinStore } from '@oracle-calls/sdk/core';
import * as v from 'valibot';
import { readRecord, writeRecord } from './private-record.ts';

const FILE_NAME = 'known-oracles.json';
const fileSchema = v.object({ v: v.literal(1), oracles: v.record(v.string(), v.unknown()) });
/** The part of a pin that is read here; the SDK reads all of it. */
const accountSchema = v.looseObject({ matrixUserId: v.string() });

/**
 * The keys of oracles that an account knows, in one file of its folder. The account's own store lets only one process at a time in, so
 * steps need an order inside this process alone.
 */
export class FileKeyPins implements KeyPinStore {
  readonly isDurable = true;
  readonly #path: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.#path = join(folder, FILE_NAME);
  }

  async get(did: Did): Promise<unknown> {
    return (await this.#read())[did];
  }

  update(did: Did, change: (kept: unknown) => unknown): Promise<void> {
    const updated = this.#last.then(async () => {
      const oracles = await this.#read();
      await writeRecord(this.#path, { v: 1, oracles: { ...oracles, [did]: change(oracles[did]) } });
    });
    this.#last = updated.catch(() => undefined);
    return updated;
  }

  /** The oracles that were last seen under this Matrix account. */
  async findByAccount(matrixUserId: string): Promise<readonly string[]> {
    return Object.entries(await this.#read()).flatMap(([did, kept]) => {
      const parsed = v.safeParse(accountSchema, kept);
      return parsed.success && parsed.output.matrixUserId === matrixUserId ? [did] : [];
    });
  }

  async #read(): Promise<Readonly<Record<string, unknown>>> {
    return (await readRecord(this.#path, fileSchema))?.oracles ?? {};
  }
}
