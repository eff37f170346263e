import type { Context, Hono } from 'hono';
import {
  requireAgent,
  requireUser,
  type AgentPrincipal,
  type Principal,
  type UserPrincipal,
} from '../auth/principal.ts';
import type { Backend } from '../backend.ts';
import type { Gate } from './gate.ts';

/** What a route is given. */
export interface RouteDeps {
  /** The running backend. @throws {OracleCallError} `ERR_UPSTREAM_BUSY` before it is open and after it closes */
  readonly getBackend: () => Backend;
  readonly gate: Gate;
}

/** Puts one route into the app. */
export type Route = (app: Hono, deps: RouteDeps) => void;

/** A request whose maker is known. */
export interface Authenticated<P> {
  readonly backend: Backend;
  readonly principal: P;
}

/** Who asks. @throws {OracleCallError} `ERR_AUTH_MISSING`, `ERR_AUTH_INVALID`, `ERR_AUTH_EXPIRED`, `ERR_RATE_LIMITED` */
export async function authenticate(c: Context, { getBackend, gate }: RouteDeps): Promise<Authenticated<Principal>> {
  const backend = getBackend();
  return { backend, principal: await gate.authenticate(c, backend) };
}

/** As {@link authenticate}, users only. @throws {OracleCallError} `ERR_AUTH_FORBIDDEN` */
export async function authenticateUser(c: Context, deps: RouteDeps): Promise<Authenticated<UserPrincipal>> {
  const { backend, principal } = await authenticate(c, deps);
  return { backend, principal: requireUser(principal) };
}

/** As {@link authenticate}, agents only. @throws {OracleCallError} `ERR_AUTH_FORBIDDEN` */
export async function authenticateAgent(c: Context, deps: RouteDeps): Promise<Authenticated<AgentPrincipal>> {
  const { backend, principal } = await authenticate(c, deps);
  return { backend, principal: requireAgent(principal) };
}
