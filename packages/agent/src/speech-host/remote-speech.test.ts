import { OracleCallError, systemClock } from '@oracle-calls/protocol';
import { expect, it, vi } from 'vitest';
import { createCallMemory } from '../memory/call-memory.ts';
import type { SpeechConversationOptions, SpeechNotice, SpeechToSpeech } from '../hosted/realtime/speech-to-speech.ts';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import { HostScene } from './speech-host.fixture.ts';

/** A model that does what the test says, and writes down what it gets. */
class ScriptedModel implements SpeechToSpeech {
  readonly title = 'scripted model';
  readonly place = ON_THIS_MACHINE;
  readonly got: string[] = [];
  refusal: Error | undefined;
  options: SpeechConversationOptions | undefined;

  converse(options: SpeechConversationOptions) {
    if (this.refusal !== undefined) return Promise.reject(this.refusal);
    this.options = options;
    const close = (): Promise<void> => Promise.resolve(void this.got.push('closed'));
    return Promise.resolve({
      hear: (samples: Float32Array) => void this.got.push(`heard ${samples.length}`),
      write: (text: string) => void this.got.push(`read ${text}`),
      giveUp: () => void this.got.push('given up'),
      heardUntil: (answerId: string, ms: number) => void this.got.push(`${answerId} until ${ms}`),
      close,
      [Symbol.asyncDispose]: close,
    });
  }

  tell(notice: SpeechNotice): void {
    this.options?.onNotice(notice);
  }
}

async function open() {
  const scene = await HostScene.open();
  const model = new ScriptedModel();
  await scene.lose();
  await scene.start(Promise.resolve({ ...scene.scripted.parts, spoken: model }));
  const { spoken } = await scene.engines(systemClock);
  if (spoken === undefined) throw new Error('no model');
  const notices: SpeechNotice[] = [];
  const onNotice = (notice: SpeechNotice): void => void notices.push(notice);
  return { scene, model, spoken, notices, onNotice };
}

it('a job talks with the realtime model of the host, in both directions', async () => {
  const { scene, model, spoken, notices, onNotice } = await open();
  await using _scene = scene;
  expect(spoken.title).toBe('scripted model');
  const turns = [{ speaker: 'user', text: 'Hi.' }] as const;
  const talk = await spoken.converse({ context: { sessionId: 's', language: 'de' }, turns, onNotice });
  expect(model.options).toMatchObject({ context: { sessionId: 's', language: 'de' }, turns });
  talk.hear(new Float32Array(3));
  talk.write('Order.');
  talk.heardUntil('a', 20);
  talk.giveUp();
  await vi.waitFor(() => expect(model.got).toEqual(['heard 3', 'read Order.', 'a until 20', 'given up']));
  const told: readonly SpeechNotice[] = [
    { kind: 'user-speaks', startedAt: 1_000 },
    { kind: 'user-silent', stoppedAt: 2_000 },
    { kind: 'user-silent', stoppedAt: undefined },
    { kind: 'sound', answerId: 'a', samples: Float32Array.of(0.5) },
  ];
  for (const notice of told) model.tell(notice);
  await vi.waitFor(() => expect(notices).toEqual(told));
  await talk.close();
  await vi.waitFor(() => expect(model.got.at(-1)).toBe('closed'));
  expect(notices).toHaveLength(told.length);
});

it('its tools ask the job’s user, and note what is to be remembered', async () => {
  const { scene, model, spoken, onNotice } = await open();
  await using _scene = scene;
  const memory = createCallMemory();
  const approve = vi.fn(() => Promise.resolve(true));
  const talk = await spoken.converse({ context: { sessionId: 's', memory }, approve, onNotice });
  const request = { tool: 'order', description: 'Orders.', argumentsText: '{}' };
  expect(await model.options?.approve?.(request, new AbortController().signal)).toBe(true);
  model.options?.context.memory?.notes.set('name', 'Bo');
  await vi.waitFor(() => expect(memory.notes.get('name')).toBe('Bo'));
  await talk.close();
});

it('that it is over is told once, with the reason, and so is that there is no model', async () => {
  const { scene, model, spoken, notices, onNotice } = await open();
  await using _scene = scene;
  await spoken.converse({ context: { sessionId: 's' }, onNotice });
  model.tell({ kind: 'over', cause: new OracleCallError('ERR_UPSTREAM_MODEL') });
  await vi.waitFor(() =>
    expect(notices).toEqual([
      { kind: 'over', cause: expect.objectContaining({ code: 'ERR_UPSTREAM_MODEL' }) as Error },
    ]),
  );
  model.refusal = new OracleCallError('ERR_UPSTREAM_REFUSED');
  await expect(spoken.converse({ context: { sessionId: 's' }, onNotice })).rejects.toMatchObject({
    code: 'ERR_UPSTREAM_REFUSED',
  });
  model.refusal = undefined;
  await spoken.converse({ context: { sessionId: 's' }, onNotice });
  await scene.lose();
  await vi.waitFor(() => expect(notices.at(-1)).toMatchObject({ cause: { code: 'ERR_UPSTREAM_SPEECH' } }));
});

it('is given up when it is not wanted any more', async () => {
  const { scene, model, spoken, onNotice } = await open();
  await using _scene = scene;
  const abort = new AbortController();
  const reason = new Error('hung up');
  vi.spyOn(model, 'converse').mockReturnValue(new Promise(() => undefined));
  const opening = spoken.converse({ context: { sessionId: 's' }, onNotice, signal: abort.signal });
  abort.abort(reason);
  await expect(opening).rejects.toBe(reason);
});
