import { randomUUID } from 'node:crypto';
import { OracleCallError, systemClock } from '@oracle-calls/protocol';
import type { BearerSecret, Clock } from '@oracle-calls/protocol';
import type { AnswerOptions, Brain, CallContext, Turn } from '../../brain/brain.ts';
import { createBrain } from '../../brain/create-brain.ts';
import { placeOf } from '@oracle-calls/protocol/hearing';
import type { EnginePlace } from '@oracle-calls/protocol/hearing';
import type { ToolBox } from '../../tools/tool-box.ts';
import { eventsOf, jsonOf, parseJson } from '../http/read-answer.ts';
import { requireSealedAddress } from '../http/plain-address.ts';
import { retryingStream } from '../http/retry-stream.ts';
import { post } from '../http/upstream.ts';
import type { UpstreamAnswer, UpstreamOptions } from '../http/upstream.ts';
import { eventSchemas, sessionOf, stillOf, WEBHOOK_VERSION, wholeAnswerSchema } from './contract.ts';
import type { AnswerRequest, InterruptionRequest, WebhookToolCall, WebhookToolResult } from './contract.ts';
import { signRequest } from './signature.ts';

/** Rounds of tools in one answer. */
const MAX_ROUNDS = 5;
/** A notice is worth no waiting, in ms. */
const NOTICE_MAX_MS = 2_000;

export interface WebhookBrainOptions extends Omit<UpstreamOptions, 'baseUrl' | 'key'> {
  readonly url: string;
  /** Of the Standard Webhooks form, `whsec_…`. */
  readonly secret: BearerSecret;
  readonly tools?: ToolBox | undefined;
  /** The service may ask for pictures of what the user shows. */
  readonly vision?: boolean | undefined;
  /** Where the service is, when its address does not say so. */
  readonly place?: EnginePlace | undefined;
}

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tool'; readonly call: WebhookToolCall }
  | { readonly kind: 'look' };

/**
 * A brain that is somebody's own service, asked over HTTP (`docs/webhook-brain.md`).
 *
 * @throws {OracleCallError} `ERR_CONFIG_INVALID` for a plain address of another machine
 */
export function openWebhookBrain(options: WebhookBrainOptions): Brain {
  requireSealedAddress(options.url, options.plaintext);
  // Checked now, and not in the first call.
  signRequest(options.secret, 'start', 0, '');
  const notices = new Set<Promise<void>>();
  return createBrain({
    title: `the service at ${new URL(options.url).host}`,
    place: options.place ?? placeOf(options.url, ['text']),
    answer: (turns, context, how) => answer(options, notices, turns, context, how),
    close: async () => void (await Promise.all(notices)),
  });
}

