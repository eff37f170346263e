import type { AgentTurn } from './agent-turns.ts';

/** One line for each turn: what the agent did how long after the user's speech had ended. */
export function turnLines(turns: readonly AgentTurn[]): string[] {
  return turns.map(({ turn, outcome, recognisedMs, firstTokenMs, firstAudioMs, interruptedMs, silencedMs }) => {
    const stages = [
      stage('recognised', recognisedMs),
      stage('first text', firstTokenMs),
      stage('first sound', firstAudioMs),
      ...(interruptedMs === undefined || silencedMs === undefined
        ? []
        : [`silent ${Math.round(silencedMs - interruptedMs)} ms after speech`]),
    ];
    const known = stages.filter((text) => text !== '').join(', ');
    return `  turn ${turn}, ${outcome}${known === '' ? '' : `: ${known}`}`;
  });
}

const stage = (name: string, ms: number | undefined): string =>
  ms === undefined ? '' : `${name} ${Math.round(ms)} ms`;
