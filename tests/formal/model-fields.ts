import { readFile } from 'node:fs/promises';
import { FORMAL_DIR } from './expected-models.ts';

/** `name = HASH(…)` of a model, with what it hashes in its order. `HASH` takes five values at most, so hashes stand in hashes. */
export interface ModelHash {
  /** As in the code: who computes it, and for which of two agents, is taken off. */
  readonly name: string;
  /** The first value when it is a label, without `label_`. */
  readonly label: string | undefined;
  /** Names as in the code. */
  readonly fields: readonly string[];
}

/** Names that say who computed a value (`o_`, `a_`, `b_`), or for which of two agents or attempts it is. */
const OWNER = /^[oab]_/;
const ONE_OF_TWO = /(?:_[ab]|[12])$/;

/** In the models with two users or two oracles these stand for whichever of the two it is. */
const EITHER: Readonly<Record<string, string>> = {
  claimed_signing_key: 'user_signing_key',
  called_envelope_key: 'oracle_envelope_key',
  called_identity_key: 'oracle_identity_key',
};

const DEFINITION = /^\t(\w+) = (HASH\(.*\))$/gm;

export async function readModelHashes(file: string): Promise<readonly ModelHash[]> {
  const text = await readFile(`${FORMAL_DIR}/${file}`, 'utf8');
  return [...text.matchAll(DEFINITION)].map(([, name = '', value = '']) => {
    const [first = '', ...rest] = value.match(/\w+/g)?.filter((word) => word !== 'HASH') ?? [];
    const isLabelled = first.startsWith('label_');
    return {
      name: plainName(name),
      label: isLabelled ? first.slice('label_'.length) : undefined,
      fields: (isLabelled ? rest : [first, ...rest]).map((word) => toCamelCase(plainName(word))),
    };
  });
}

/** `offerHash` in a model: `offer_hash`. */
export function toCamelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

function plainName(name: string): string {
  const plain = name.replace(OWNER, '').replace(ONE_OF_TWO, '');
  return EITHER[plain] ?? plain;
}
