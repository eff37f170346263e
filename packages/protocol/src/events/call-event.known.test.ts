import vectors from '../../vectors/call-events.json' with { type: 'json' };
import { parseCallAnswer } from './call-answer.ts';
import { parseCallEvent } from './call-event.ts';
import { testContents } from './known-contents.fixture.ts';

testContents('call', vectors.calls, parseCallEvent);
testContents('answer', vectors.answers, parseCallAnswer);
