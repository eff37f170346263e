import fc from 'fast-check';
import type { CallHearing } from './call-hearing.ts';
import { ON_THIS_MACHINE, type EnginePlace } from './engine-place.ts';
import { SENT_KINDS, type SentKind } from './sent-kinds.ts';

const HOSTS = [
  'api.example.com',
  'a.example:8443',
  'xn--bcher-kva.example',
  '192.168.1.7:80',
  '[2001:db8::7]',
] as const;

/** A place that is sent some of the kinds, in the order in which they are written, with those of `always` among them. */
function placeSent(kinds: readonly SentKind[], always: readonly SentKind[] = []): fc.Arbitrary<EnginePlace> {
  const what = fc
    .subarray([...kinds], { minLength: always.length === 0 ? 1 : 0 })
    .map((some) => SENT_KINDS.filter((kind) => some.includes(kind) || always.includes(kind)));
  const elsewhere = fc.record({ where: fc.constant('sent-to' as const), host: fc.constantFrom(...HOSTS), what });
  return fc.oneof(fc.constant(ON_THIS_MACHINE), elsewhere);
}

const words = placeSent(['audio', 'text']);

/** Any declaration that an agent may make. */
export const anyHearing: fc.Arbitrary<CallHearing> = fc.record(
  {
    recognition: words,
    languageModel: words,
    speech: words,
    pictures: placeSent(SENT_KINDS, ['pictures']),
    remembers: fc.boolean(),
  },
  { requiredKeys: ['recognition', 'languageModel', 'speech', 'remembers'] },
);
