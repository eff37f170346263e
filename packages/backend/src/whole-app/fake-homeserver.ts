import { createServer } from 'node:http';

export interface UserInfoAnswer {
  readonly status: number;
  readonly body: string;
  readonly location?: string;
}

/** A homeserver's OpenID endpoint on loopback, as a test scripts it. */
export interface FakeHomeserver extends AsyncDisposable {
  readonly baseUrl: string;
  /** What each token is answered with; an unknown one as Synapse answers an unknown or expired one. */
  readonly answers: Map<string, UserInfoAnswer>;
  /** The paths asked for, without their query. */
  readonly asked: string[];
}

export async function startFakeHomeserver(): Promise<FakeHomeserver> {
  const answers = new Map<string, UserInfoAnswer>();
  const asked: string[] = [];
  const unknown: UserInfoAnswer = { status: 401, body: '{"errcode":"M_UNKNOWN_TOKEN"}' };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://homeserver');
    asked.push(url.pathname);
    const { status, body, location } = answers.get(url.searchParams.get('access_token') ?? '') ?? unknown;
    response.writeHead(status, { 'content-type': 'application/json', ...(location ? { location } : {}) });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The homeserver has no port.');
  return {
    baseUrl: `http://127.0.0.1:${String(address.port)}`,
    answers,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
