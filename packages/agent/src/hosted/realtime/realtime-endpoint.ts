import { OracleCallError, systemClock } from '@oracle-calls/protocol';
import type { BearerSecret, Clock } from '@oracle-calls/protocol';
import { WebSocket } from 'ws';
import { placeOf } from '@oracle-calls/protocol/hearing';
import type { EnginePlace } from '@oracle-calls/protocol/hearing';
import type { CallContext } from '../../brain/brain.ts';
import { requireSealedAddress } from '../http/plain-address.ts';
import type { Plaintext } from '../http/plain-address.ts';
import { RealtimeConversation } from './realtime-conversation.ts';
import { SENT_TO_REALTIME } from './speech-to-speech.ts';
import type { SpeechConversationOptions, SpeechRole, SpeechToSpeech } from './speech-to-speech.ts';

/** From the connection's beginning until the session is as asked for, in ms. */
const OPEN_MAX_MS = 15_000;
/** A piece of sound is some kilobytes; nothing that is expected comes near this. */
const FRAME_MAX_BYTES = 4 * 1024 * 1024;

export interface RealtimeEndpoint {
  /** Such as `wss://api.example.com/v1/realtime`. */
  readonly url: string;
  readonly model: string;
  readonly voice?: string | undefined;
  readonly key?: BearerSecret | undefined;
  /** Writes down what the user says; without it there are no captions of the user. */
  readonly transcriptionModel?: string | undefined;
  /** Where the model is, when its address does not say so: a proxy on this machine that passes everything on. */
  readonly place?: EnginePlace | undefined;
  /** Who the model is to be in a call. */
  readonly role: (context: CallContext) => SpeechRole | Promise<SpeechRole>;
  readonly clock?: Clock | undefined;
  /** Leave for a `ws:` address of another machine. */
  readonly plaintext?: Plaintext | undefined;
}

/**
 * A client of OpenAI's Realtime API over WebSocket, and of what imitates it.
 *
 * @throws {OracleCallError} `ERR_CONFIG_INVALID` for a plain address of another machine
 */
export function createRealtimeEndpoint(endpoint: RealtimeEndpoint): SpeechToSpeech {
  requireSealedAddress(endpoint.url, endpoint.plaintext);
  return {
    title: `${endpoint.model} at ${new URL(endpoint.url).host}`,
    place: endpoint.place ?? placeOf(endpoint.url, SENT_TO_REALTIME),
    converse: (options) => converse(endpoint, options),
  };
}

async function converse(endpoint: RealtimeEndpoint, options: SpeechConversationOptions): Promise<RealtimeConversation> {
  const { clock = systemClock, key } = endpoint;
  const { signal } = options;
  signal?.throwIfAborted();
  const role = await endpoint.role(options.context);
  signal?.throwIfAborted();
  const url = new URL(endpoint.url);
  url.searchParams.set('model', endpoint.model);
  const socket = new WebSocket(url, {
    headers: key === undefined ? {} : { authorization: `Bearer ${key.expose()}` },
    maxPayload: FRAME_MAX_BYTES,
    followRedirects: false,
    perMessageDeflate: false,
  });
  const conversation = new RealtimeConversation(
    socket,
    { ...options, tools: role.tools, clock },
    sessionOf(endpoint, role, options.context),
  );
  const onAbort = (): void => conversation.fail(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  using _bound = clock.after(OPEN_MAX_MS, () => conversation.fail(new OracleCallError('ERR_UPSTREAM_TIMEOUT')));
  try {
    await conversation.ready;
    return conversation;
  } catch (cause) {
    await conversation.close();
    throw cause;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The session as the API of general availability takes it. */
function sessionOf(
  { model, voice: ownVoice, transcriptionModel }: RealtimeEndpoint,
  { instructions, tools }: SpeechRole,
  { language, voice: wished }: CallContext,
): object {
  // Unlike a speech endpoint's it cannot be tried: a session with a voice that is not there is refused as a whole.
  const voice = ownVoice ?? wished;
  const format = { type: 'audio/pcm', rate: 24_000 };
  const spoken = language === undefined ? '' : `\n\nThe user’s language is ${language} (BCP 47). Answer in it.`;
  const transcription = transcriptionModel === undefined ? {} : { transcription: { model: transcriptionModel } };
  return {
    type: 'realtime',
    model,
    instructions: instructions + spoken,
    output_modalities: ['audio'],
    audio: {
      input: {
        format,
        // It tells when the user speaks, and answers by itself. Its sound is stopped by who plays it.
        turn_detection: { type: 'server_vad', create_response: true, interrupt_response: true },
        ...transcription,
      },
      output: { format, ...(voice === undefined ? {} : { voice }) },
    },
    tools: (tools?.descriptions ?? []).map(({ name, description, parameters }) => ({
      type: 'function',
      name,
      description,
      parameters,
    })),
  };
}
