import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { TURN_DEFAULTS, turnRules, turnSettingsSchema } from './turn-settings.ts';

describe('how an oracle takes turns', () => {
  it('is as usual where nobody says anything, and the defaults are allowed values', () => {
    expect(turnRules()).toEqual(TURN_DEFAULTS);
    expect(v.is(turnSettingsSchema, TURN_DEFAULTS)).toBe(true);
  });

  it('is as the author says, and as the operator says before that', () => {
    const author = {
      endOfTurnMinMs: 300,
      stillThereSeconds: 'off',
      phrases: { stillThere: 'Hello?', goodbye: 'Bye.' },
    } as const;
    const operator = { endOfTurnMinMs: 400, phrases: { goodbye: 'Good night.' } };
    expect(turnRules(author, operator)).toEqual({
      ...TURN_DEFAULTS,
      endOfTurnMinMs: 400,
      stillThereSeconds: 'off',
      phrases: { ...TURN_DEFAULTS.phrases, stillThere: 'Hello?', goodbye: 'Good night.' },
    });
  });

  it.each([
    { endOfTurnMinMs: -1 },
    { endOfTurnMaxMs: 20_000 },
    { stillThereSeconds: 0 },
    { phrases: { goodbye: '' } },
    { silence: 3 },
  ])('is not %j', (settings) => {
    expect(v.is(turnSettingsSchema, settings)).toBe(false);
  });
});
