import type { Clock } from '@oracle-calls/protocol';
import type { Sampler, Tracer } from '@oracle-calls/protocol/trace';
import type { TelemetryConfig } from '@oracle-calls/telemetry';

/** Where a job's spans go. */
export interface JobTraces {
  readonly tracer: Tracer;
  /** Absent: what the backend decided. */
  readonly sample?: Sampler | undefined;
  /** Sends what waits, within a bound. Never rejects. */
  close(): Promise<void>;
}

/** Loads OpenTelemetry and opens the export, while the process still waits for its call. @throws as `readHeadersFile` */
export async function openJobTraces(
  { otlpUrl, headersFile, sampleRatio }: TelemetryConfig,
  clock: Clock,
): Promise<JobTraces> {
  const { createKeyedSampler, openTraceExport, readHeadersFile } = await import('@oracle-calls/telemetry/otlp');
  const headers = headersFile === undefined ? undefined : await readHeadersFile(headersFile);
  const opened = openTraceExport({ serviceName: 'oracle-calls-agent', otlpUrl, headers, clock });
  const sample = sampleRatio === undefined ? undefined : createKeyedSampler(sampleRatio);
  return { tracer: opened.tracer, sample, close: () => opened.close() };
}
