import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSfuRoomName, ERROR_TABLE } from '@oracle-calls/protocol';
import { API_PREFIX, ROUTES } from '@oracle-calls/protocol/http';
import * as v from 'valibot';
import { AGENT_KEY, ALICE, TestBackend, type ApiAnswer } from '../../whole-app/test-backend.ts';
import { GRAMMARS } from './json-schema.ts';
import { createOpenApiDocument, OPEN_API_PATH, type OpenApiDocument } from './open-api-document.ts';
import { AUTH_REFUSALS, COMMON_REFUSALS, OPERATIONS } from './operations.ts';

const document = createOpenApiDocument();
const pathOf = (route: string): string => route.replace(':callId', '{callId}').replace(':ringId', '{ringId}');

test('every route is in the document, with every method that the backend allows, and nothing else is', () => {
  expect(Object.keys(document.paths)).toEqual(Object.values(ROUTES).map(pathOf));
  expect(Object.keys(document.paths['/calls/{callId}/key'] ?? {})).toEqual(['get', 'post']);
  for (const methods of Object.values(document.paths)) {
    for (const operation of Object.values(methods)) {
      expect(operation.summary).toMatch(/^[A-Z].*\.$/);
      expect(operation.responses['429']).toBeDefined();
    }
  }
  const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map((it) => it.operationId));
  expect(new Set(ids).size).toBe(ids.length);
});

test('every code that an operation may be refused with crosses HTTP, and its status is in the document', () => {
  for (const [name, operations] of Object.entries(OPERATIONS)) {
    for (const { method, caller, refusals } of operations) {
      const described = document.paths[pathOf(ROUTES[name as keyof typeof ROUTES])]?.[method];
      const auth = caller === 'anybody' || caller === 'SFU' ? [] : AUTH_REFUSALS;
      for (const code of [...refusals, ...auth, ...COMMON_REFUSALS]) {
        const { httpStatus } = ERROR_TABLE[code];
        expect(httpStatus, code).toBeDefined();
        expect(described?.responses[String(httpStatus)]?.description, `${name} ${code}`).toContain(code);
      }
    }
  }
});

test('every schema in the document is one, and every reference leads somewhere', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name = '']) => name);
  expect(references.length).toBeGreaterThan(20);
  for (const name of references) expect(document.components.schemas).toHaveProperty(name);
  expect(text).not.toContain('"schema":{}');
});

test.each(GRAMMARS)('the pattern of $name says what the code says', ({ schema, json }) => {
  const pattern = new RegExp(json.pattern);
  const { maxLength = 1_000 } = json as { readonly maxLength?: number };
  const isGood = (text: string): boolean => pattern.test(text) && text.length <= maxLength;
  fc.assert(
    fc.property(fc.oneof(fc.stringMatching(pattern), fc.string(), fc.stringMatching(/^[$a-z@:%0-9-]*$/)), (text) => {
      expect(v.is(schema, text)).toBe(isGood(text));
    }),
    { numRuns: 2_000 },
  );
});

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

test.each(['', API_PREFIX])('the document is served under %o', async (prefix) => {
  const answer = await backend.request('GET', prefix + OPEN_API_PATH);
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual(JSON.parse(JSON.stringify(document)));
  expect((await backend.request('POST', prefix + OPEN_API_PATH)).status).toBe(405);
});

/** Checks answers as a reader of the served document does, with a validator that is not ours. */
function createChecker(served: OpenApiDocument): (method: string, path: string, answer: ApiAnswer) => void {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'https://api.example/', components: served.components });
  return (method, path, answer) => {
    const response = served.paths[path]?.[method]?.responses[String(answer.status)];
    expect(response, `${method} ${path} ${String(answer.status)}`).toBeDefined();
    const [[type, { schema }] = ['', { schema: undefined }]] = Object.entries(response?.content ?? {});
    if (schema === undefined) {
      expect(answer.body).toBe('');
      return;
    }
    expect(answer.headers.get('content-type')).toContain(type);
    const text = JSON.stringify(schema).replaceAll('"#/components', '"https://api.example/#/components');
    const isValid = ajv.validate(JSON.parse(text) as object, answer.body);
    expect(ajv.errors ?? [], `${method} ${path}`).toEqual([]);
    expect(isValid).toBe(true);
  };
}

