import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { OracleCallError, systemClock, silentLogger } from '@oracle-calls/protocol';
import type { Clock, Logger } from '@oracle-calls/protocol';
import type { Brain } from '../brain/brain.ts';
import { comparisonCodeAnswer } from '../brain/comparison-code-answer.ts';
import { createBrain } from '../brain/create-brain.ts';
import { blindAnswer } from '../sight/blind-answer.ts';
import { openGroundedBrain } from '../brain/grounded/grounded-brain.ts';
import { introductionFrom } from '../brain/grounded/small-talk.ts';
import { openEmbedder } from '../documents/embedder/embedder.ts';
import type { Embedder } from '../documents/embedder/embedder.ts';
import { openLibrary } from '../documents/library.ts';
import type { Library } from '../documents/library.ts';
import { readDocuments } from '../documents/read-documents.ts';
import { openChatBrain } from '../hosted/chat/chat-brain.ts';
import { openWebhookBrain } from '../hosted/webhook/webhook-brain.ts';
import { readBearerFile } from '../identity/oracle-key.ts';
import { memoryAnswer } from '../memory/memory-answer.ts';
import { ToolBox } from '../tools/tool-box.ts';
import type { ToolUse } from '../tools/tool-box.ts';
import { CallPlans } from './call-plans.ts';
import { brainPlace, picturesPlace } from './hearing-of.ts';
import type { BrainSettings } from './brain-settings.ts';
import type { BrainKit, OracleDefinition, OwnBrain } from './define-oracle.ts';

export interface OpenOracleOptions {
  /** Folder with the local models, as `dev/models` fills it. Read only where something local is chosen. */
  readonly weightsDir: string;
  /** Answers that the local model writes at a time. */
  readonly maxCalls?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Logger | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each use of a tool, for consoles and tests. */
  readonly onToolUse?: ((use: ToolUse) => void) | undefined;
  /** A model in a thread is gone. */
  readonly onLost?: ((cause: OracleCallError) => void) | undefined;
  /** Opens the sentence model; for tests. */
  readonly openEmbedder?: typeof openEmbedder | undefined;
  /** Opens the little language model; for tests. */
  readonly openTalker?:
    ((options: { weightsDir: string; maxCalls?: number | undefined }) => Promise<Brain>) | undefined;
}

/**
 * The brain of an oracle, with its tools, documents and calls.
 *
 * @throws {OracleCallError} `ERR_CONFIG_INVALID` when documents cannot be used, `ERR_PROTOCOL_MALFORMED` when a file of a key cannot be read,
 *   `ERR_INTERNAL` when a model cannot be loaded
 */
