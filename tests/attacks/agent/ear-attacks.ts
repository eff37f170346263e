import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { AccessToken } from 'livekit-server-sdk';
import * as v from 'valibot';
import { PEER_TONE_HZ } from '../../system/agent/room-peer.ts';
import { refused, succeeded, type Attack } from '../attack.ts';
import { RoomParticipant } from '../room/room-participant.ts';
import { seen } from '../seen.ts';
import type { AgentScene } from './agent-scene.ts';
import { earlyEarsSchema, LOUD, PURE, WINDOWS_WANTED, type EarsPlan } from './ears-plan.ts';

const run = promisify(execFile);

/** Without its defence the ears let something through in one admission of six or more often: of so many, hardly none. */
const ADMISSIONS = 24;
/** About a second each; more on a busy machine, in ms. */
const ADMISSIONS_MAX_MS = 100_000;
const CONTROL_MAX_MS = 15_000;
const HEARD = 0.8;

/** What is heard before there is anything that could refuse it. The agent's seat is taken directly: no call is needed for it. */
export const earAttacks: readonly Attack<AgentScene>[] = [
  {
    name: 'attack: plaintext before the cryptor',
    refusedBy: 'ears shut until the cryptor is seen',
    twin: {
      without: 'ears that stay shut until the cryptor is seen',
      parts: ['agent'],
      patches: [
        {
          file: 'packages/node-media/src/seat/ear-gate.ts',
          find: "if (this.#gate === 'open') out.enqueue(frame);",
          replace: 'out.enqueue(frame);',
        },
      ],
    },
    async run(scene) {
      const { url, apiKey, apiSecret } = scene.livekit;
      const seat = { url, apiKey, apiSecret, sfuRoomName: `ears-${randomUUID()}` };
      const identity = 'user';
      // The guard in the seat's process says of every track that it is encrypted, as a lying SFU would of this one.
      await using _forger = await RoomParticipant.join({ ...seat, identity, toneHz: PEER_TONE_HZ, isEncrypted: false });
      await using control = await RoomParticipant.join({ ...seat, identity: 'control', isEncrypted: false });
      const isHumming = await seen(() => control.heardTone(identity, PEER_TONE_HZ) > HEARD, CONTROL_MAX_MS);
      if (!isHumming) throw new Error('Nobody hums in the clear.');
      const tokens: string[] = [];
      for (let index = 0; index < ADMISSIONS; index += 1) {
        // Each under another name, so that no admission waits for the one before it to be gone.
        const token = new AccessToken(apiKey, apiSecret, { identity: `agent-${String(index)}`, ttl: 600 });
        token.addGrant({ roomJoin: true, room: seat.sfuRoomName, canPublish: true, canSubscribe: true });
        tokens.push(await token.toJwt());
      }
      const judged = { toneHz: PEER_TONE_HZ, windowsWanted: WINDOWS_WANTED, pure: PURE, loud: LOUD };
      const plan: EarsPlan = { url, tokens, identity, ...judged };
      const { command, script, env } = scene.ears;
      const { stdout } = await run(command, [script, JSON.stringify(plan)], {
        env,
        timeout: ADMISSIONS_MAX_MS,
      });
      const last = stdout.trimEnd().split('\n').at(-1) ?? '';
      const { admissions, heardWindows } = v.parse(earlyEarsSchema, JSON.parse(last));
      return heardWindows > 0
        ? succeeded(`admission ${admissions} let ${heardWindows * 10} ms in the clear through as the user’s`)
        : refused('ears shut until the cryptor is seen', `nothing in the clear was heard in ${admissions} admissions`);
    },
  },
];
