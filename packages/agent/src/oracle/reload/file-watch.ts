import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '@oracle-calls/protocol';

/** Editors write a file in several steps, and people save several files. */
const QUIET_MS = 150;

export interface WatchedPlaces {
  readonly files: readonly string[];
  /** With everything in them. */
  readonly folders: readonly string[];
}

/** Tells, once things are quiet again, that one of some files has changed. */
export class FileWatch implements Disposable {
  readonly #onChange: () => void;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #watchers = new Map<string, FSWatcher>();
  #files = new Set<string>();
  #pending: Disposable | undefined;

  constructor(onChange: () => void, clock: Pick<Clock, 'after'>) {
    this.#onChange = onChange;
    this.#clock = clock;
  }

  /** Watches these places from now on, and no others. */
  set({ files, folders }: WatchedPlaces): void {
    this.#files = new Set(files);
    // Of a file its folder: many editors put a new file in its place.
    const wanted = new Map<string, { readonly place: string; readonly isWhole: boolean }>([
      ...files.map((file) => [`files in ${dirname(file)}`, { place: dirname(file), isWhole: false }] as const),
      ...folders.map((place) => [`all of ${place}`, { place, isWhole: true }] as const),
    ]);
    for (const [name, watcher] of this.#watchers) {
      if (wanted.has(name)) continue;
      watcher.close();
      this.#watchers.delete(name);
    }
    for (const [name, { place, isWhole }] of wanted) {
      if (this.#watchers.has(name)) continue;
      const watcher = this.#watch(place, isWhole);
      if (watcher !== undefined) this.#watchers.set(name, watcher);
    }
  }

  [Symbol.dispose](): void {
    this.set({ files: [], folders: [] });
    this.#pending?.[Symbol.dispose]();
  }

  #watch(place: string, isWhole: boolean): FSWatcher | undefined {
    try {
      const watcher = watch(place, { recursive: isWhole }, (_event, name) => {
        if (isWhole || name === null || this.#files.has(join(place, name))) this.#touched();
      });
      // A folder that goes away is told by its loss; what was in it is missed when it is read.
      watcher.on('error', () => this.#touched());
      return watcher;
    } catch {
      // It is not there: whoever reads it says so.
      return undefined;
    }
  }

  #touched(): void {
    this.#pending?.[Symbol.dispose]();
    this.#pending = this.#clock.after(QUIET_MS, this.#onChange);
  }
}
