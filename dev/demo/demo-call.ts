import { callIdParts, parseCallId, type TimelineMs } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { launchChromium } from '../caller/chromium.ts';
import { EARS_SAMPLE_RATE } from '../caller/page-ears.ts';
import { ScriptedCaller } from '../caller/scripted-caller.ts';
import type { AgentLanguage } from '../stack/agent-language.ts';
import type { Stack } from '../stack/stack.ts';
import { agentTurns, type AgentTurn } from './agent-turns.ts';
import type { CallFacts } from './call-facts.ts';
import { askSfu } from './sfu-statement.ts';
import { recognise, speakQuestion } from './spoken-question.ts';

/** Last line of `npm run demo -- --once --json`. */
export interface DemoReport {
  readonly ok: boolean;
  /** In which language the agent that answered is written. */
  readonly agent: AgentLanguage;
  readonly callId: string | undefined;
  readonly status: string | undefined;
  /** What the SFU's and both ends' own statistics say, all together. */
  readonly encrypted: boolean;
  /** Who says so. */
  readonly encryptedBy: Readonly<Record<'browser' | 'agent' | 'sfu', boolean>>;
  /** What a recogniser made of the oracle's audio as it reached the browser. */
  readonly heard: string;
  readonly timelineMs: TimelineMs;
  /** Each thing that the user said, by the agent: ms since the end of the speech. */
  readonly turns: readonly AgentTurn[];
}

export interface DemoCallOptions {
  readonly stack: Stack;
  readonly facts: CallFacts;
  readonly chromium: string;
  readonly weightsDir: string;
  readonly question: string;
  readonly agent: AgentLanguage;
  readonly say: (line: string) => void;
}

/** Loading the models on two busy cores, in ms. */
const AGENT_WARM_MAX_MS = 90_000;
/** Silence after the oracle's greeting before the question is asked, in ms. */
const GREETING_SILENCE_MS = 600;
const GREETING_MAX_MS = 15_000;
/** The agent writes its statistics when it leaves; this long after the hang-up they must be there, in ms. */
const FAREWELL_MAX_MS = 10_000;

const agentStatisticsSchema = v.looseObject({ encrypted: v.boolean() });

/** Holds one real call in headless Chromium: sign in, call, ask, listen, hang up. */
export async function holdDemoCall(options: DemoCallOptions): Promise<DemoReport> {
  const { stack, facts, weightsDir, question, say } = options;
  if (stack.webUrl === undefined) throw new TypeError('The demo needs the page.');
  say(`the question, spoken by the local voice: “${question}”`);
  const speech = await speakQuestion(weightsDir, question);

  await stack.agentWarm(AbortSignal.timeout(AGENT_WARM_MAX_MS));
  const browser = await launchChromium(options.chromium);
  try {
    const { alice } = stack.users;
    await using caller = await ScriptedCaller.open({
      browser,
      url: stack.webUrl,
      userId: alice.userId,
      password: alice.password,
      recoveryKey: alice.recoveryKey,
    });
    await caller.signIn();
    say(`signed in as ${alice.userId}; calling ${stack.oracleDid}`);
    await caller.call();
    await caller.untilAudible();
    await caller.untilOracleQuiet(0, GREETING_SILENCE_MS, GREETING_MAX_MS);
    say('the oracle is there; asking');
    const answer = await caller.ask(speech);
    const inCall = await caller.snapshot();
    const callId = parseCallId(inCall.callId);
    const [own, sfu] = await Promise.all([
      caller.settledStatistics(),
      askSfu(stack.sfu, callIdParts(callId).sfuRoomName),
    ]);
    await caller.hangUp();
    const after = await caller.snapshot();
    const heard = await recognise(weightsDir, answer.samples, EARS_SAMPLE_RATE);
    const agentSaid = await facts.waitFor('call statistics', callId, FAREWELL_MAX_MS);
    const agent = v.safeParse(agentStatisticsSchema, agentSaid);
    const timelineMs = withOthersTimes(after, answer, facts.timeOf('key released', callId));
    const encryptedBy = {
      browser: own.encrypted,
      agent: agent.success && agent.output.encrypted,
      sfu: sfu.encrypted,
    };
    const encrypted = Object.values(encryptedBy).every(Boolean);
    return {
      ok: encrypted && heard !== '' && after.callStatus === 'ended' && after.errorCode === undefined,
      agent: options.agent,
      callId,
      status: after.callStatus,
      encrypted,
      encryptedBy,
      heard,
      timelineMs,
      turns: agentTurns(facts, callId),
    };
  } finally {
    await browser.close();
  }
}

/** The page's own timeline, and what only the script and the backend know; all clocks are this machine's. */
function withOthersTimes(
  page: { readonly clickedAt: number | undefined; readonly timelineMs: TimelineMs },
  answer: { readonly questionEndedAt: number; readonly audibleAt: number },
  keyReleasedAt: number | undefined,
): TimelineMs {
  const { clickedAt, timelineMs } = page;
  if (clickedAt === undefined) return timelineMs;
  return {
    ...timelineMs,
    ...(keyReleasedAt === undefined ? {} : { keyFetched: keyReleasedAt - clickedAt }),
    questionEnded: answer.questionEndedAt - clickedAt,
    answerAudible: answer.audibleAt - clickedAt,
  };
}
