import { once } from 'node:events';
import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseWith, systemClock, waitAtMost } from '@oracle-calls/protocol';
import type { Brain } from '../brain/brain.ts';
import { DEFAULT_APOLOGY } from '../brain/say-failures.ts';
import type { OracleDefinition } from '../oracle/define-oracle.ts';
import { memorySettingsOf } from '../memory/memory-settings.ts';
import { hearingOf } from '../oracle/hearing-of.ts';
import { loadOracle } from '../oracle/load-oracle.ts';
import { noEngines } from '../oracle/no-engines.ts';
import { openOracle } from '../oracle/open-oracle.ts';
import type { OpenOracleOptions } from '../oracle/open-oracle.ts';
import { openSpokenOracle } from '../oracle/open-spoken-oracle.ts';
import { openReloadingOracle } from '../oracle/reload/reloading-oracle.ts';
import { openChosenRecogniser, openChosenSynthesiser } from '../oracle/open-voices.ts';
import { turnRules } from '../oracle/turn-settings.ts';
import { openTurnDetector } from '../speech/turn-detector/turn-detector.ts';
import { VOICE_SAMPLE_RATE } from '@oracle-calls/node-media/pcm';
import { hostSettingsSchema } from './host-process.ts';
import type { HostReport } from './host-process.ts';
import { SpeechServer } from './speech-server.ts';
import type { SpeechParts } from './speech-server.ts';

/*
 * The speech host: loads the models of one worker and answers its jobs until the worker goes. It has no secret, knows no
 * call by name, and keeps nothing of what it hears. When a part of it breaks it ends as a whole: the worker starts another.
 */

const [told]: unknown[] = await once(process, 'message');
const { socketPath, weightsDir, maxCalls, oracle, reloadsOracle } = parseWith(hostSettingsSchema, told);

async function load(): Promise<SpeechParts> {
  const onLost = (cause: Error): void => fail('engine-lost', cause);
  // One after the other: calls may be held on the same cores meanwhile.
  const local = { weightsDir, onLost };
  const { definition, openBrain } = await prepareOracle({ ...local, maxCalls });
  const facts = {
    apology: definition.apology ?? DEFAULT_APOLOGY,
    hearing: hearingOf(oracle, definition),
    turns: turnRules(definition.turns, oracle.turns),
    memory: memorySettingsOf(oracle.memory ?? definition.memory),
    avatar: definition.avatar,
  };
  if (definition.brain?.kind === 'realtime') {
    const spoken = await openSpokenOracle(definition, definition.brain, local);
    return { ...facts, ...noEngines(spoken), spoken };
  }
  const recogniser = await openChosenRecogniser(oracle.recognition, local);
  const voice = { voice: definition.voice, sampleRate: VOICE_SAMPLE_RATE };
  const synthesiser = await openChosenSynthesiser(oracle.speech, voice, local);
  const turnDetector = await openTurnDetector(local);
  const brain = await openBrain();
  return { ...facts, recogniser, synthesiser, turnDetector, brain };
}

/** What it is, and how to open it: the voices come first. */
async function prepareOracle(options: OpenOracleOptions): Promise<{
  readonly definition: OracleDefinition;
  readonly openBrain: () => Promise<Brain>;
}> {
  const definition = await loadOracle(oracle).catch((cause: unknown) => {
    // Waited for below until it is right.
    if (!reloadsOracle) throw cause;
    return undefined;
  });
  // A realtime model has its instructions from when its session began: it is not changed under way.
  if (definition !== undefined && (!reloadsOracle || definition.brain?.kind === 'realtime')) {
    return { definition, openBrain: () => openOracle(definition, options) };
  }
  const reloading = await openReloadingOracle(oracle, {
    ...options,
    onReloaded: (brainTitle) => tell({ kind: 'reloaded', brainTitle }),
    onRefused: (problem) => tell({ kind: 'not-reloaded', problem }),
  });
  return { definition: reloading.definition, openBrain: () => Promise.resolve(reloading.brain) };
}

/** The worker kills a host that takes longer than two seconds to go. */
const ENGINES_CLOSE_MAX_MS = 1_500;

/** A process that ends while a model computes ends by an abort of native code. */
async function closeEngines(): Promise<void> {
  const parts = await loaded.catch(() => undefined);
  await Promise.allSettled([parts?.recogniser.close(), parts?.synthesiser.close(), parts?.turnDetector?.close()]);
}

function tell(report: HostReport): void {
  if (process.connected) process.send?.(report);
}

function fail(problem: Extract<HostReport, { kind: 'failed' }>['problem'], cause: unknown): void {
  tell({ kind: 'failed', problem, message: cause instanceof Error ? cause.message : 'unknown' });
  process.exitCode = 1;
  // Told first: the message is written before the channel closes.
  process.disconnect();
}

// Also how the worker stops it. Nothing is kept, so there is nothing to finish.
process.once('disconnect', () => {
  process.off('SIGINT', ignore);
  process.off('SIGTERM', ignore);
  void (async () => {
    await listening.then((server) => server.close()).catch(() => undefined);
    await waitAtMost(systemClock, closeEngines(), ENGINES_CLOSE_MAX_MS);
    // Empty now, unless the worker has removed it already or another host listens.
    if (process.platform !== 'win32') await rmdir(dirname(socketPath)).catch(() => undefined);
    process.exit();
  })();
});
// The terminal's interrupt goes to the whole group: jobs still need the host until the worker lets go of it.
const ignore = (): void => undefined;
process.on('SIGINT', ignore);
process.on('SIGTERM', ignore);

const startedAt = systemClock.now();
const loaded = load();
const listening = SpeechServer.listen(socketPath, loaded);
try {
  await listening;
  const { brain, hearing } = await loaded;
  tell({ kind: 'ready', brainTitle: brain.title, hearing, ms: systemClock.now() - startedAt });
} catch (cause) {
  fail('not-loaded', cause);
}
