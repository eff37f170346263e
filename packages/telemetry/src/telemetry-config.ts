import * as v from 'valibot';

/** What binds to this machine alone. */
const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** `metrics` of `backend.json` and `agent.json`. Absent: none are taken and nothing listens. */
export const metricsConfigSchema = v.pipe(
  v.strictObject({
    /** Loopback unless told. */
    host: v.optional(v.pipe(v.string(), v.minLength(1)), '127.0.0.1'),
    port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
    /** A file with the token that scrapers bring (`Authorization: Bearer …`); needed where others than this machine can ask. */
    tokenFile: v.optional(v.pipe(v.string(), v.minLength(1, 'a file path'))),
  }),
  v.forward(
    v.check(
      ({ host, tokenFile }) => tokenFile !== undefined || LOOPBACK.test(host),
      'a loopback host, or a tokenFile,',
    ),
    ['host'],
  ),
);
export type MetricsConfig = v.InferOutput<typeof metricsConfigSchema>;

/** `telemetry` of `backend.json` and `agent.json`. Absent: no span is made and nothing is sent. */
export const telemetryConfigSchema = v.strictObject({
  /** Where OTLP over HTTP is taken, path included; collectors answer at `…/v1/traces`. */
  otlpUrl: v.pipe(v.string(), v.url(), v.regex(/^https?:/i, 'an http or https address')),
  /** A file of header lines (`authorization: Bearer …`) that the collector asks for. */
  headersFile: v.optional(v.pipe(v.string(), v.minLength(1, 'a file path'))),
  /** Which share of calls is traced, 0 to 1. The backend takes all unless told; an agent follows its backend unless told. */
  sampleRatio: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
});
export type TelemetryConfig = v.InferOutput<typeof telemetryConfigSchema>;
