import { TrackInfo } from '@livekit/protocol';
import { refused, succeeded, type Attack, type Twin } from '../attack.ts';
import { fullReconnect, lastNewsOf, participantNews, participantsIn } from '../lying-sfu/lies.ts';
import { stopSealing } from '../room/binding.ts';
import { seen } from '../seen.ts';
import { HEARD, ORACLE, USER, USER_TONE_HZ, type BrowserScene } from './browser-scene.ts';

const CONNECTION = 'packages/sdk/src/media/livekit-connection.ts';
const TRANSFORM = 'packages/sdk/src/frame-cryptor/frame-transform.ts';
/** Neither the user's nor the oracle's. */
const FORGED_TONE_HZ = 1_100;
/** The name that the SFU gives the caller. */
const NOBODY = 'nobody';
/** Long enough for a reconnect and for sound after it, in ms. */
const WATCH_MS = 6_000;

const passingThrough: Twin = {
  without: 'dropping what does not open',
  parts: ['page'],
  patches: [
    {
      file: TRANSFORM,
      find: "return opened.kind === 'opened' ? { kind: 'passed', data: opened.data } : { kind: opened.reason };",
      replace: "return { kind: 'passed', data: opened.kind === 'opened' ? opened.data : frame.data };",
    },
  ],
};

/** What the media server can do to the user's seat in the browser. */
export const browserLies: readonly Attack<BrowserScene>[] = [
  {
    name: 'attack: third participant listens',
    refusedBy: 'frames sealed in the browser',
    twin: {
      without: 'frames sealed in the browser',
      parts: ['page'],
      patches: [
        {
          file: TRANSFORM,
          find: 'const data = await sealFrame(frame.data, { ...current, nonce, clearBytes });',
          replace: 'const data = frame.data; void sealFrame;',
        },
      ],
    },
    async run(scene) {
      await using call = await scene.call();
      const isHeard = await seen(() => call.spy.heardTone(USER, USER_TONE_HZ) > HEARD, 3_000);
      return isHeard
        ? succeeded('the third participant hears the microphone')
        : refused('frames sealed in the browser', 'the third participant hears noise');
    },
  },
  {
    name: 'attack: keyless participant speaks',
    refusedBy: 'frames opened in the browser, or dropped',
    twin: passingThrough,
    async run(scene) {
      await using call = await scene.call();
      // Who holds the SFU's secret can take the name of the oracle, and the SFU says that the track is encrypted.
      call.sfu.respond = ({ message }) => {
        for (const { tracks } of participantsIn(message)) for (const track of tracks) track.encryption = 1;
        return 'forward';
      };
      await call.oracle[Symbol.asyncDispose]();
      await using _keyless = await scene.joinRoom(call, {
        identity: ORACLE,
        kind: 'agent',
        toneHz: FORGED_TONE_HZ,
        isEncrypted: false,
      });
      const isHeard = await seen(async () => (await call.heardTone(FORGED_TONE_HZ)) > HEARD, WATCH_MS);
      return isHeard
        ? succeeded('the browser plays somebody without a key as the oracle')
        : refused('frames opened in the browser, or dropped', `silence; ${(await call.notices()).join(', ')}`);
    },
  },
  {
    name: 'attack: SFU announces a plaintext track',
    refusedBy: 'frames opened in the browser, or dropped',
    twin: passingThrough,
    async run(scene) {
      await using call = await scene.call();
      const news = lastNewsOf(call.sfu.last, ORACLE);
      if (news === undefined) throw new Error('The SFU has said nothing about the oracle.');
      news.tracks.push(new TrackInfo({ sid: 'TR_plain', name: 'plain', mimeType: 'audio/opus', encryption: 0 }));
      call.sfu.last.say(participantNews(news));
      // Stands in for the SFU, which sends what it likes on the track that is attached already.
      stopSealing(call.oracle.room);
      call.oracle.toneHz = FORGED_TONE_HZ;
      const isHeard = await seen(async () => (await call.heardTone(FORGED_TONE_HZ)) > HEARD, WATCH_MS);
      return isHeard
        ? succeeded('the browser plays plaintext as the voice of the oracle')
        : refused('frames opened in the browser, or dropped', `silence; ${(await call.notices()).join(', ')}`);
    },
  },
  {
    name: 'attack: SFU renames the caller in a reconnect',
    refusedBy: 'sealing that asks for no name',
    twin: {
      without:
        'a frame layer that asks for no name, passes nothing without a key, looks before it captures, and is not renamed',
      parts: ['page'],
      patches: [
        {
          file: 'packages/sdk/src/media/frame-layer.ts',
          find: 'room.localParticipant.on(ParticipantEvent.LocalSenderCreated, (sender, { mediaStreamTrack }) => {',
          replace: `room.localParticipant.on(ParticipantEvent.LocalSenderCreated, (sender, { mediaStreamTrack }) => {
            // As LiveKit's own does: keys belong to names, and this name has none.
            if (room.localParticipant.identity === '${NOBODY}') for (let slot = 0; slot < 16; slot++) void this.#cryptor.retire(slot);`,
        },
        {
          file: TRANSFORM,
          find: "if (current === undefined) return { kind: 'no-key' };",
          replace: "if (current === undefined) return { kind: 'passed', data: frame.data };",
        },
        {
          file: CONNECTION,
          find: 'isSealing: (sender) => this.#cryptor.isSealing(sender),',
          replace: 'isSealing: () => Promise.resolve(true),',
        },
        {
          file: CONNECTION,
          find: "if (this.#isConnected && this.#isRenamed()) this.#lose('lost');",
          replace: '',
        },
      ],
    },
    async run(scene) {
      await using call = await scene.call();
      call.sfu.respond = ({ message }, { ordinal }) => {
        if (message.case === 'join' && ordinal > 1 && message.value.participant !== undefined) {
          message.value.participant.identity = NOBODY;
        }
        return 'forward';
      };
      call.sfu.last.say(fullReconnect());
      // The name that clients other than the lied-to one see is the honest one.
      const isHeard = await seen(() => call.spy.heardTone(USER, USER_TONE_HZ) > HEARD, WATCH_MS);
      return isHeard
        ? succeeded('the microphone leaves in the clear under another name')
        : refused('sealing that asks for no name', `nothing in the clear; ${(await call.notices()).join(', ')}`);
    },
  },
];
