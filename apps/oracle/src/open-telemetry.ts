import { BACKEND_METRICS, silentTelemetry, type Backend, type BackendTelemetry } from '@oracle-calls/backend';
import type { BearerSecret, Clock, Logger } from '@oracle-calls/protocol';
import type { Metrics, MetricsConfig, MetricTable, TelemetryConfig } from '@oracle-calls/telemetry';
import { readSecretFile } from './secret-file.ts';

export interface OpenTelemetryOptions {
  readonly metrics: MetricsConfig | undefined;
  readonly telemetry: TelemetryConfig | undefined;
  /** The running backend, whose gauges are read before each scrape. */
  readonly getBackend: () => Pick<Backend, 'readGauges'> | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Opens what the configuration asks for; what it does not ask for is not even loaded. What is opened is closed with `opened`.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` for a file that cannot be read; Node's error when the address of the metrics cannot be had
 */
export async function openBackendTelemetry(
  { metrics, telemetry, getBackend, clock, logger }: OpenTelemetryOptions,
  opened: AsyncDisposableStack,
): Promise<BackendTelemetry> {
  const readGauges = async (): Promise<void> => getBackend()?.readGauges();
  return {
    ...silentTelemetry,
    ...(metrics && { metrics: await openMetrics(BACKEND_METRICS, metrics, { readGauges, logger }, opened) }),
    ...(telemetry && (await openTraces(telemetry, clock, opened))),
  };
}

interface MetricsDeps {
  readonly readGauges?: () => Promise<void>;
  readonly logger: Logger;
}

/** Serves the metrics of a table, as {@link openBackendTelemetry} does for the backend's. */
export async function openMetrics<const T extends MetricTable>(
  table: T,
  { host, port, tokenFile }: MetricsConfig,
  { readGauges, logger }: MetricsDeps,
  opened: AsyncDisposableStack,
): Promise<Metrics<T>> {
  const { createPrometheusMetrics, serveMetrics } = await import('@oracle-calls/telemetry/prometheus');
  const metrics = createPrometheusMetrics(table);
  if (readGauges !== undefined) metrics.onScrape(readGauges);
  const token: BearerSecret | undefined =
    tokenFile === undefined ? undefined : await readSecretFile(tokenFile, 'metrics.tokenFile');
  opened.use(await serveMetrics({ host, port, token, scrape: () => metrics.scrape(), logger }));
  return metrics;
}

/** @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` */
export async function checkHeadersFile(file: string): Promise<void> {
  const { readHeadersFile } = await import('@oracle-calls/telemetry/otlp');
  await readHeadersFile(file);
}

async function openTraces(
  { otlpUrl, headersFile, sampleRatio = 1 }: TelemetryConfig,
  clock: Clock,
  opened: AsyncDisposableStack,
): Promise<Pick<BackendTelemetry, 'tracer' | 'sample'>> {
  const { createKeyedSampler, openTraceExport, readHeadersFile } = await import('@oracle-calls/telemetry/otlp');
  const headers = headersFile === undefined ? undefined : await readHeadersFile(headersFile);
  const { tracer } = opened.use(openTraceExport({ serviceName: 'oracle-calls-backend', otlpUrl, headers, clock }));
  return { tracer, sample: createKeyedSampler(sampleRatio) };
}
