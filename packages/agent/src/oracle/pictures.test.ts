import { describe, expect, it } from 'vitest';
import type { Brain } from '../brain/brain.ts';
import { createBrain } from '../brain/create-brain.ts';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import type { EnginePlace } from '@oracle-calls/protocol/hearing';
import { checkDefinition } from './check-definition.ts';
import type { OracleDefinition } from './define-oracle.ts';
import { hearingOf } from './hearing-of.ts';
import { openOracle } from './open-oracle.ts';

const url = 'https://a.example/v1';
const sees = (host: string): EnginePlace => ({ where: 'sent-to', host, what: ['pictures'] });

const ownBrain = (wantsStills?: boolean): OracleDefinition['brain'] => ({
  kind: 'own',
  place: ON_THIS_MACHINE,
  open: () => createBrain({ title: 't', place: ON_THIS_MACHINE, wantsStills, answer: saysHello }),
});
async function* saysHello(): AsyncGenerator<string> {
  await Promise.resolve();
  yield 'Hello.';
}
const open = (parts: Partial<OracleDefinition>): Promise<Brain> =>
  openOracle(
    { instructions: 'You are Ada.', ...parts },
    { weightsDir: '/nowhere', openTalker: () => Promise.resolve(talker) },
  );
const talker = createBrain({ title: 'talker', place: ON_THIS_MACHINE, answer: saysHello });

describe('who sees the pictures of an oracle’s callers', () => {
  const places: [string, Partial<OracleDefinition>, EnginePlace | undefined][] = [
    ['nobody, by default', {}, undefined],
    ['nobody, of a chat model without vision', { brain: { kind: 'chat', baseUrl: url, model: 'm' } }, undefined],
    ['a chat model with it', { brain: { kind: 'chat', baseUrl: url, model: 'm', vision: true } }, sees('a.example')],
    ['a webhook with it', { brain: { kind: 'webhook', url, secretFile: 's', vision: true } }, sees('a.example')],
    [
      'a model on this machine',
      { brain: { kind: 'chat', baseUrl: 'http://127.0.0.1:1', model: 'm', vision: true } },
      ON_THIS_MACHINE,
    ],
    [
      'whoever is behind a proxy that is declared',
      {
        brain: {
          kind: 'chat',
          baseUrl: 'http://127.0.0.1:1',
          model: 'm',
          vision: true,
          place: { where: 'sent-to', host: 'b.example', what: ['text'] },
        },
      },
      sees('b.example'),
    ],
    ['whom the author names for tools', { pictures: sees('c.example') }, sees('c.example')],
  ];
  it.each(places)('%s', (_who, definition, pictures) => {
    expect(hearingOf({}, { brain: undefined, ...definition }).pictures).toEqual(pictures);
  });
});

describe('an oracle', () => {
  it('that wants pictures says who sees them, or is not opened', async () => {
    await expect(open({ brain: ownBrain(true) })).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' });
    await using seeing = await open({ brain: ownBrain(true), pictures: ON_THIS_MACHINE });
    expect(seeing.wantsStills).toBe(true);
  });

  it('cannot send pictures to another place than its brain does', async () => {
    const brain = { kind: 'chat', baseUrl: url, model: 'm', vision: true } as const;
    const opened = open({ brain, pictures: ON_THIS_MACHINE });
    await expect(opened).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' });
  });

  it('of the local brain says that it does not see, unless its tools look', async () => {
    const turns = [{ speaker: 'user', text: 'Can you see me?' }] as const;
    const answer = async (brain: Brain, context = {}): Promise<string> => {
      let text = '';
      for await (const piece of brain.answer(turns, { sessionId: 's', ...context })) text += piece;
      return text;
    };
    await using blind = await open({});
    expect(await answer(blind)).toContain('I cannot see');
    await using other = await open({ brain: ownBrain() });
    expect(await answer(other)).toBe('Hello.');
    expect(await answer(blind, { eyes: { look: () => Promise.resolve(undefined) } })).toBe('Hello.');
  });
});

describe('a definition', () => {
  const file = '/oracles/ada.ts';
  const check = (parts: object): OracleDefinition => checkDefinition({ instructions: 'You are Ada.', ...parts }, file);

  it('may have an avatar of its own, or none, and who sees pictures', () => {
    const avatar = { width: 64, height: 32, draw: () => undefined };
    expect(check({ avatar }).avatar).toMatchObject({ width: 64, height: 32 });
    expect(check({ avatar: 'none', pictures: ON_THIS_MACHINE })).toMatchObject({
      avatar: 'none',
      pictures: ON_THIS_MACHINE,
    });
  });

  it.each([
    { avatar: 'orb' },
    { avatar: { width: 4_096, height: 32, draw: () => undefined } },
    { avatar: { width: 64, height: 64 } },
  ])('with %j is refused, and why is said', (parts) => expect(() => check(parts)).toThrow(/avatar is neither/));
});
