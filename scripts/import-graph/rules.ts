import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import type { Import } from './imports.ts';
import type { Packages } from './packages.ts';

/**
 * What each part may import of the others: `protocol` ← `matrix` ← `sdk`, `backend`, `agent`; `protocol` ← `telemetry` ← `backend`,
 * `agent`; `sdk` ← `react`, `node-media` ← `agent`; apps last.
 * A part that is not named (`dev`, `tests`, `benchmarks`, `scripts`, `examples`) may import any package.
 */
const ALLOWED_PARTS: Readonly<Record<string, readonly string[]>> = {
  'packages/protocol': [],
  'packages/matrix': ['packages/protocol'],
  'packages/telemetry': ['packages/protocol'],
  'packages/sdk': ['packages/protocol', 'packages/matrix'],
  'packages/react': ['packages/protocol', 'packages/sdk'],
  'packages/backend': ['packages/protocol', 'packages/matrix', 'packages/telemetry'],
  'packages/node-media': ['packages/protocol', 'packages/sdk'],
  'packages/agent': ['packages/protocol', 'packages/matrix', 'packages/telemetry', 'packages/node-media'],
  'packages/testing': ['packages/protocol', 'packages/matrix', 'packages/sdk', 'packages/backend', 'packages/agent'],
  'apps/oracle': ['packages/protocol', 'packages/matrix', 'packages/telemetry', 'packages/backend', 'packages/agent'],
  'apps/web': ['packages/protocol', 'packages/matrix', 'packages/sdk', 'packages/react'],
  'apps/cli': [
    'packages/protocol',
    'packages/matrix',
    'packages/sdk',
    'packages/backend',
    'packages/node-media',
    'packages/agent',
    'apps/oracle',
  ],
};

/** Code that browsers run as well: nothing of Node may be in it. */
const BROWSER_FOLDERS = ['packages/protocol/src', 'packages/matrix/src', 'packages/sdk/src', 'packages/react/src'];
/** Entry points for Node inside of those. */
const NODE_FOLDERS = ['packages/matrix/src/node'];

/** Has an optional peer that applications without it must not need. */
const OPEN_TELEMETRY_FOLDER = 'packages/sdk/src/open-telemetry';

const isUnder = (file: string, folders: readonly string[]): boolean =>
  folders.some((folder) => file.startsWith(`${folder}/`));

/** Tests, fixtures, and the folder of the backend that only its tests use. */
const isTestFile = (file: string): boolean =>
  /\.(test|fixture)\.tsx?$/.test(file) || file.startsWith('packages/backend/src/whole-app/');

const isProduct = (file: string): boolean => isUnder(file, ['packages', 'apps']) && !isTestFile(file);

/** `packages/sdk` of `packages/sdk/src/a.ts`; `dev` and its like stand for themselves. */
function partOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  return first === 'packages' || first === 'apps' ? `${first}/${second}` : first;
}

/** `@scope/name/rest` → the package's name and the key of `exports` that it asks for. */
function splitSpecifier(specifier: string): { readonly name: string; readonly entry: string } {
  const [path = ''] = specifier.split('?');
  const parts = path.split('/');
  const length = path.startsWith('@') ? 2 : 1;
  return { name: parts.slice(0, length).join('/'), entry: ['.', ...parts.slice(length)].join('/') };
}

/** Where a relative import leads, from the project's root. */
function relativeTarget({ file, specifier }: Import): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : undefined;
}

export interface Rule {
  /** What must hold. */
  readonly name: string;
  readonly isBrokenBy: (found: Import, packages: Packages) => boolean;
}

function keptTo(packageName: string, folders: readonly string[], { isTypeAllowed = false } = {}): Rule {
  return {
    name: `${packageName} is imported only in ${folders.join(' and ')}${isTypeAllowed ? ', but for types' : ''}`,
    isBrokenBy: ({ file, specifier, isTypeOnly }) =>
      isProduct(file) &&
      splitSpecifier(specifier).name === packageName &&
      !(isTypeAllowed && isTypeOnly) &&
      !isUnder(file, folders),
  };
}

