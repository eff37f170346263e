import { expect, test } from 'vitest';
import { attackGroup } from './attack-group.ts';
import { attackJson, attackTable } from './attack-report.ts';
import { refused, succeeded, type Attack, type AttackScene, type Outcome, type Twin } from './attack.ts';
import { isGood, runAttacks } from './run-attacks.ts';

class Scene implements AttackScene {
  readonly story: string[] = [];
  twin: Twin | undefined;
  async become(twin: Twin | undefined): Promise<void> {
    this.twin = twin;
    this.story.push(twin === undefined ? 'as it is' : `without ${twin.without}`);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.story.push('closed');
  }
}

function attack(name: string, run: (isTwin: boolean) => Outcome): Attack<Scene> {
  const twin: Twin = { without: name, parts: ['backend'], patches: [] };
  return {
    name: `attack: ${name}`,
    refusedBy: 'ERR_X',
    twin,
    run: async (scene) => run(scene.twin !== undefined),
  };
}
const good = attack('good', (isTwin) => (isTwin ? succeeded('in') : refused('ERR_X', 'out')));
const open = attack('open', () => succeeded('in'));
const toothless = attack('toothless', () => refused('ERR_X', 'out'));
const elsewhere = attack('elsewhere', (isTwin) => (isTwin ? succeeded('in') : refused('ERR_Y', 'out')));
const broken = attack('broken', () => {
  throw new Error('no servers');
});

const silent = (): void => undefined;

test('only an attack that its own defence refuses, and that succeeds in its twin, is good', async () => {
  const scene = new Scene();
  const group = attackGroup('all', async () => scene, [good, open, toothless, elsewhere, broken]);
  const results = await runAttacks([group], '', silent);
  expect(results.map((result) => [result.name, isGood(result), result.refusedBy])).toEqual([
    ['good', true, 'ERR_X'],
    ['open', false, 'nothing'],
    ['toothless', false, 'ERR_X'],
    ['elsewhere', false, 'ERR_Y'],
    ['broken', false, 'not made: no servers'],
  ]);
  // Every attack with its defence first; the twins one after the other.
  expect(scene.story.slice(4, 7)).toEqual(['as it is', 'without good', 'without open']);
  expect(scene.story.at(-1)).toBe('closed');
});

test('a part of a name picks attacks, and no scene opens for nothing', async () => {
  const never = attackGroup('never', () => Promise.reject(new Error('opened')), [open]);
  const results = await runAttacks([never, attackGroup('one', async () => new Scene(), [good])], 'goo', silent);
  expect(results.map(({ name }) => name)).toEqual(['good']);
});

test('the table and the JSON say it all', async () => {
  const results = await runAttacks([attackGroup('two', async () => new Scene(), [good, open])], '', silent);
  expect(attackTable(results)).toEqual([
    'attack  refused by            twin',
    '------  --------------------  ---------',
    'good    ERR_X                 succeeded',
    'open    NOT REFUSED: nothing  succeeded',
  ]);
  expect(JSON.parse(attackJson(results))).toEqual({
    attacks: [
      { name: 'good', refused: true, refusedBy: 'ERR_X', twinSucceeded: true },
      { name: 'open', refused: false, refusedBy: 'nothing', twinSucceeded: true },
    ],
  });
});
