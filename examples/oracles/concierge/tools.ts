import { defineTool, ToolFailure } from '@oracle-calls/agent/oracle';
import { z } from 'zod';
import type { House } from './house.ts';

/** A person reads, decides and touches: longer than a tool has otherwise. */
const CHOOSING_MAX_MS = 45_000;

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** Costs money, so the guest is asked first: in a call by the page, with exactly what will be ordered. */
export const roomService = (house: House) =>
  defineTool({
    name: 'roomService',
    description: 'Orders a dish or a drink to the guest’s room. It is put on the bill.',
    parameters: z.object({ dish: z.string().describe('what is ordered, in the guest’s words') }),
    needsApproval: true,
    // How the local brain, which has no model that could choose, knows that it is wanted.
    examples: ['order {dish} to my room', 'bring {dish} to my room', 'bring me {dish}', 'room service {dish}'],
    run: async ({ dish }, { call, signal }) => {
      const minutes = await house.order(dish, call.userDid, signal);
      return `Your order, ${dish}, comes in ${minutes} minutes.`;
    },
  });

/** Lets the guest touch one of the free times, where there is a screen, and reads them out where there is none. */
export const bookTable = (house: House) =>
  defineTool({
    name: 'bookTable',
    description: 'Books a table in the restaurant for this evening. The guest chooses the time.',
    parameters: z.object({}),
    timeoutMs: CHOOSING_MAX_MS,
    examples: ['book a table', 'I would like a table for tonight', 'Can we have dinner here?', 'reserve a table'],
    run: async (_given, { call, signal }) => {
      const times = await house.freeTables(signal);
      const choices = KEYS.flatMap((key, i) => {
        const label = times[i];
        return label === undefined ? [] : [{ key, label }];
      });
      if (choices.length === 0) throw new ToolFailure('There is no table left this evening.');
      if (call.user === undefined) return `There are tables at ${times.join(', ')}. Please call the reception.`;
      const key = await call.user.choose('When would you like to eat?', choices, { signal });
      const time = choices.find((choice) => choice.key === key)?.label;
      if (time === undefined) return 'I have booked nothing. Tell me when you have decided.';
      await house.bookTable(time, signal);
      call.user.write(`Table this evening at ${time}.`);
      return `Your table is booked for ${time}.`;
    },
  });
