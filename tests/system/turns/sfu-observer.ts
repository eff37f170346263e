import { Room, RoomEvent } from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';

export interface SfuObserverOptions {
  readonly sfu: { readonly url: string; readonly apiKey: string; readonly apiSecret: string };
  readonly sfuRoomName: string;
}

/** Topics of the framework's streams of text (`@livekit/agents` 1.9.0, `TOPIC_*` in `dist/constants.js`), and LiveKit's own for chat. */
const TEXT_TOPICS = [
  'lk.transcription',
  'lk.chat',
  'lk.agent.session',
  'lk.agent.events',
  'lk.agent.request',
  'lk.agent.response',
];

/** Somebody with the SFU's secret whom nobody sees, who writes down whatever an SFU can read of a room beside its sound. */
export interface SfuObserver extends AsyncDisposable {
  /** One line each, with what kind of thing it was first. */
  readonly seen: readonly string[];
}

export async function observeRoom({ sfu, sfuRoomName }: SfuObserverOptions): Promise<SfuObserver> {
  const token = new AccessToken(sfu.apiKey, sfu.apiSecret, { identity: `observer-${crypto.randomUUID()}`, ttl: 600 });
  token.addGrant({ roomJoin: true, room: sfuRoomName, hidden: true, canPublish: false, canSubscribe: true });
  const room = new Room();
  const seen: string[] = [];
  const note = (kind: string, what: string): void => void seen.push(`${kind}: ${what}`);
  room.on(RoomEvent.DataReceived, (payload, _participant, _kind, topic) =>
    note('data', `${topic ?? 'no topic'} ${Buffer.from(payload).toString('latin1')}`),
  );
  room.on(RoomEvent.ParticipantAttributesChanged, (changed) => note('attributes', JSON.stringify(changed)));
  room.on(RoomEvent.ParticipantMetadataChanged, (metadata) => note('metadata', metadata ?? ''));
  room.on(RoomEvent.ParticipantNameChanged, (name) => note('name', name));
  room.on(RoomEvent.RoomMetadataChanged, (metadata) => note('room metadata', metadata ?? ''));
  for (const topic of TEXT_TOPICS) {
    room.registerTextStreamHandler(
      topic,
      (reader) => void reader.readAll().then((text) => note(`text on ${topic}`, text)),
    );
    room.registerByteStreamHandler(topic, () => note(`bytes on ${topic}`, ''));
  }
  await room.connect(sfu.url, await token.toJwt(), { autoSubscribe: false, dynacast: false });
  return { seen, [Symbol.asyncDispose]: () => room.disconnect() };
}
