import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { AgentConfig, BackendConfig, OracleConfig } from '@oracle-calls/oracle/configuration';
import { systemClock } from '@oracle-calls/protocol';
import type { Check, Outcome } from './check.ts';
import type { CheckDeps, Installation } from './installation.ts';

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

/** A real server on loopback; with a certificate it speaks https. */
export async function startServer(
  handle: RequestListener,
  certificate?: { readonly key: string; readonly cert: string },
): Promise<TestServer> {
  const server = certificate === undefined ? createServer(handle) : createTlsServer(certificate, handle);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Answers by path, `METHOD /path` before `/path`; everything else is 404. */
export const answering =
  (
    answers: Readonly<Record<string, readonly [status: number, body: unknown, headers?: Record<string, string>]>>,
  ): RequestListener =>
  (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const [status, body, headers = {}] = answers[`${request.method ?? ''} ${path}`] ?? answers[path] ?? [404, {}];
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

const nothing: Installation = {
  backendConfig: undefined,
  agentConfig: undefined,
  oracle: undefined,
  homeserverUrl: undefined,
  allowedServers: {},
  sfu: undefined,
  sfuProblem: undefined,
  sfuClientUrl: undefined,
  backendUrl: undefined,
  oracleDid: undefined,
  didResolverUrl: undefined,
  allowPrivateAddresses: true,
  webOrigins: [],
  agentName: undefined,
};

export const depsWith = (known: Partial<Installation>): CheckDeps => ({
  installation: { ...nothing, ...known },
  sfuProbe: undefined,
  clock: systemClock,
});

/* Configurations that were read, with only the fields that a check reads. */

export const backendOf = (config: object): Installation['backendConfig'] => ({
  file: 'backend.json',
  problems: [],
  config: config as BackendConfig,
});
export const agentOf = (config: object): Installation['agentConfig'] => ({
  file: 'agent.json',
  problems: [],
  config: config as AgentConfig,
});
export const oracleOf = (oracle: object): Installation['oracle'] => oracle as OracleConfig;

/** Runs one check by its id. */
export async function runCheck(checks: readonly Check[], id: string): Promise<Outcome> {
  const check = checks.find((one) => one.id === id);
  if (check === undefined) throw new Error(`There is no check ${id}.`);
  return await check.run(new AbortController().signal);
}
