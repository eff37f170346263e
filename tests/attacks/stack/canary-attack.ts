import { QUESTION, speakQuestion } from '../../../dev/demo/spoken-question.ts';
import { ensureToolchain } from '../../../dev/toolchain/toolchain.ts';
import { callIdParts, parseCallId } from '@oracle-calls/protocol';
import { joinHidden, type HiddenListener } from '../../system/hidden-listener.ts';
import { openCallKey } from '../../system/open-call-key.ts';
import { bytesHaveKey, filesWithKey, textHasKey, watchedKeys, watchKeys } from '../../system/planted-keys.ts';
import { refused, succeeded, type Attack } from '../attack.ts';
import type { LyingSfu } from '../lying-sfu/lying-sfu.ts';
import { Sinks, type SinkName } from './sinks.ts';
import type { StackAttackScene } from './stack-attack-scene.ts';

const REFUSED_BY = 'no sink holds a key';

/** Who reads everything that a call leaves anywhere, and looks for its keys. */
export const canaryAttack: Attack<StackAttackScene> = {
  name: 'attack: canary key in every sink',
  refusedBy: REFUSED_BY,
  twin: {
    // No single defence keeps keys out of all sinks: here is the slip that the search is there to find.
    without: 'secrets that print a label only, where one is logged by mistake',
    parts: ['page'],
    patches: [
      {
        file: 'packages/protocol/src/secret-bytes.ts',
        find: 'return `[SecretBytes ${this.#label}]`;',
        replace: "return Array.from(this.#bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');",
      },
      {
        file: 'packages/sdk/src/call/place-call.ts',
        find: 'sealed(announcement);',
        replace: 'console.info(`call sealed: ${secrets.callKey}`); sealed(announcement);',
      },
    ],
  },
  async run(scene) {
    await scene.startAgent();
    const { stack, log } = scene;
    const { weightsDir } = await ensureToolchain();
    if (weightsDir === undefined) throw new Error('The tools are not complete.');
    const question = await speakQuestion(weightsDir, QUESTION);
    const sinks = new Sinks();
    scene.homeserverTap.heard = (exchange) => sinks.addExchange('http of the backend', exchange);
    scene.backendTap.heard = (exchange) => sinks.addExchange('http of the agent', exchange);
    let keyless: Promise<HiddenListener> | undefined;
    watchSignalling(scene.agentSfu, 'signalling of the agent', sinks);
    watchSignalling(scene.pageSfu, 'signalling of the page', sinks, (sfuRoomName) => {
      const { url, apiKey, apiSecret } = stack.sfu;
      // In the room before the oracle is: nothing of the key exchange escapes it.
      keyless ??= joinHidden({ url, apiKey, apiSecret, sfuRoomName });
    });
    // Another person than in the attacks before: calls that those left lying count as open rooms of their caller for a while.
    await using caller = await scene.caller('bob', watchKeys);
    sinks.watchPage(caller.page);
    await caller.call();
    await caller.untilAudible();
    await caller.untilOracleQuiet(0, 600, 15_000);
    await caller.ask(question);
    const callId = parseCallId((await caller.snapshot()).callId);
    using callKey = await openCallKey(stack, callId);
    const { sending, receiving, sealing } = await watchedKeys(caller);
    const keys = [Buffer.from(callKey.expose()).toString('hex'), ...sending, ...receiving, ...sealing];
    if (keyless === undefined) throw new Error('Nobody listened.');
    await using listener = await keyless;
    await caller.hangUp();
    await log.untilSaid('that the call ended', (said) => said['msg'] === 'call ended' && said['callId'] === callId);
    await sinks.settle();
    requireFull(sinks, callIdParts(callId).sfuRoomName);
    const heard = [...listener.packets, ...Object.values(listener.attributes()).map((text) => Buffer.from(text))];
    const found = [
      ...(await filesWithKey(stack.stateDir, keys)),
      ...(textHasKey(log.lines.join('\n'), keys) ? ['the logs'] : []),
      ...sinks.having(keys),
      ...(heard.some((bytes) => bytesHaveKey(bytes, keys)) ? ['what a keyless subscriber received'] : []),
    ];
    return found.length === 0
      ? refused(REFUSED_BY, `${new Set(keys).size} keys of one call were looked for, and are nowhere`)
      : succeeded(`a key of the call is in ${found.join(', ')}`);
  },
};

function watchSignalling(sfu: LyingSfu, name: SinkName, sinks: Sinks, joined?: (sfuRoomName: string) => void): void {
  sfu.respond = (response) => {
    sinks.add(name, response.toBinary());
    const { message } = response;
    if (message.case === 'join' && message.value.room !== undefined) joined?.(message.value.room.name);
    return 'forward';
  };
  sfu.request = (request) => {
    sinks.add(name, request.toBinary());
    return 'forward';
  };
}

/** Each sink has the room's name, which is said everywhere: a tap that hears nothing would find nothing. */
function requireFull(sinks: Sinks, sfuRoomName: string): void {
  const full = sinks.mentioning(sfuRoomName);
  // The homeserver sees the room's name in ciphertext only; of its exchanges, the address of a sync is enough.
  const backend = sinks.mentioning('/_matrix/client/v3/sync').includes('http of the backend');
  const wanted = [
    'http of the page',
    'http of the agent',
    'signalling of the page',
    'signalling of the agent',
  ] as const;
  const empty = wanted.filter((name) => !full.includes(name));
  if (empty.length > 0 || !backend) throw new Error(`Nothing was heard of ${empty.join(', ') || 'the backend'}.`);
}
