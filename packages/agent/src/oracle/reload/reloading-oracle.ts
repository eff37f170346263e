import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { OracleCallError, systemClock } from '@oracle-calls/protocol';
import type { Brain } from '../../brain/brain.ts';
import { createBrain } from '../../brain/create-brain.ts';
import { untilAborted } from '../../brain/until-aborted.ts';
import type { OracleSettings } from '../brain-settings.ts';
import type { OracleDefinition } from '../define-oracle.ts';
import { hearingOf } from '../hearing-of.ts';
import { loadOracle } from '../load-oracle.ts';
import { openOracle } from '../open-oracle.ts';
import type { OpenOracleOptions } from '../open-oracle.ts';
import { FileWatch } from './file-watch.ts';
import { FreshImports } from './fresh-imports.ts';

export interface ReloadOptions extends OpenOracleOptions {
  /** The changed oracle answers from now on. */
  readonly onReloaded: (title: string) => void;
  /** What is there now cannot be used, and why; the oracle before it goes on. */
  readonly onRefused: (problem: string) => void;
}

export interface ReloadingOracle {
  /** As it was when it was opened. */
  readonly definition: OracleDefinition;
  /** Answers with the oracle as it is at the time. */
  readonly brain: Brain;
}

interface Opened {
  readonly definition: OracleDefinition;
  readonly brain: Brain;
}

/**
 * An oracle for the time in which it is written: whenever its file, one that it imports, or one of its documents changes, it is read anew, and the next answer
 * is the new one's. Answers under way end as they began. What cannot be used changes nothing, and is waited for when there is nothing else yet.
 *
 * @throws `signal.reason` when it is not wanted any more
 */
export async function openReloadingOracle(settings: OracleSettings, options: ReloadOptions): Promise<ReloadingOracle> {
  const { onReloaded, onRefused, signal, clock = systemClock } = options;
  const imports = new FreshImports();
  const changes = new Changes();
  const watch = new FileWatch(() => changes.add(), clock);
  const open = async (): Promise<Opened> => {
    let folders: string[] = [];
    try {
      const definition = await loadOracle(settings, (url) => imports.import(url));
      folders = documentsOf(definition);
      return { definition, brain: await openOracle(definition, options) };
    } finally {
      // Also of one that cannot be used: the next change may be its cure.
      watch.set({ files: settings.definitionFile === undefined ? [] : imports.files, folders });
    }
  };
  await using opening = new AsyncDisposableStack();
  opening.use(imports);
  opening.use(watch);
  let seen = 0;
  const first = await openFirst();
  let current = new Answering(first.brain);
  const retired = new Set<Promise<void>>();
  const closing = new AbortController();
  const following = follow(closing.signal);

  async function openFirst(): Promise<Opened> {
    for (;;) {
      seen = changes.count;
      try {
        return await open();
      } catch (cause) {
        signal?.throwIfAborted();
        onRefused(messageOf(cause));
      }
      await changes.after(seen, signal);
    }
  }

  /** One after the other; what changes meanwhile is read once more. */
  async function follow(until: AbortSignal): Promise<void> {
    while (
      await changes.after(seen, until).then(
        () => true,
        () => false,
      )
    ) {
      seen = changes.count;
      try {
        await replace(await open());
      } catch (cause) {
        onRefused(messageOf(cause));
      }
    }
  }

  async function replace(next: Opened): Promise<void> {
    if (!isDeepStrictEqual(hearingOf(settings, next.definition), hearingOf(settings, first.definition))) {
      await next.brain.close();
      const problem = 'Others hear the call now, and callers are told before they speak. Start again to use it.';
      throw new OracleCallError('ERR_CONFIG_INVALID', problem);
    }
    const retiring = current.retire();
    retired.add(retiring);
    void retiring.then(() => retired.delete(retiring));
    current = new Answering(next.brain);
    onReloaded(next.brain.title);
  }

  const held = opening.move();
  const brain = createBrain({
    title: first.brain.title,
    place: first.brain.place,
    wantsStills: first.brain.wantsStills,
    answer: (...asked) => current.answer(...asked),
    close: async () => {
      closing.abort(new OracleCallError('ERR_INTERNAL', 'The oracle is closed.'));
      await following;
      await held.disposeAsync();
      await Promise.all([current.retire(), ...retired]);
    },
  });
  return { definition: first.definition, brain };
}

/** Counts, and can be waited for. */
class Changes {
  #count = 0;
  #next = Promise.withResolvers<void>();

  get count(): number {
    return this.#count;
  }

  add(): void {
    this.#count += 1;
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  /** Resolves once there are more than `seen`. @throws `signal.reason` */
  async after(seen: number, signal: AbortSignal | undefined): Promise<void> {
    while (this.#count <= seen) await untilAborted(this.#next.promise, signal);
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** A brain that is closed once its last answer is over. */
class Answering {
  readonly #brain: Brain;
  readonly #answers = new Set<Promise<void>>();

  constructor(brain: Brain) {
    this.#brain = brain;
  }

  async *answer(...asked: Parameters<Brain['answer']>): AsyncGenerator<string> {
    const over = Promise.withResolvers<void>();
    this.#answers.add(over.promise);
    try {
      yield* this.#brain.answer(...asked);
    } finally {
      over.resolve();
      this.#answers.delete(over.promise);
    }
  }

  async retire(): Promise<void> {
    await Promise.all(this.#answers);
    await this.#brain.close().catch(() => undefined);
  }
}

function documentsOf({ documents }: OracleDefinition): string[] {
  if (documents === undefined) return [];
  return [documents instanceof URL ? fileURLToPath(documents) : documents];
}
