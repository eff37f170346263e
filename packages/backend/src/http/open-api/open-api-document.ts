import type { JsonSchema } from '@valibot/to-json-schema';
import { ERROR_TABLE, PROBLEM_CONTENT_TYPE, problemSchema, type ErrorCode } from '@oracle-calls/protocol';
import { API_PREFIX, CALLS_PAGE_DEFAULT, CALLS_PAGE_MAX, matrixErrorSchema, ROUTES } from '@oracle-calls/protocol/http';
import { GRAMMARS, jsonSchemaOf } from './json-schema.ts';
import { AUTH_REFUSALS, COMMON_REFUSALS, OPERATIONS, type Caller, type Operation } from './operations.ts';

/** Where the document is served, also under `/api`. */
export const OPEN_API_PATH = '/openapi.json';

type Json = Readonly<Record<string, unknown>>;

/** An OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1), as far as it is used here. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>>; readonly securitySchemes: Json };
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  /** Whose credentials it needs: how pages group operations. */
  readonly tags: readonly string[];
  readonly security: readonly Json[];
  readonly parameters?: readonly Json[];
  readonly requestBody?: Json;
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
}

export interface OpenApiResponse {
  readonly description: string;
  readonly headers?: Json;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

const SECURITY: Readonly<Record<Caller, readonly string[]>> = {
  anybody: [],
  user: ['sessionToken'],
  agent: ['agentKey', 'agentKeyHeader'],
  'user or agent': ['sessionToken', 'agentKey', 'agentKeyHeader'],
  SFU: ['sfuSignature'],
};

const SECURITY_SCHEMES: Json = {
  sessionToken: { type: 'http', scheme: 'bearer', description: 'From POST /auth/session; lives an hour.' },
  agentKey: { type: 'http', scheme: 'bearer', description: 'API key of an agent, good for one oracle.' },
  agentKeyHeader: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'The same API key of an agent.' },
  sfuSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: "The SFU's signed statement of the body's hash.",
  },
};

/** What the query's schema takes as text is a number to whoever asks. */
const PARAMETER_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  limit: { type: 'integer', minimum: 1, maximum: CALLS_PAGE_MAX, default: CALLS_PAGE_DEFAULT },
};

/** What stands in paths. */
const PATH_PARAMETERS: Readonly<Record<string, JsonSchema>> = {
  callId: { $ref: '#/components/schemas/CallId' },
  ringId: { $ref: '#/components/schemas/MatrixEventId' },
};

function parametersOf(path: string, { query }: Operation): Json[] {
  const inPath = Object.entries(PATH_PARAMETERS)
    .filter(([name]) => path.includes(`:${name}`))
    .map(([name, schema]) => ({ name, in: 'path', required: true, schema }));
  const { properties = {}, required = [] } = query === undefined ? {} : jsonSchemaOf(query);
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: PARAMETER_SCHEMAS[name] ?? schema,
  }));
  return [...inPath, ...inQuery];
}

const REFUSAL_CONTENT: Readonly<Record<'problem' | 'matrix', NonNullable<OpenApiResponse['content']>>> = {
  problem: { [PROBLEM_CONTENT_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
  matrix: { 'application/json': { schema: { $ref: '#/components/schemas/MatrixError' } } },
};

function refusalOf(codes: readonly ErrorCode[], form: 'problem' | 'matrix'): OpenApiResponse {
  const isRetryable = codes.some((code) => ERROR_TABLE[code].retryable);
  const retryAfter = { description: 'Seconds, when the request may be made again.', schema: { type: 'integer' } };
  return {
    description: codes.map((code) => `${code}: ${ERROR_TABLE[code].title}`).join(' '),
    ...(isRetryable ? { headers: { 'Retry-After': retryAfter } } : {}),
    content: REFUSAL_CONTENT[form],
  };
}

function refusalsOf({ caller, refusals, refusalForm = 'problem' }: Operation): Record<string, OpenApiResponse> {
  const hasCredentials = caller !== 'anybody' && caller !== 'SFU';
  const codes = new Set([...refusals, ...(hasCredentials ? AUTH_REFUSALS : []), ...COMMON_REFUSALS]);
  const byStatus = Map.groupBy(codes, (code) => String(ERROR_TABLE[code].httpStatus ?? 500));
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, refusalOf(group, refusalForm)]));
}

function answerOf({ answer }: Operation): Record<string, OpenApiResponse> {
  if (answer === undefined) return { '204': { description: 'Done.' } };
  return { '200': { description: 'Done.', content: { 'application/json': { schema: jsonSchemaOf(answer) } } } };
}

function describe(name: string, path: string, operation: Operation): OpenApiOperation {
  const { method, summary, caller, body } = operation;
  const parameters = parametersOf(path, operation);
  const type = caller === 'SFU' ? 'application/webhook+json' : 'application/json';
  return {
    operationId: (OPERATIONS[name as keyof typeof ROUTES].length > 1 ? `${method}-${name}` : name).toLowerCase(),
    summary,
    tags: [caller],
    security: SECURITY[caller].map((scheme) => ({ [scheme]: [] })),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: body.isRequired, content: { [type]: { schema: jsonSchemaOf(body.schema) } } } }),
    responses: { ...answerOf(operation), ...refusalsOf(operation) },
  };
}

/** The document of the whole API, made from the schemas that the backend validates with. */
export function createOpenApiDocument(): OpenApiDocument {
  const paths = Object.entries(ROUTES).map(([name, path]) => [
    path.replaceAll(/:(\w+)/g, '{$1}'),
    Object.fromEntries(
      OPERATIONS[name as keyof typeof ROUTES].map((operation) => [operation.method, describe(name, path, operation)]),
    ),
  ]);
  return {
    openapi: '3.1.1',
    info: {
      title: "Oracle Calls: an oracle's backend",
      version: '0.1.0',
      description: 'Refusals are problem documents (RFC 9457); `code` is the contract.',
    },
    servers: [{ url: '/' }, { url: API_PREFIX }],
    paths: Object.fromEntries(paths) as OpenApiDocument['paths'],
    components: {
      schemas: {
        ...Object.fromEntries(GRAMMARS.map(({ name, json }) => [name, json])),
        Problem: jsonSchemaOf(problemSchema),
        MatrixError: jsonSchemaOf(matrixErrorSchema),
      },
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}
