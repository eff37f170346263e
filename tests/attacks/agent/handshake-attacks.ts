import { SecretBytes } from '@oracle-calls/protocol';
import { createEd25519Signer, type Signer } from '@oracle-calls/protocol/signing';
import { refused, succeeded, type Attack, type Outcome } from '../attack.ts';
import { joinAsUser } from '../room/call-ends.ts';
import { RoomParticipant, TOPIC } from '../room/room-participant.ts';
import { createUserCall } from '../room/user-call.ts';
import type { AgentScene } from './agent-scene.ts';
import type { ScriptedCall } from './scripted-backend.ts';

const HANDSHAKE = 'packages/protocol/src/handshake/agent-handshake.ts';
const REKEY = 'packages/protocol/src/rekey/agent-rekey.ts';
const FIXED = '{ randomBytes: (length: number) => new Uint8Array(length).fill(7) }';

const newSigner = (): Signer => createEd25519Signer(SecretBytes.random(32, 'forged per-call key'));

/** Waits for a log line of a call, or for a frame of it being refused. */
async function frameVerdict(
  scene: AgentScene,
  { callId }: ScriptedCall,
  success: string,
  evidence: string,
): Promise<Outcome> {
  const said = await scene.log.untilSaid(
    `${success}, or that a frame was refused`,
    (fact) => fact['callId'] === callId && (fact['msg'] === success || fact['msg'] === 'frame refused'),
  );
  return said['msg'] === success ? succeeded(evidence) : refused(String(said['code']), 'the agent refused the frame');
}

/** What the agent must not take for the user's half of the key exchange. */
export const handshakeAttacks: readonly Attack<AgentScene>[] = [
  {
    name: 'attack: leaked call key',
    refusedBy: 'ERR_HANDSHAKE_SIGNATURE',
    twin: {
      without: 'the user’s signature in the handshake',
      parts: ['agent'],
      patches: [
        {
          file: HANDSHAKE,
          find: "await checkSignedHash(callVerifier, 'accept signature', transcript, accept.signature);",
          replace: 'void callVerifier;',
        },
      ],
    },
    async run(scene) {
      const call = await createUserCall({ oracle: scene.oracle });
      const placed = await scene.place(call);
      // The thief has the call key and everything that was said, but not the key that was made for this call alone.
      const stolen = { ...call, callSigner: newSigner() };
      await using _thief = await joinAsUser(scene.seatIn(placed), placed.callId, stolen, scene.oracle);
      return await frameVerdict(scene, placed, 'handshake confirmed', 'the thief shook hands as the user');
    },
  },
  {
    name: 'attack: rekey without signatures',
    refusedBy: 'ERR_HANDSHAKE_SIGNATURE',
    twin: {
      without: 'the user’s signature in the rekey',
      parts: ['agent'],
      patches: [
        {
          file: REKEY,
          find: "await checkSignedHash(this.#options.callVerifier, 'rekey accept signature', transcript, signature);",
          replace: 'void signature;',
        },
      ],
    },
    async run(scene) {
      const call = await createUserCall({ oracle: scene.oracle });
      const placed = await scene.place(call);
      // The thief learned the keys of the first epoch, and takes over with them.
      let signer = call.callSigner;
      const callSigner: Signer = { algorithm: signer.algorithm, sign: (message) => signer.sign(message) };
      await using user = await joinAsUser(scene.seatIn(placed), placed.callId, { ...call, callSigner }, scene.oracle);
      await scene.log.untilSaid(
        'that hands were shaken',
        ({ msg, callId }) => msg === 'handshake confirmed' && callId === placed.callId,
      );
      signer = newSigner();
      await user.link.requestRekey();
      return await frameVerdict(scene, placed, 'keys renewed', 'the thief of one epoch has the next as well');
    },
  },
  {
    name: 'attack: handshake replayed to a restarted agent',
    refusedBy: 'ERR_HANDSHAKE_STALE',
    twin: {
      without: 'numbers, ephemeral keys, nonces and names that are new for each attempt',
      parts: ['agent'],
      patches: [
        {
          file: 'packages/agent/src/trust-store/attempt-numbers.ts',
          find: "const attempt = Number(last?.['attempt'] ?? 0) + step;",
          replace: 'const attempt = step; void last;',
        },
        { file: HANDSHAKE, find: 'createXWingKeyPair(this.#entropy)', replace: `createXWingKeyPair(${FIXED})` },
        { file: HANDSHAKE, find: 'createComparisonNonce(this.#entropy)', replace: `createComparisonNonce(${FIXED})` },
        {
          file: 'packages/agent/src/worker/job-answer.ts',
          find: "randomBytes(IDENTITY_RANDOM_BYTES).toString('base64url')",
          replace: "(void randomBytes(IDENTITY_RANDOM_BYTES), 'always-the-same')",
        },
      ],
    },
    async run(scene) {
      const call = await createUserCall({ oracle: scene.oracle });
      const placed = await scene.place(call);
      const isOf = (msg: string) => (fact: Readonly<Record<string, unknown>>) =>
        fact['msg'] === msg && fact['callId'] === placed.callId;
      const recorded: Uint8Array<ArrayBuffer>[] = [];
      const user = await joinAsUser(
        {
          ...scene.seatIn(placed),
          wrapSend: (send) => async (frame, to) => {
            recorded.push(new Uint8Array(frame));
            await send(frame, to);
          },
        },
        placed.callId,
        call,
        scene.oracle,
      );
      const { pid } = await scene.log.untilSaid('that hands were shaken', isOf('handshake confirmed'));
      const [accept] = recorded;
      const firstAgent = user.participant.peers.find((peer) => peer.startsWith('a-'));
      if (accept === undefined || firstAgent === undefined) throw new Error('Nothing was recorded.');
      await user[Symbol.asyncDispose]();
      process.kill(Number(pid), 'SIGKILL');
      await scene.rooms.removeParticipant(placed.sfuRoomName, firstAgent);
      // In the place of the user, whom the SFU keeps away, sits somebody without any key.
      await using replayer = await RoomParticipant.join({ ...scene.seatIn(placed), isEncrypted: false });
      await scene.dispatchAgain(placed);
      await scene.log.untilSaid('another offer', (fact) => isOf('handshake offered')(fact) && fact['pid'] !== pid);
      await replayer.send(accept, { topic: TOPIC });
      const said = await scene.log.untilSaid(
        'what became of the replay',
        (fact) => fact['pid'] !== pid && (isOf('frame refused')(fact) || isOf('handshake confirmed')(fact)),
      );
      return said['msg'] === 'frame refused'
        ? refused(String(said['code']), 'the second agent refused the accept of the first attempt')
        : succeeded('the second agent believes to have shaken hands with the user');
    },
  },
];