export const RULES: readonly Rule[] = [
  {
    name: 'dependencies between parts point one way',
    isBrokenBy({ file, specifier }, packages) {
      const from = partOf(file);
      const allowed = ALLOWED_PARTS[from];
      const to = packages.get(splitSpecifier(specifier).name)?.folder;
      if (allowed === undefined || to === undefined || to === from || allowed.includes(to)) return false;
      // Tests may use the fakes that are made for them.
      return !(isTestFile(file) && to === 'packages/testing');
    },
  },
  {
    name: 'a relative import stays inside its part',
    isBrokenBy(found) {
      const target = relativeTarget(found);
      const from = partOf(found.file);
      if (target === undefined || partOf(target) === from || from === 'scripts') return false;
      // The stack and the tests start apps, which export nothing, and go through the exports of packages.
      return isUnder(found.file, ['packages', 'apps']) || isUnder(target, ['packages']);
    },
  },
  {
    name: 'a package is imported through its exports only',
    isBrokenBy({ specifier }, packages) {
      const { name, entry } = splitSpecifier(specifier);
      const facts = packages.get(name);
      return facts !== undefined && !facts.exports.includes(entry);
    },
  },
  {
    name: 'a package declares what it imports',
    isBrokenBy({ file, specifier }, packages) {
      const { name } = splitSpecifier(specifier);
      const own = [...packages].find(([, { folder }]) => isUnder(file, [folder]));
      // `#name` is the package's own `imports`; Node refuses one that is not declared.
      if (own === undefined || /^[.#]/.test(specifier) || isBuiltin(specifier) || name === own[0]) return false;
      // Test tools belong to the workspace's root.
      return isTestFile(file) ? false : !own[1].dependencies.includes(name);
    },
  },
  {
    name: 'packages/testing is imported by tests only',
    isBrokenBy: ({ file, specifier }) =>
      isProduct(file) &&
      !file.startsWith('packages/testing/') &&
      splitSpecifier(specifier).name === '@oracle-calls/testing',
  },
  {
    name: 'nothing of Node is in code for browsers',
    isBrokenBy: ({ file, specifier }) =>
      isUnder(file, BROWSER_FOLDERS) && !isUnder(file, NODE_FOLDERS) && !isTestFile(file) && isBuiltin(specifier),
  },
  {
    name: "a package's entry for browsers does not lead into its folder for Node",
    isBrokenBy(found) {
      const target = relativeTarget(found);
      if (target === undefined || isUnder(found.file, NODE_FOLDERS) || isTestFile(found.file)) return false;
      return !found.isTypeOnly && isUnder(found.file, BROWSER_FOLDERS) && isUnder(target, NODE_FOLDERS);
    },
  },
  {
    name: "the SDK's core does not lead to its entry for OpenTelemetry",
    isBrokenBy(found) {
      const target = relativeTarget(found);
      if (target === undefined || isUnder(found.file, [OPEN_TELEMETRY_FOLDER])) return false;
      return isUnder(found.file, ['packages/sdk/src']) && isUnder(target, [OPEN_TELEMETRY_FOLDER]);
    },
  },
  keptTo('livekit-client', ['packages/sdk/src/media']),
  keptTo('matrix-js-sdk', ['packages/matrix/src', 'apps/web'], { isTypeAllowed: true }),
  keptTo('prom-client', ['packages/telemetry/src/prometheus']),
  keptTo('@opentelemetry/sdk-trace-base', ['packages/telemetry/src/otlp', 'apps/web/src/call']),
  keptTo('@opentelemetry/api', ['packages/telemetry/src/otlp', OPEN_TELEMETRY_FOLDER, 'apps/web/src/call']),
  keptTo('fake-indexeddb', ['packages/matrix/src/node']),
  keptTo('react', ['packages/react/src', 'apps/web/src']),
  keptTo('react-dom', ['apps/web/src']),
];
