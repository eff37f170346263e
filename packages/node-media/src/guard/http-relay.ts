import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '@oracle-calls/protocol';
import type { GuardAddress } from './guard-address.ts';
import { CONNECT_MAX_MS, MAX_ANSWER_BYTES, PASSED_HEADERS } from './guard-limits.ts';

/** Passes on the one question that the media library asks over HTTP: why it could not join. */
export function relayHttp(
  address: GuardAddress,
  clock: Clock,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const target = incoming.method === 'GET' ? address.httpTarget(incoming.url) : undefined;
  if (target === undefined) {
    outgoing.writeHead(404).end();
    return;
  }
  const asked = ask(target, passedHeaders(incoming.headers));
  const bound = clock.after(CONNECT_MAX_MS, () => asked.destroy(new Error('The media server did not answer in time.')));
  outgoing.once('close', () => {
    bound[Symbol.dispose]();
    asked.destroy();
  });
  asked.once('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
  asked.once('response', (answer) => {
    let bytes = 0;
    outgoing.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] ?? 'text/plain' });
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) outgoing.destroy();
      else outgoing.write(chunk);
    });
    answer.once('error', () => outgoing.destroy());
    answer.once('end', () => outgoing.end());
  });
  asked.end();
}

function ask(target: URL, headers: Record<string, string>): ClientRequest {
  return (target.protocol === 'https:' ? httpsRequest : httpRequest)(target, { headers, agent: false });
}

export function passedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    PASSED_HEADERS.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
