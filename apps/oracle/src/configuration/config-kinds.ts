import type * as v from 'valibot';
import { agentConfigSchema } from '../agent-config.ts';
import { backendConfigSchema } from '../backend-config.ts';

/** The programs that read a configuration, and what each must look like. */
export const CONFIG_SCHEMAS = { backend: backendConfigSchema, agent: agentConfigSchema } as const satisfies Readonly<
  Record<string, v.GenericSchema>
>;

export type ConfigKind = keyof typeof CONFIG_SCHEMAS;

export const CONFIG_KINDS: readonly ConfigKind[] = ['backend', 'agent'];
