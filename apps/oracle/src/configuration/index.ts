export { CONFIG_KINDS, CONFIG_SCHEMAS, type ConfigKind } from './config-kinds.ts';
export { configJsonSchema } from './json-schema.ts';
export type { ConfigProblem, TextPlace } from './parse-json.ts';
export { configOf, describeProblem, readConfigFile, type ConfigReading } from './read-config.ts';
export type { AgentConfig } from '../agent-config.ts';
export type { BackendConfig } from '../backend-config.ts';
export type { OracleConfig } from '../oracle-config.ts';
