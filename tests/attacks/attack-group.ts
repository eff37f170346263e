import type { Attack, AttackScene, Outcome, Twin } from './attack.ts';

/** What is known of an attack without making it. */
export type AttackFacts = Pick<Attack<unknown>, 'name' | 'refusedBy' | 'twin'>;

/** Attacks that share a scene. */
export interface AttackGroup {
  readonly name: string;
  readonly attacks: readonly AttackFacts[];
  open(): Promise<OpenGroup>;
}

export interface OpenGroup extends AsyncDisposable {
  /** Makes an attack of this group on everything as it is. */
  attack(name: string): Promise<Outcome>;
  /** Makes it where its defence is off. */
  attackTwin(name: string): Promise<Outcome>;
}

/** Ties attacks to the scene that they are made on. Opening it is left to whoever makes them. */
export function attackGroup<Scene extends AttackScene>(
  name: string,
  openScene: () => Promise<Scene>,
  attacks: readonly Attack<Scene>[],
): AttackGroup {
  const find = (wanted: string): Attack<Scene> => {
    const found = attacks.find((attack) => attack.name === wanted);
    if (found === undefined) throw new TypeError(`No such attack: ${wanted}`);
    return found;
  };
  return {
    name,
    attacks,
    async open() {
      const scene = await openScene();
      const run = async (wanted: string, twinOf: (attack: Attack<Scene>) => Twin | undefined): Promise<Outcome> => {
        const attack = find(wanted);
        await scene.become(twinOf(attack));
        return await attack.run(scene);
      };
      return {
        attack: (wanted) => run(wanted, () => undefined),
        async attackTwin(wanted) {
          const outcome = await run(wanted, ({ twin }) => twin);
          // An attacker may try again: what a busy machine spoils once shows no defence. The other way round nothing is tried twice.
          return outcome.kind === 'succeeded' ? outcome : await run(wanted, ({ twin }) => twin);
        },
        [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
      };
    },
  };
}
