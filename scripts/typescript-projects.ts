/** Every folder with a `tsconfig.json`, in dependency order. */
export const TYPESCRIPT_PROJECTS = [
  'packages/protocol',
  'packages/matrix',
  'packages/sdk',
  'packages/react',
  'packages/backend',
  'packages/node-media',
  'packages/agent',
  'packages/testing',
  'apps/oracle',
  'apps/cli',
  'apps/web',
  'dev',
  'tests',
  'benchmarks',
  'examples',
  'scripts',
] as const;
