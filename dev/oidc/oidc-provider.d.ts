/** The little of `oidc-provider` that the development stack uses; the package brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  export interface ProviderContext {
    readonly oidc: {
      readonly provider: {
        readonly Grant: new (of: { readonly clientId: string; readonly accountId: string }) => Grant;
      };
      readonly client: { readonly clientId: string };
      readonly session: { readonly accountId: string };
    };
  }

  /** An account as the provider asks for it: who it is, and what is said of it. */
  export interface ProviderAccount {
    readonly accountId: string;
    claims(): Readonly<Record<string, string>> & { readonly sub: string };
  }

  export interface AdapterPayload {
    readonly uid?: string;
    readonly userCode?: string;
    readonly grantId?: string;
    consumed?: unknown;
  }

  /** One kind of thing that the provider remembers. */
  export interface Adapter {
    upsert(id: string, payload: AdapterPayload, expiresInS: number): Promise<void>;
    find(id: string): Promise<AdapterPayload | undefined>;
    findByUid(uid: string): Promise<AdapterPayload | undefined>;
    findByUserCode(userCode: string): Promise<AdapterPayload | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  }

  export interface ProviderConfiguration {
    readonly adapter: new (model: string) => Adapter;
    readonly clients: readonly {
      readonly client_id: string;
      readonly client_secret: string;
      readonly redirect_uris: readonly string[];
    }[];
    readonly cookies: { readonly keys: readonly string[] };
    readonly jwks: { readonly keys: readonly object[] };
    readonly claims: Readonly<Record<string, readonly string[]>>;
    readonly conformIdTokenClaims: boolean;
    readonly features: { readonly devInteractions: { readonly enabled: boolean } };
    readonly interactions: { url(context: unknown, interaction: { readonly uid: string }): string };
    readonly ttl: Readonly<Record<string, number>>;
    findAccount(context: unknown, id: string): ProviderAccount | undefined;
    loadExistingGrant(context: ProviderContext): Promise<Grant>;
  }

  export class Provider {
    constructor(issuer: string, configuration: ProviderConfiguration);
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    /** @throws when the interaction is unknown or not this browser's */
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<{ readonly uid: string }>;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: { readonly login: { readonly accountId: string } },
      options: { readonly mergeWithLastSubmission: boolean },
    ): Promise<void>;
  }
}
