import { ReadableStream } from 'node:stream/web';
import { AudioFrame, Room } from '@livekit/rtc-node';
import { initializeLogger, tts, voice } from '@livekit/agents';
import { AccessToken } from 'livekit-server-sdk';
import type { SfuObserverOptions } from './sfu-observer.ts';

class SilentVoice extends tts.TTS {
  readonly label = 'silent';
  constructor() {
    super(48_000, 1, { streaming: true });
  }
  override synthesize(): tts.ChunkedStream {
    throw new TypeError('the agent speaks itself');
  }
  override stream(): tts.SynthesizeStream {
    throw new TypeError('the agent speaks itself');
  }
}

class SilentAgent extends voice.Agent {
  constructor() {
    super({ instructions: '' });
  }
  override ttsNode(...[text]: Parameters<voice.Agent['ttsNode']>): ReturnType<voice.Agent['ttsNode']> {
    const frame = new AudioFrame(new Int16Array(9_600), 48_000, 1, 9_600);
    return Promise.resolve(
      new ReadableStream<AudioFrame>({
        async start(controller) {
          let isFirst = true;
          for await (const _piece of text) {
            if (isFirst) controller.enqueue(frame);
            isFirst = false;
          }
          controller.close();
        },
      }),
    );
  }
}

const USER = 'u-twin';

/** The framework as its authors mean it: a session that is given the room, and says something there. */
export async function speakInRoom({ sfu, sfuRoomName }: SfuObserverOptions, text: string): Promise<AsyncDisposable> {
  initializeLogger({ pretty: false, level: 'silent' });
  // It speaks to somebody alone.
  const user = new Room();
  const userToken = new AccessToken(sfu.apiKey, sfu.apiSecret, { identity: USER, ttl: 600 });
  userToken.addGrant({ roomJoin: true, room: sfuRoomName, canPublish: true, canSubscribe: true });
  await user.connect(sfu.url, await userToken.toJwt(), { autoSubscribe: true, dynacast: false });
  const token = new AccessToken(sfu.apiKey, sfu.apiSecret, { identity: 'a-twin', ttl: 600 });
  token.kind = 'agent';
  token.addGrant({
    roomJoin: true,
    room: sfuRoomName,
    canPublish: true,
    canSubscribe: true,
    canUpdateOwnMetadata: true,
  });
  const room = new Room();
  await room.connect(sfu.url, await token.toJwt(), { autoSubscribe: true, dynacast: false });
  const session = new voice.AgentSession({
    tts: new SilentVoice(),
    vad: null,
    turnHandling: { turnDetection: 'manual' },
    userAwayTimeout: null,
  });
  await session.start({ agent: new SilentAgent(), room, record: false, inputOptions: { participantIdentity: USER } });
  session.say(text);
  return {
    async [Symbol.asyncDispose]() {
      await session.close();
      await room.disconnect();
      await user.disconnect();
    },
  };
}
