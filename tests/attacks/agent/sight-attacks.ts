import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TrackType } from '@livekit/protocol';
import { AccessToken } from 'livekit-server-sdk';
import { isColour, ORANGE, SeenColours, showColour, TEAL } from '../../system/agent/peer-pictures.ts';
import { parseWith } from '@oracle-calls/protocol';
import { refused, succeeded, type Attack } from '../attack.ts';
import { denyEncryption, participantsIn } from '../lying-sfu/lies.ts';
import { RoomParticipant } from '../room/room-participant.ts';
import { seen } from '../seen.ts';
import type { SourcePatch } from '../twin/source-patch.ts';
import type { AgentScene } from './agent-scene.ts';
import { withoutForcing, withoutLookAtOwnTrack } from './own-track-patches.ts';
import { SENDING, sightReportSchema, type SightPlan, type SightReport } from './sight-plan.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('sight-seat.ts', import.meta.url));
const EYES = 'packages/node-media/src/seat/seat-eyes.ts';
/** Four looks of three seconds each, and a start on a busy machine, in ms. */
const SEAT_MAX_MS = 60_000;
const CONTROL_MAX_MS = 15_000;
const [USER, STRANGER, AGENT] = ['user', 'mallory', 'agent'];

/** The agent's seat behind the lying SFU. */
async function takeSeat(
  scene: AgentScene,
  sfuRoomName: string,
  plan: Pick<SightPlan, 'does' | 'at'>,
): Promise<SightReport> {
  const { apiKey, apiSecret } = scene.livekit;
  const token = new AccessToken(apiKey, apiSecret, { identity: AGENT, ttl: 600 });
  token.addGrant({ roomJoin: true, room: sfuRoomName, canPublish: true, canSubscribe: true, canPublishData: true });
  const whole: SightPlan = { url: scene.sfu.url, token: await token.toJwt(), user: USER, colour: [...TEAL], ...plan };
  const { stdout } = await run(process.execPath, [SCRIPT, JSON.stringify(whole)], {
    env: scene.ears.env,
    timeout: SEAT_MAX_MS,
  });
  return parseWith(sightReportSchema, JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''));
}

const withoutMark: SourcePatch = {
  file: EYES,
  find: 'if (publication.encryptionType !== EncryptionType.GCM) return refuse();',
  replace: '',
};
const withoutCryptor: readonly SourcePatch[] = [
  {
    file: EYES,
    find: 'const verdict = await judgePictures(track, before, clock, signal);',
    replace: "const verdict = 'sealed' as PictureVerdict; void judgePictures; void before; void clock;",
  },
  {
    file: EYES,
    find: "if (!isSealed(track) || !isTrusted(identity) || publication.muted === true) return 'unsealed';",
    replace: '',
  },
];

/** Somebody shows pictures in the clear, and the agent is asked to look. */
async function lookAtPlaintext(scene: AgentScene, forger: string): Promise<SightReport> {
  const { url, apiKey, apiSecret } = scene.livekit;
  const seat = { url, apiKey, apiSecret, sfuRoomName: `sight-${randomUUID()}` };
  await using participant = await RoomParticipant.join({ ...seat, identity: forger, isEncrypted: false });
  await using control = await RoomParticipant.join({ ...seat, identity: 'control', isEncrypted: false });
  const watched = new SeenColours(control.room);
  await using _shown = await showColour(participant.room, { colour: ORANGE });
  if (!(await seen(() => isColour(watched.lastOf(forger), ORANGE), CONTROL_MAX_MS))) {
    throw new Error('Nobody shows anything in the clear.');
  }
  return await takeSeat(scene, seat.sfuRoomName, { does: 'look', at: forger });
}

const sawForgery = ({ seen: colours }: SightReport): boolean => colours.some((colour) => isColour(colour, ORANGE));

/** What the SFU can make the agent see, and who sees the agent. The agent's seat is taken directly: no call is needed for it. */
export const sightAttacks: readonly Attack<AgentScene>[] = [
  {
    name: 'attack: SFU announces the camera in the clear',
    refusedBy: 'encryption forced by the guard',
    twin: {
      without: 'a guard that forces encryption, and eyes that look for mark and cryptor',
      parts: ['agent'],
      patches: [withoutForcing, withoutMark, ...withoutCryptor],
    },
    async run(scene) {
      scene.sfu.respond = ({ message }) => {
        for (const { tracks } of participantsIn(message)) {
          for (const track of tracks) if (track.type === TrackType.VIDEO) track.encryption = 0;
        }
        return 'forward';
      };
      const report = await lookAtPlaintext(scene, USER);
      return sawForgery(report)
        ? succeeded('a picture in the clear is seen as the user’s')
        : refused('encryption forced by the guard', `nothing is seen; ${report.notices.join(', ')}`);
    },
  },
  {
    name: "attack: video in the clear under the user's name",
    refusedBy: 'a frame cryptor on every track',
    twin: {
      without: 'a guard that forces encryption of every track, and eyes that look for it',
      parts: ['agent'],
      patches: [withoutForcing, withoutMark, ...withoutCryptor],
    },
    async run(scene) {
      // Who can mint tokens can take any name, and need not lie about encryption.
      const report = await lookAtPlaintext(scene, USER);
      return sawForgery(report)
        ? succeeded('injected video is seen as the user’s')
        : refused('a frame cryptor on every track', `nothing is seen; ${report.notices.join(', ')}`);
    },
  },
  {
    name: 'attack: keyless participant shows pictures',
    refusedBy: 'eyes for the admitted participant alone',
    twin: {
      without: 'admission, and all that looks for encryption',
      parts: ['agent'],
      patches: [
        withoutForcing,
        withoutMark,
        ...withoutCryptor,
        { file: EYES, find: 'if (!isTrusted(participantIdentity)) return undefined;', replace: 'void isTrusted;' },
      ],
    },
    async run(scene) {
      const report = await lookAtPlaintext(scene, STRANGER);
      return sawForgery(report)
        ? succeeded('a stranger’s picture is looked at')
        : refused('eyes for the admitted participant alone', `nothing is seen; ${report.notices.join(', ')}`);
    },
  },
  {
    name: "attack: SFU switches the picture's encryption off",
    refusedBy: 'encryption forced by the guard',
    twin: {
      without: 'a guard that forces encryption, and a look at mark and cryptor before showing anything',
      parts: ['agent'],
      patches: [withoutForcing, ...withoutLookAtOwnTrack],
    },
    async run(scene) {
      scene.sfu.respond = (response) => {
        denyEncryption(response);
        return 'forward';
      };
      const { url, apiKey, apiSecret } = scene.livekit;
      const seat = { url, apiKey, apiSecret, sfuRoomName: `sight-${randomUUID()}` };
      await using spy = await RoomParticipant.join({ ...seat, identity: 'spy', isEncrypted: false });
      await using user = await RoomParticipant.join({ ...seat, identity: USER, isEncrypted: true });
      const [spied, watched] = [new SeenColours(spy.room), new SeenColours(user.room)];
      const isShown = (who: SeenColours): boolean =>
        who.seen.get(AGENT)?.some(({ all }) => isColour(all, TEAL)) === true;
      user.setReceivingKey(AGENT, SENDING.slot, new Uint8Array(32).fill(SENDING.byte));
      await takeSeat(scene, seat.sfuRoomName, { does: 'show', at: USER });
      if (isShown(spied)) return succeeded('a participant without a key sees the oracle');
      if (!isShown(watched)) throw new Error('The oracle showed nothing at all.');
      return refused('encryption forced by the guard', 'the user sees the oracle, nobody else does');
    },
  },
];
