import { createServer } from 'node:http';
import * as v from 'valibot';

const valueSchema = v.object({ stringValue: v.optional(v.string()), intValue: v.optional(v.number()) });
const spanSchema = v.object({
  traceId: v.string(),
  spanId: v.string(),
  parentSpanId: v.optional(v.string(), ''),
  name: v.string(),
  startTimeUnixNano: v.string(),
  endTimeUnixNano: v.string(),
  attributes: v.optional(v.array(v.object({ key: v.string(), value: valueSchema })), []),
});
/** An export request of OTLP in its JSON encoding, as far as it is looked at. */
const requestSchema = v.object({
  resourceSpans: v.array(
    v.object({
      resource: v.object({ attributes: v.array(v.object({ key: v.string(), value: valueSchema })) }),
      scopeSpans: v.array(v.object({ spans: v.array(spanSchema) })),
    }),
  ),
});

export interface ReceivedSpan extends v.InferOutput<typeof spanSchema> {
  /** `service.name` of who sent it. */
  readonly service: string;
}

/** Takes spans as a collector does, from pages too, and keeps them. */
export interface Collector extends AsyncDisposable {
  readonly url: string;
  /** Every request as it came. */
  readonly bodies: string[];
  spans(): readonly ReceivedSpan[];
}

export async function startCollector(): Promise<Collector> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    // Pages ask from another origin.
    const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
    if (request.method === 'OPTIONS') return void response.writeHead(204, cors).end();
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (body += part));
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(200, { ...cors, 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('a server without a port');
  return {
    url: `http://127.0.0.1:${address.port}/v1/traces`,
    bodies,
    spans: () => bodies.flatMap(spansOf),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function spansOf(body: string): readonly ReceivedSpan[] {
  return v.parse(requestSchema, JSON.parse(body)).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })));
  });
}