async function* answer(
  options: WebhookBrainOptions,
  notices: Set<Promise<void>>,
  turns: readonly Turn[],
  context: CallContext,
  how: AnswerOptions = {},
): AsyncGenerator<string> {
  const { tools, clock, vision = false } = options;
  const eyes = vision ? context.eyes : undefined;
  const { signal, alreadySaid = '', settled, acted } = how;
  signal?.throwIfAborted();
  let isTentative = settled !== undefined;
  settled?.then(
    () => (isTentative = false),
    () => undefined,
  );
  const answerId = randomUUID();
  const session = sessionOf(context);
  const toolResults: WebhookToolResult[] = [];
  let still: AnswerRequest['still'];
  let received = '';
  let isOver = false;
  try {
    for (let round = 1; ; round++) {
      const request: AnswerRequest = {
        version: WEBHOOK_VERSION,
        type: 'answer',
        answerId,
        session,
        turns,
        canLook: eyes !== undefined && still === undefined,
        still,
        alreadySaid: alreadySaid + received,
        isTentative,
        tools: tools?.descriptions ?? [],
        toolResults,
      };
      const wanted: WebhookToolCall[] = [];
      let wantsLook = false;
      for await (const piece of retryingStream(() => ask(options, request, signal), { clock, signal })) {
        // It may have done something of its own by now.
        if (!request.isTentative) acted?.();
        if (piece.kind === 'look') wantsLook = true;
        if (piece.kind === 'tool') wanted.push(piece.call);
        if (piece.kind !== 'text') continue;
        received += piece.text;
        yield piece.text;
      }
      if (wanted.length === 0 && !wantsLook) break;
      const isOffered = (wanted.length === 0 || tools !== undefined) && (!wantsLook || request.canLook);
      if (!isOffered || round >= MAX_ROUNDS) {
        throw new OracleCallError(
          'ERR_UPSTREAM_MALFORMED',
          'The service wants what it was not offered, or does not end.',
        );
      }
      if (wantsLook) {
        const seen = await eyes?.look({ signal });
        still = seen === undefined ? null : stillOf(seen);
      }
      for (const { id, name, arguments: given } of wanted) {
        const outcome = await tools?.run({ name, argumentsText: JSON.stringify(given) }, context, how);
        if (outcome === undefined) continue;
        toolResults.push({ id, name, arguments: given, result: outcome.text, isError: outcome.isError });
      }
    }
    isOver = true;
  } catch (cause) {
    // A failure of the service's own is no interruption.
    isOver = signal?.aborted !== true;
    throw cause;
  } finally {
    if (!isOver) {
      const notice = tellInterruption(options, {
        version: WEBHOOK_VERSION,
        type: 'interruption',
        answerId,
        session,
        received,
      });
      notices.add(notice);
      void notice.then(() => notices.delete(notice));
    }
  }
}

async function* ask(
  options: WebhookBrainOptions,
  request: AnswerRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<Piece> {
  const reply = await send(options, request, signal);
  if (/^application\/json\b/i.test(reply.contentType)) {
    const { text, tools, look } = await jsonOf(reply, wholeAnswerSchema);
    if (text !== '') yield { kind: 'text', text };
    for (const call of tools) yield { kind: 'tool', call };
    if (look) yield { kind: 'look' };
    return;
  }
  for await (const { event, data } of eventsOf(reply)) {
    switch (event) {
      case 'text': {
        const { text } = parseJson(data, eventSchemas.text);
        if (text !== '') yield { kind: 'text', text };
        break;
      }
      case 'tool':
        yield { kind: 'tool', call: parseJson(data, eventSchemas.tool) };
        break;
      case 'look':
        parseJson(data, eventSchemas.look);
        yield { kind: 'look' };
        break;
      case 'end':
        parseJson(data, eventSchemas.end);
        return;
      case 'error': {
        const { isRetryable } = parseJson(data, eventSchemas.error);
        throw new OracleCallError(isRetryable ? 'ERR_UPSTREAM_MODEL' : 'ERR_UPSTREAM_REFUSED');
      }
      default:
      // A later contract may have more events; who sends them may not need them understood.
    }
  }
  throw new OracleCallError('ERR_UPSTREAM_MODEL', 'The answer broke off.');
}

function send(
  options: WebhookBrainOptions,
  request: AnswerRequest | InterruptionRequest,
  signal: AbortSignal | undefined,
): Promise<UpstreamAnswer> {
  const { url, secret, clock = systemClock } = options;
  const body = JSON.stringify(request);
  // Each attempt is a request of its own: a receiver refuses an id that it has seen.
  const headers = {
    accept: 'text/event-stream, application/json',
    ...signRequest(secret, `msg_${randomUUID()}`, clock.now(), body),
  };
  return post({ ...options, baseUrl: url }, { path: '', body, headers, signal });
}

/** Best effort: whoever interrupts waits for nobody. */
async function tellInterruption(options: WebhookBrainOptions, request: InterruptionRequest): Promise<void> {
  const clock: Clock = options.clock ?? systemClock;
  const limit = new AbortController();
  using _bound = clock.after(NOTICE_MAX_MS, () => limit.abort(new OracleCallError('ERR_UPSTREAM_TIMEOUT')));
  try {
    (await send(options, request, limit.signal)).release();
  } catch {
    // The next request's turns tell it too.
  }
}
