import type { AttackFacts, AttackGroup, OpenGroup } from './attack-group.ts';
import type { Outcome } from './attack.ts';

/** What `npm run attack` says of one attack. */
export interface AttackResult {
  readonly name: string;
  readonly refused: boolean;
  /** What stopped it, or what went wrong instead. */
  readonly refusedBy: string;
  readonly twinSucceeded: boolean;
  /** For people: what was seen in either run. */
  readonly evidence: string;
}

/** Makes the attacks whose name contains `only`; a group's scene opens when one of its attacks is wanted. */
export async function runAttacks(
  groups: readonly AttackGroup[],
  only: string,
  say: (line: string) => void,
): Promise<AttackResult[]> {
  const results: AttackResult[] = [];
  for (const group of groups) {
    const wanted = group.attacks.filter(({ name }) => name.includes(only));
    if (wanted.length === 0) continue;
    say(`${group.name}: ${wanted.length} of ${group.attacks.length} attacks`);
    await using opened = await group.open();
    results.push(...(await runGroup(opened, wanted, say)));
  }
  return results;
}

/** All with their defences first, then the twins: between the two, processes start anew. */
async function runGroup(
  opened: OpenGroup,
  wanted: readonly AttackFacts[],
  say: (line: string) => void,
): Promise<AttackResult[]> {
  const attempt = async (what: string, run: () => Promise<Outcome>): Promise<Outcome | Error> => {
    try {
      const outcome = await run();
      say(`  ${what}: ${outcome.kind}${outcome.kind === 'refused' ? ` by ${outcome.by}` : ''}`);
      return outcome;
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      say(`  ${what}: could not be made: ${error.message}`);
      return error;
    }
  };
  const defended: (Outcome | Error)[] = [];
  for (const { name } of wanted) defended.push(await attempt(name, () => opened.attack(name)));
  const twins: (Outcome | Error)[] = [];
  for (const { name } of wanted) twins.push(await attempt(`${name} (twin)`, () => opened.attackTwin(name)));
  return wanted.map((attack, index) => judge(attack, defended[index], twins[index]));
}

function judge(
  attack: AttackFacts,
  outcome: Outcome | Error | undefined,
  twin: Outcome | Error | undefined,
): AttackResult {
  const isOutcome = (it: Outcome | Error | undefined): it is Outcome => it !== undefined && 'kind' in it;
  const seen = (it: Outcome | Error | undefined): string => (isOutcome(it) ? it.evidence : (it?.message ?? 'not run'));
  const isRefused = isOutcome(outcome) && outcome.kind === 'refused';
  return {
    name: attack.name.replace(/^attack: /, ''),
    // Stopped by something else than what has to stop it is not good enough: the defence was not even reached.
    refused: isRefused && outcome.by === attack.refusedBy,
    refusedBy: isRefused ? outcome.by : isOutcome(outcome) ? 'nothing' : `not made: ${outcome?.message ?? ''}`,
    twinSucceeded: isOutcome(twin) && twin.kind === 'succeeded',
    evidence: `${seen(outcome)} | twin: ${seen(twin)}`,
  };
}

export const isGood = ({ refused, twinSucceeded }: AttackResult): boolean => refused && twinSucceeded;
