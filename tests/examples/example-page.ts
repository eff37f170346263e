/** A page around the examples: makes the elements that they want. Everything else is theirs. */
// oxlint-disable-next-line import/no-unassigned-import -- first: older browsers must have the symbols before any class names them
import '@oracle-calls/sdk/dispose-symbols';
import { createOracleCalls, type OracleCall } from '@oracle-calls/sdk';
import { showSecurity } from '../../examples/02-compare-the-code.ts';
import { showConversation } from '../../examples/03-captions-and-chat.ts';
import { answerRings } from '../../examples/05-answer-a-ring.ts';
import { placeCalls } from '../../examples/01-place-a-call.ts';
import { signIn, type SignInOptions } from '../../examples/sign-in.ts';

export interface ExampleSetting extends Omit<SignInOptions, 'keepRecoveryKey'> {
  readonly oracleDid: string;
  readonly didResolverUrl: string;
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, id: string, text = ''): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.id = id;
  node.textContent = text;
  document.body.append(node);
  return node;
}

/** Development addresses, which a page elsewhere never needs. */
const stackOptions = ({ didResolverUrl }: ExampleSetting) => ({ didResolverUrl, allowPrivateAddresses: true });

const examples = {
  async 'place-a-call'(setting: ExampleSetting): Promise<void> {
    const matrixClient = await signIn({ ...setting, keepRecoveryKey: async () => undefined });
    await placeCalls(
      matrixClient,
      setting.oracleDid,
      {
        call: make('button', 'call', 'Call'),
        hangUp: make('button', 'hang-up', 'Hang up'),
        status: make('p', 'status', 'Ready'),
        security: make('p', 'security'),
      },
      stackOptions(setting),
    );
  },

  async 'compare-and-converse'(setting: ExampleSetting): Promise<void> {
    const matrixClient = await signIn({ ...setting, keepRecoveryKey: async () => undefined });
    const calls = createOracleCalls({
      matrixClient,
      e2eeWorker: () => new Worker(new URL('@oracle-calls/sdk/frame-worker', import.meta.url), { type: 'module' }),
      ...stackOptions(setting),
    });
    const rotated = make('p', 'rotated');
    const status = make('p', 'status', 'Ready');
    const lines = make('ol', 'lines');
    const form = make('form', 'form');
    const text = make('input', 'text');
    form.append(text);
    const stop = make('button', 'stop', 'Stop');
    stop.hidden = true;
    const security = {
      padlock: make('p', 'padlock'),
      code: make('p', 'code'),
      same: make('button', 'same', 'Same'),
      different: make('button', 'different', 'Different'),
      askAboutChangedKeys: async () => false,
    };
    let call: OracleCall | undefined;
    const follow = (placed: OracleCall): void => {
      call = placed;
      call.on('state', ({ state }) => void (status.textContent = state.kind));
      call.on('keysRotated', () => void (rotated.textContent = 'rotated'));
      showSecurity(calls, call, security);
      showConversation(call, { lines, form, text, stop });
    };
    make('button', 'call', 'Call').onclick = (): void =>
      follow(calls.callOracle({ type: 'audio', oracleDid: setting.oracleDid }));
    const ring = {
      box: make('section', 'ring'),
      text: make('p', 'ring-text'),
      accept: make('button', 'accept', 'Accept'),
      decline: make('button', 'decline', 'Decline'),
    };
    ring.box.append(ring.text, ring.accept, ring.decline);
    answerRings(calls, ring, follow);
    make('button', 'hang-up', 'Hang up').onclick = (): void => void call?.endCall();
    await calls.prepare({ oracleDid: setting.oracleDid });
  },
};
export type ExampleName = keyof typeof examples;

Object.assign(globalThis, {
  startExample: async (name: ExampleName, setting: ExampleSetting) => {
    await examples[name](setting);
    make('p', 'ready', 'ready');
  },
});
