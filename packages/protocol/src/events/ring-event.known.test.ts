import vectors from '../../vectors/ring-events.json' with { type: 'json' };
import { testContents } from './known-contents.fixture.ts';
import { parseRingAnswer } from './ring-answer.ts';
import { parseRingEvent } from './ring-event.ts';

testContents('ring', vectors.rings, parseRingEvent);
testContents('ring answer', vectors.answers, parseRingAnswer);
