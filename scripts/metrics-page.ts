import { AGENT_METRICS } from '@oracle-calls/agent';
import { BACKEND_METRICS } from '@oracle-calls/backend';
import { metricPage } from '@oracle-calls/telemetry';
import { format, resolveConfig } from 'prettier';

const PAGE = new URL('../docs/metrics.md', import.meta.url);

/** `docs/metrics.md`, made from the tables that the programs use. */
export async function metricsPage(): Promise<string> {
  const text = `# Metrics

What \`/metrics\` of a backend and of an agent's worker tell. How to switch them on: [operating.md](operating.md#metrics). Made from the tables in the code by
\`node scripts/write-metrics-page.ts\`; a test compares.

No label says who, which call or which room: each value of each label is known beforehand, and one that is not is told as \`other\`. \`code\` is \`ok\` or a code of
[errors.md](errors.md), \`route\` a path of the API with its parameters by name.

Beside these there are the process's own (\`process_…\`, \`nodejs_…\`: memory, processor, event loop, garbage collection).

## Backend

${metricPage(BACKEND_METRICS)}

## Agent

Told by the worker's process for all its jobs.

${metricPage(AGENT_METRICS)}
`;
  const config = (await resolveConfig(PAGE)) ?? {};
  return format(text, { ...config, filepath: 'metrics.md' });
}
