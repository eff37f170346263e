import type { Context, Hono } from 'hono';
import {
  requireAgent,
  requireUser,
  type AgentPrincipal,
  type Principal,
  type UserPrincipal,
} from '../auth/principal.ts';
import type { Backend } from '../backend.ts';

/** What a route is given. */
export interface RouteDeps {
  /** The running backend. @throws {OracleCallError} `ERR_UPSTREAM_BUSY` before it is open and after it closes */
  readonly getBackend: () => Backend;
}

/** Puts one route into the app. */
export type Route = (app: Hono, deps: RouteDeps) => void;

/** Who asks. @throws {OracleCallError} `ERR_AUTH_MISSING`, `ERR_AUTH_INVALID`, `ERR_AUTH_EXPIRED` */
export function authenticate(c: Context, backend: Backend): Promise<Principal> {
  return backend.authenticator.authenticate(c.req.header('authorization'));
}

/** As {@link authenticate}, users only. @throws {OracleCallError} `ERR_AUTH_FORBIDDEN` */
export async function authenticateUser(c: Context, backend: Backend): Promise<UserPrincipal> {
  return requireUser(await authenticate(c, backend));
}

/** As {@link authenticate}, agents only. @throws {OracleCallError} `ERR_AUTH_FORBIDDEN` */
export async function authenticateAgent(c: Context, backend: Backend): Promise<AgentPrincipal> {
  return requireAgent(await authenticate(c, backend));
}
