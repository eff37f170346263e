import { fileURLToPath } from 'node:url';
import { silentLogger, systemClock } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { openEmbedder } from '../documents/embedder/embedder.ts';
import { openLibrary } from '../documents/library.ts';
import type { Library } from '../documents/library.ts';
import { readDocuments } from '../documents/read-documents.ts';
import { createRealtimeEndpoint } from '../hosted/realtime/realtime-endpoint.ts';
import type { SpeechToSpeech } from '../hosted/realtime/speech-to-speech.ts';
import { readBearerFile } from '../identity/oracle-key.ts';
import { defineTool } from '../tools/tool.ts';
import type { Tool } from '../tools/tool.ts';
import { ToolBox } from '../tools/tool-box.ts';
import type { BrainSettings } from './brain-settings.ts';
import { CallPlans } from './call-plans.ts';
import type { OracleDefinition } from './define-oracle.ts';
import type { OpenOracleOptions } from './open-oracle.ts';

/** Passages that a model gets for one question. */
const PASSAGES = 3;

export type RealtimeSettings = Extract<BrainSettings, { kind: 'realtime' }>;

/**
 * An oracle whose model hears and speaks by itself, with its tools, documents and calls. Documents are a tool of the model's: it asks for what it needs.
 *
 * @throws {OracleCallError} as `openOracle`
 */
export async function openSpokenOracle(
  definition: OracleDefinition,
  settings: RealtimeSettings,
  options: OpenOracleOptions,
): Promise<SpeechToSpeech> {
  const { clock = systemClock, log = silentLogger } = options;
  const { tools = [], documents } = definition;
  const library = documents === undefined ? undefined : await openDocuments(documents, options);
  const toolBox = new ToolBox(library === undefined ? tools : [...tools, lookUpIn(library)], { clock, log });
  const plans = new CallPlans(definition);
  const { kind: _kind, baseUrl, apiKeyFile, voice = definition.voice, ...endpoint } = settings;
  return createRealtimeEndpoint({
    ...endpoint,
    url: `${baseUrl.replace(/^http/, 'ws').replace(/\/+$/, '')}/realtime`,
    voice,
    key: apiKeyFile === undefined ? undefined : await readBearerFile(apiKeyFile, 'realtime model key'),
    clock,
    role: async (context) => {
      await plans.prepare(context);
      return { instructions: plans.instructionsFor(context), tools: toolBox };
    },
  });
}

async function openDocuments(
  documents: string | URL,
  { weightsDir, signal, onLost, ...options }: OpenOracleOptions,
): Promise<Library> {
  const embedder = await (options.openEmbedder ?? openEmbedder)({ weightsDir, signal, onLost });
  const folder = documents instanceof URL ? fileURLToPath(documents) : documents;
  return openLibrary(await readDocuments(folder), embedder, signal);
}

const lookUpIn = (library: Library): Tool =>
  defineTool({
    name: 'lookUp',
    description: `Finds what the oracle’s documents say about a question. They are about ${library.documents.join(', ')}. Answer questions of fact from them alone.`,
    parameters: v.object({ question: v.string() }),
    isLookup: true,
    run: async ({ question }, { signal }) => {
      const findings = await library.search(question, { count: PASSAGES, signal });
      return findings
        .map(({ passage: { heading = '', sentences } }) => `${heading}\n${sentences.join(' ')}`)
        .join('\n\n');
    },
  });