test('what the backend answers, good and refused, is what the served document says', async () => {
  const { body } = await backend.request('GET', OPEN_API_PATH);
  const check = createChecker(body as OpenApiDocument);
  const call = await backend.placeCall({ agentVoice: 'joe', language: 'en' });
  const token = await backend.session(ALICE);
  const path = `/calls/${call.callId}`;
  const post = (to: string, json: unknown, bearer?: string): Promise<ApiAnswer> =>
    backend.request('POST', to, { json, token: bearer });

  check('post', '/auth/session', await backend.exchange(backend.openIdTokenOf(ALICE)));
  check('post', '/auth/session', await post('/auth/session', {}));
  check('post', '/join-token', await backend.join(ALICE, call.sfuRoomName));
  check('post', '/join-token', await post('/join-token', {}));
  check('post', '/calls/{callId}/sync', await post(`${path}/sync`, {}, token));
  check('post', '/calls/{callId}/sync', await post('/calls/none/sync', {}, token));
  const openid_token = { access_token: backend.openIdTokenOf(ALICE), matrix_server_name: 'localhost' };
  check('post', '/sfu/get', await post('/sfu/get', { room: call.callId, openid_token, device_id: 'D' }));
  check('post', '/sfu/get', await post('/sfu/get', { room: call.callId, openid_token }));
  check('post', '/get_token', await post('/get_token', {}));
  const remove = (id: string): Promise<ApiAnswer> => backend.request('DELETE', `/calls/${id}`, { token });
  for (const id of [call.callId, 'none']) check('delete', '/calls/{callId}', await remove(id));
  check('get', '/calls', await backend.request('GET', '/calls?limit=1', { token }));
  check('get', '/calls', await backend.request('GET', '/calls?limit=0', { token }));
  const claim = { ticket: backend.ticketOf(call.sfuRoomName), roomId: call.sfuRoomName };
  check('post', '/agent/claim', await post('/agent/claim', claim, AGENT_KEY));
  check('post', '/agent/claim', await post('/agent/claim', { ...claim, roomId: createSfuRoomName() }, AGENT_KEY));
  check('get', '/calls/{callId}/key', await backend.key(call.callId));
  check('post', '/calls/{callId}/key', await post(`${path}/key`, undefined, AGENT_KEY));
  check('get', '/calls/{callId}/key', await backend.key(call.callId, token));
  check('post', '/calls/{callId}/update', await post(`${path}/update`, { callStatus: 'ended' }, token));
  check('post', '/calls/{callId}/update', await post(`${path}/update`, { callStatus: 'ended' }, AGENT_KEY));
  check('get', '/calls/{callId}/key', await backend.key(call.callId));
  check('get', '/calls', await backend.request('GET', '/calls', { token }));
  check('post', '/livekit/webhook', await backend.webhook({ id: 'EV_1', event: 'room_started' }));
  check('post', '/livekit/webhook', await post('/livekit/webhook', {}));
  check('get', '/healthz', await backend.request('GET', '/healthz'));
  check('get', '/readyz', await backend.request('GET', '/readyz'));
  backend.sfu.isDown = true;
  check('get', '/readyz', await backend.request('GET', '/readyz'));
});

test('the check of answers does find one that is wrong', async () => {
  const check = createChecker(document);
  const answer = await backend.request('GET', '/healthz');
  expect(() => check('get', '/healthz', { ...answer, body: { status: 'ill' } })).toThrow();
  expect(() => check('get', '/readyz', answer)).toThrow();
  expect(() => check('get', '/healthz', { ...answer, status: 418 })).toThrow();
});
