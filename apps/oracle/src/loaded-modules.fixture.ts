/** Opens the telemetry of a configuration (JSON, first argument) and prints which of its libraries were loaded. */
import { registerHooks } from 'node:module';

const LIBRARIES = ['prom-client', '@opentelemetry'];
const loaded = new Set<string>();
registerHooks({
  load(url, context, next) {
    for (const library of LIBRARIES) if (url.includes(`node_modules/${library}/`)) loaded.add(library);
    return next(url, context);
  },
});

const { openBackendTelemetry } = await import('./open-telemetry.ts');
// What else the backend's process loads.
await import('./backend-process.ts');
const { silentLogger, systemClock } = await import('@oracle-calls/protocol');
const config = JSON.parse(process.argv[2] ?? '{}') as object;
await using opened = new AsyncDisposableStack();
const wishes = { metrics: undefined, telemetry: undefined, ...config };
await openBackendTelemetry(
  { ...wishes, getBackend: () => undefined, clock: systemClock, logger: silentLogger },
  opened,
);
process.stdout.write(JSON.stringify([...loaded].toSorted()));