export async function openOracle(definition: OracleDefinition, options: OpenOracleOptions): Promise<Brain> {
  const { clock = systemClock, log = silentLogger, weightsDir, signal, onLost } = options;
  const { tools = [], documents, brain: choice = { kind: 'local' } } = definition;
  const toolBox = new ToolBox(tools, { clock, log, onUse: options.onToolUse });
  const isLocal = choice.kind === 'local';
  const hasExamples = tools.some(({ examples = [] }) => examples.length > 0);
  await using opened = new AsyncDisposableStack();
  const needsSentences = documents !== undefined || (isLocal && hasExamples);
  const embedder = needsSentences
    ? opened.use(await (options.openEmbedder ?? openEmbedder)({ weightsDir, signal, onLost }))
    : undefined;
  const library =
    embedder !== undefined && documents !== undefined ? await openDocuments(documents, embedder, signal) : undefined;
  if (library !== undefined)
    log.info('documents read', { documents: library.documents.length, passages: library.passages.length });
  const plans = new CallPlans(definition);
  const kit: BrainKit = {
    instructionsFor: (context) => plans.instructionsFor(context),
    toolBox,
    library,
    openReady: (settings) => openBrain(settings, definition, kit, embedder, options),
    clock,
    log,
  };
  const brain = opened.use(await openBrain(choice, definition, kit, embedder, options));
  if (!isDeepStrictEqual(brain.place, brainPlace(choice))) {
    throw new OracleCallError('ERR_CONFIG_INVALID', 'The brain works in another place than its oracle says.');
  }
  const pictures = picturesPlace(definition);
  if (brain.wantsStills === true && pictures === undefined) {
    throw new OracleCallError(
      'ERR_CONFIG_INVALID',
      'The brain wants pictures, and its oracle does not say who sees them.',
    );
  }
  if (definition.pictures !== undefined && !isDeepStrictEqual(definition.pictures, pictures)) {
    throw new OracleCallError('ERR_CONFIG_INVALID', 'The brain sees pictures in another place than its oracle says.');
  }
  const held = opened.move();
  return createBrain({
    title: brain.title,
    place: brain.place,
    wantsStills: brain.wantsStills,
    async *answer(turns, context, how = {}) {
      // A fact about the call that no brain is to invent, and no service needs to be told.
      const code = comparisonCodeAnswer(turns, context);
      if (code !== undefined) return yield code.slice(how.alreadySaid?.length ?? 0);
      const blind = isLocal && context.eyes === undefined ? blindAnswer(turns) : undefined;
      if (blind !== undefined) return yield blind.slice(how.alreadySaid?.length ?? 0);
      // Local models make up what they do not know; the others are told what was said.
      const former = isLocal ? memoryAnswer(turns, context) : undefined;
      if (former !== undefined) return yield former.slice(how.alreadySaid?.length ?? 0);
      await plans.prepare(context);
      yield* brain.answer(turns, context, how);
    },
    close: () => held.disposeAsync(),
  });
}

async function openBrain(
  choice: BrainSettings | OwnBrain,
  { instructions: ownInstructions, tools = [] }: OracleDefinition,
  kit: BrainKit,
  embedder: Embedder | undefined,
  { weightsDir, maxCalls, signal, openTalker = openDemonstration }: OpenOracleOptions,
): Promise<Brain> {
  const { toolBox, library, clock, log } = kit;

  switch (choice.kind) {
    case 'local': {
      if (embedder === undefined) return openTalker({ weightsDir, maxCalls });
      // Where there are documents they answer, and the language model need not be loaded.
      const source =
        library === undefined
          ? { talker: await openTalker({ weightsDir, maxCalls }) }
          : { library, introduction: introductionFrom(ownInstructions) };
      return openGroundedBrain({ source, embedder, tools, toolBox, signal });
    }
    case 'chat': {
      const { kind: _kind, apiKeyFile, place, vision, ...endpoint } = choice;
      const key = apiKeyFile === undefined ? undefined : await readBearerFile(apiKeyFile, 'language model key');
      const instructions: BrainKit['instructionsFor'] = (context) => kit.instructionsFor(context);
      return openChatBrain({
        endpoint: { ...endpoint, key },
        instructions,
        tools: toolBox,
        library,
        place,
        vision,
        clock,
        log,
      });
    }
    case 'webhook': {
      const { url, secretFile, place, plaintext, vision } = choice;
      const secret = await readBearerFile(secretFile, 'webhook secret');
      return openWebhookBrain({ url, secret, place, plaintext, vision, tools: toolBox, clock });
    }
    case 'realtime':
      throw new OracleCallError(
        'ERR_CONFIG_INVALID',
        'A realtime model hears and speaks: it cannot be talked with in writing.',
      );
    case 'own':
      return choice.open(kit);
    default:
      return choice satisfies never;
  }
}

/** Loaded only where it is chosen: the runtime of the language model is large. */
async function openDemonstration(options: { weightsDir: string; maxCalls?: number | undefined }): Promise<Brain> {
  const { openDemonstrationBrain } = await import('../brain/demonstration-brain.ts');
  return openDemonstrationBrain(options);
}

async function openDocuments(folder: string | URL, embedder: Embedder, signal?: AbortSignal): Promise<Library> {
  const path = folder instanceof URL ? fileURLToPath(folder) : folder;
  return openLibrary(await readDocuments(path), embedder, signal);
}
