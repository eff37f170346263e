import { DataPacket_Kind } from '@livekit/protocol';
import { resample } from '@oracle-calls/node-media/pcm';
import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import type { FrameKeys } from '@oracle-calls/protocol/secure-link';
import { speakQuestion } from '../../../dev/demo/spoken-question.ts';
import { refused, succeeded, type Attack } from '../attack.ts';
import { joinAsUser } from '../room/call-ends.ts';
import { denyEncryption } from '../lying-sfu/lies.ts';
import { RoomParticipant, TOPIC } from '../room/room-participant.ts';
import { createUserCall } from '../room/user-call.ts';
import { seen } from '../seen.ts';
import type { AgentScene } from './agent-scene.ts';
import { withoutForcing, withoutLookAtOwnTrack } from './own-track-patches.ts';
import type { ScriptedCall } from './scripted-backend.ts';

/** The two notes of the earcon, in Hz. */
const EARCON_HZ = [880, 1318.51] as const;
/** A note lasts longer than this, in ms; share of it that only the note itself reaches. */
const EARCON_WINDOW_MS = 80;
const EARCON_HEARD = 0.6;

/** The slot of the first epoch of the first attempt. */
const FIRST_SLOT = 5;
/** The agent's watchdog speaks sooner, on a busy machine too. */
const WATCHDOG_MAX_MS = 20_000;

const factOf =
  (placed: ScriptedCall, ...messages: readonly string[]) =>
  (fact: Readonly<Record<string, unknown>>): boolean =>
    fact['callId'] === placed.callId && messages.includes(String(fact['msg']));

