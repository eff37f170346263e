import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiKeys, createHttpApp, openBackend, openSqliteStore, serveHttp } from '@oracle-calls/backend';
import { systemClock } from '@oracle-calls/protocol';
import { API_PREFIX } from '@oracle-calls/protocol/http';
import { FakeMatrixAccount } from '@oracle-calls/testing/matrix-account';
import { FakeSfuControl } from '@oracle-calls/testing/sfu-control';
import { Hono } from 'hono';
import { percentile } from '../percentile.ts';
import { measureRate, type Load } from './load.ts';
import { ORACLE, ORACLE_DID, putEvents, writeCalls } from './stored-calls.ts';

/** Calls in progress, which agents ask about. */
const LIVE_CALLS = 200;
const STORED = [1_000, 1_000_000] as const;
/** Limits are counted as always, and too high to be reached. */
const NO_LIMIT = { count: 1_000_000_000, seconds: 60 };
/** All are measured in turn, so that whatever else the machine does meets all of them; the middle round counts. */
const ROUNDS = 5;
const ROUND_S = 2;

export interface KeyEndpointFigures {
  /** Answers a second of a route that does nothing, on the same framework and server. */
  readonly bareRoutePerSecond: number;
  readonly withCalls: readonly {
    readonly calls: number;
    readonly perSecond: number;
    /** Of the bare route's rate in the same run. */
    readonly ratio: number;
    /** Writing the calls took this long, in ms. */
    readonly seedMs: number;
  }[];
}

export interface MeasureKeyEndpointOptions {
  readonly say: (line: string) => void;
  /** How many calls are stored; fewer for trying it out. */
  readonly stored?: readonly number[] | undefined;
}

/** A server that runs, and what is asked of it. */
interface Served {
  readonly load: Load;
  readonly rates: number[];
}

/**
 * The rate of `GET /calls/:callId/key` beside a bare route in the same run: real HTTP over loopback, a real database file, an API key from that
 * database and every check. Only the homeserver is in memory, because its speed is not the backend's.
 */
export async function measureKeyEndpoint({
  say,
  stored = STORED,
}: MeasureKeyEndpointOptions): Promise<KeyEndpointFigures> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-key-bench-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const bare = await serveBareRoute(opened);
  const endpoints: (Served & { readonly calls: number; readonly seedMs: number })[] = [];
  for (const calls of stored) {
    const databaseFile = join(folder, `${calls}.db`);
    const begunAt = performance.now();
    const secret = await makeDatabase(databaseFile, calls);
    const seedMs = Math.round(performance.now() - begunAt);
    say(`key endpoint: ${calls.toLocaleString('en')} calls written in ${(seedMs / 1_000).toFixed(1)} s`);
    endpoints.push({ ...(await serveKeyRoute(databaseFile, secret, opened)), calls, seedMs });
  }
  const all: readonly Served[] = [bare, ...endpoints];
  // The first requests find nothing compiled.
  for (const { load } of all) await measureRate(load, ROUND_S);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { load, rates } of all) rates.push(await measureRate(load, ROUND_S));
  }
  const bareRate = percentile(bare.rates, 0.5);
  const withCalls = endpoints.map(({ calls, rates, seedMs }) => {
    const rate = percentile(rates, 0.5);
    return { calls, perSecond: Math.round(rate), ratio: Number((rate / bareRate).toFixed(3)), seedMs };
  });
  return { bareRoutePerSecond: Math.round(bareRate), withCalls };
}

/** The figures in lines for a terminal. */
export function keyEndpointLines({ bareRoutePerSecond, withCalls }: KeyEndpointFigures): readonly string[] {
  const rate = (perSecond: number): string => `${perSecond.toLocaleString('en').padStart(7)} a second`;
  return [
    'key endpoint:',
    `  a bare route             ${rate(bareRoutePerSecond)}`,
    ...withCalls.map(({ calls, perSecond, ratio }) => {
      const stored = `with ${calls.toLocaleString('en')} calls`.padEnd(24);
      return `  ${stored} ${rate(perSecond)}, ${ratio.toFixed(3)} of it`;
    }),
  ];
}

/** Resolves with the text of an API key of the new database. */
async function makeDatabase(databaseFile: string, calls: number): Promise<string> {
  await using store = await openSqliteStore(databaseFile);
  const { secret } = await new ApiKeys({ store, clock: systemClock }).create(ORACLE_DID);
  writeCalls(databaseFile, { from: 0, to: calls, live: LIVE_CALLS });
  return secret.expose();
}

async function serveBareRoute(opened: AsyncDisposableStack): Promise<Served> {
  const app = new Hono();
  app.get('/bare', (c) => c.json({ status: 'ok' }));
  const { port } = opened.use(await serveHttp(app, { host: '127.0.0.1', port: 0 }));
  return { load: { url: `http://127.0.0.1:${port}`, paths: ['/bare'] }, rates: [] };
}

async function serveKeyRoute(databaseFile: string, secret: string, opened: AsyncDisposableStack): Promise<Served> {
  const matrix = new FakeMatrixAccount(ORACLE, systemClock);
  const callIds = putEvents(matrix, LIVE_CALLS);
  const store = opened.use(await openSqliteStore(databaseFile));
  const options = {
    oracles: [{ did: ORACLE_DID, agentName: 'oracle', allowedServers: { localhost: 'http://127.0.0.1:1' } }],
    sfuUrl: 'ws://127.0.0.1:1',
    agentKeys: [],
  };
  const backend = opened.use(await openBackend({ options, sfu: new FakeSfuControl(), store }));
  await backend.openOracle(ORACLE_DID, matrix);
  await backend.settled();
  const rateLimits = { address: NO_LIMIT, agentKey: NO_LIMIT };
  const app = createHttpApp({ getBackend: () => backend, corsOrigins: [], rateLimits });
  const { port } = opened.use(await serveHttp(app, { host: '127.0.0.1', port: 0 }));
  const load = {
    url: `http://127.0.0.1:${port}`,
    paths: callIds.map((callId) => `${API_PREFIX}/calls/${callId}/key`),
    headers: { authorization: `Bearer ${secret}` },
  };
  return { load, rates: [] };
}
