// @vitest-environment jsdom
import { HEARD_HERE, ON_THIS_MACHINE, placeOf } from '@oracle-calls/protocol/hearing';
import { act, cleanup } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { HearingNote } from './hearing-note.tsx';
import { showPage } from './page.fixture.tsx';

afterEach(cleanup);

test('who hears a call is said as soon as it is known, and never before', async () => {
  const { calls, container, violations } = showPage(<HearingNote />);
  const shown = (): (string | null)[] => [...container.querySelectorAll('li')].map(({ textContent }) => textContent);
  const where = (): string | undefined => container.querySelector<HTMLElement>('ul')?.dataset['hearing'];
  act(() => calls.callOracle('audio').live());
  expect(container.textContent).toBe('');
  act(() => calls.last.secure({ hearing: HEARD_HERE }));
  expect([where(), ...shown()]).toEqual(['here', "Heard on this oracle's machine only"]);
  const hearing = {
    recognition: placeOf('https://api.example.com', ['audio']),
    languageModel: placeOf('https://models.example:8443', ['text']),
    speech: ON_THIS_MACHINE,
    pictures: ON_THIS_MACHINE,
    remembers: true,
  };
  act(() => calls.last.secure({ hearing }));
  expect([where(), ...shown()]).toEqual([
    'elsewhere',
    'Your voice is sent to api.example.com',
    'Words are sent to models.example:8443',
    "Your pictures are seen on this oracle's machine",
    'This oracle remembers this conversation',
  ]);
  act(() => calls.last.secure({ hearing: { ...HEARD_HERE, pictures: placeOf('https://a.example', ['pictures']) } }));
  expect(shown()).toEqual(['Your pictures are sent to a.example']);
  expect(await violations()).toEqual([]);
});

test('an oracle that remembers is not said to where it was told to keep nothing of the call', () => {
  const { calls, container } = showPage(<HearingNote />);
  const last = (): string | null | undefined => [...container.querySelectorAll('li')].at(-1)?.textContent;
  act(() => calls.callOracle({ type: 'audio', remembers: false }).live());
  act(() => calls.last.secure({ hearing: { ...HEARD_HERE, remembers: true } }));
  expect(last()).toBe('This oracle was told to keep nothing of this call');
  act(() => calls.last.secure({ hearing: HEARD_HERE }));
  expect(last()).toBe("Heard on this oracle's machine only");
});