/** What the SFU can do to the agent in the middle of a call. */
export const roomAttacks: readonly Attack<AgentScene>[] = [
  {
    name: "attack: SFU switches the oracle's encryption off",
    refusedBy: 'encryption forced by the guard',
    twin: {
      without: 'a guard that forces encryption, and a look at the cryptor before speaking',
      parts: ['agent'],
      patches: [withoutForcing, ...withoutLookAtOwnTrack],
    },
    async run(scene) {
      scene.sfu.respond = (response) => {
        denyEncryption(response);
        return 'forward';
      };
      const call = await createUserCall({ oracle: scene.oracle });
      const placed = await scene.place(call);
      await using spy = await RoomParticipant.join({ ...scene.seatIn(placed), identity: 'spy', isEncrypted: false });
      await using user = await joinAsUser(scene.seatIn(placed), placed.callId, call, scene.oracle);
      const hears = (who: RoomParticipant): boolean =>
        who.peers.some((peer) => EARCON_HZ.some((hz) => who.heardTone(peer, hz, EARCON_WINDOW_MS) > EARCON_HEARD));
      let isUserGreeted = false;
      const isSpied = await seen(
        () => {
          isUserGreeted ||= hears(user.participant);
          return hears(spy);
        },
        15_000,
        () => isUserGreeted,
      );
      if (isSpied) return succeeded('a participant without a key hears the oracle');
      if (!isUserGreeted) throw new Error(`The oracle said nothing at all: ${scene.log.lines.slice(-8).join('\n')}`);
      return refused('encryption forced by the guard', 'the user hears the oracle, nobody else does');
    },
  },
  {
    name: "attack: SFU reflects the oracle's track as the user's",
    refusedBy: 'ERR_MEDIA_UNDECRYPTABLE',
    twin: {
      without: 'a key for each direction',
      parts: ['agent'],
      patches: [
        {
          file: 'packages/protocol/src/secure-link/link-keys.ts',
          find: 'await frameKeys.installReceiving(peerIdentity, slot, keys.media[receives]);',
          replace:
            'void receives; await frameKeys.installReceiving(peerIdentity, slot, keys.media[this.#options.sends]);',
        },
      ],
    },
    async run(scene) {
      const call = await createUserCall({ oracle: scene.oracle });
      const placed = await scene.place(call);
      let reflected: { readonly slot: number; readonly key: Uint8Array } | undefined;
      const wrapKeys = (keys: FrameKeys): FrameKeys => ({
        installReceiving: async (identity, slot, key) => {
          // With this key the oracle seals: what it seals is what the SFU can send back.
          reflected = { slot, key: new Uint8Array(key.expose()) };
          await keys.installReceiving(identity, slot, key);
        },
        switchSending: (slot, key) => keys.switchSending(slot, key),
        retire: (slot) => keys.retire(slot),
      });
      await using user = await joinAsUser(
        { ...scene.seatIn(placed), toneHz: 0, wrapKeys },
        placed.callId,
        call,
        scene.oracle,
      );
      await scene.log.untilSaid('that the oracle may speak', factOf(placed, 'the oracle may speak'));
      await scene.understands();
      if (reflected === undefined) throw new Error('There is no key.');
      user.participant.sealWith(reflected.slot, reflected.key);
      user.participant.say(await question(scene));
      const said = await scene.log.untilSaid(
        'that something was heard, or could not be',
        factOf(placed, 'user said something', 'sound does not open'),
        40_000,
      );
      return said['msg'] === 'user said something'
        ? succeeded('the oracle heard itself as the user')
        : refused(String(said['code']), 'nothing of what came back opens');
    },
  },
  {
    name: 'attack: SFU speaks through its own trailer',
    refusedBy: 'ERR_MEDIA_UNDECRYPTABLE',
    twin: {
      without: 'emptying the trailer of frames that are played undecrypted',
      parts: ['agent'],
      patches: [
        {
          file: 'packages/node-media/src/guard/guard-response.ts',
          find: '    emptySifTrailer(message);\n',
          replace: '    void emptySifTrailer;\n',
        },
      ],
    },
    async run(scene) {
      // What every sealed frame ends in: the length of its nonce, and the slot. So named, all such frames are played as they are.
      scene.sfu.respond = ({ message }) => {
        if (message.case === 'join') message.value.sifTrailer = Uint8Array.of(12, FIRST_SLOT);
        return 'forward';
      };
      const call = await createUserCall({ oracle: scene.oracle });
      const placed = await scene.place(call);
      await using user = await joinAsUser({ ...scene.seatIn(placed), toneHz: 500 }, placed.callId, call, scene.oracle);
      await scene.log.untilSaid('that the oracle may speak', factOf(placed, 'the oracle may speak'));
      // Stands in for the SFU: frames in the name of the user that no key of the call has sealed.
      user.participant.sealWith(FIRST_SLOT, crypto.getRandomValues(new Uint8Array(32)));
      const said = await scene.log
        .untilSaid('that the sound does not open', factOf(placed, 'sound does not open'), WATCHDOG_MAX_MS)
        .catch(() => undefined);
      return said === undefined
        ? succeeded('frames that no key has sealed are played as the user’s, and nobody is told')
        : refused(String(said['code']), 'nothing of what the SFU made opens');
    },
  },
  {
    name: 'attack: data without a participant',
    refusedBy: 'ERR_DATA_SENDER',
    twin: {
      without: 'looking at who sent a frame',
      parts: ['agent'],
      patches: [
        {
          file: 'packages/protocol/src/secure-link/agent-link.ts',
          find: 'this.#end.receive(frame, senderIdentity);',
          replace: 'this.#end.receive(frame, senderIdentity ?? this.#end.attempt?.userIdentity);',
        },
      ],
    },
    async run(scene) {
      const call = await createUserCall({ oracle: scene.oracle });
      const placed = await scene.place(call);
      // The SFU holds back what the user sends, and brings it later in nobody's name.
      let held: Uint8Array<ArrayBuffer> | undefined;
      let isHolding = false;
      const user = await joinAsUser(
        {
          ...scene.seatIn(placed),
          wrapSend: (send) => async (frame, to) => {
            if (isHolding) held ??= new Uint8Array(frame);
            else await send(frame, to);
          },
        },
        placed.callId,
        call,
        scene.oracle,
      );
      await using _user = user;
      await scene.log.untilSaid('that the oracle may speak', factOf(placed, 'the oracle may speak'));
      isHolding = true;
      await user.link.send({ id: createPayloadId(), kind: 'control', action: 'hang-up' });
      if (held === undefined) throw new Error('Nothing was held back.');
      await scene.rooms.sendData(placed.sfuRoomName, held, DataPacket_Kind.RELIABLE, { topic: TOPIC });
      const said = await scene.log.untilSaid('what became of the data', factOf(placed, 'frame refused', 'call ends'));
      return said['msg'] === 'call ends'
        ? succeeded('data in nobody’s name ended the call')
        : refused(String(said['code']), 'data in nobody’s name changed nothing');
    },
  },
];

let spoken: Promise<Float32Array> | undefined;
/** A question, at the rate of the SFU's clients. */
function question({ weightsDir }: AgentScene): Promise<Float32Array> {
  spoken ??= speakQuestion(weightsDir).then(({ samples, sampleRate }) => resample(samples, sampleRate, 48_000));
  return spoken;
}
