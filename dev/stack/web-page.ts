import type { LogLine } from '../process/supervised-process.ts';

export interface WebPage extends AsyncDisposable {
  readonly url: string;
}

export interface WebPageOptions {
  readonly port: number;
  readonly homeserverUrl: string;
  readonly didResolverUrl: string;
  readonly oracleDid: string;
  /** Where the page sends spans; nowhere when absent. */
  readonly otlpUrl?: string | undefined;
  /** Fills the sign-in form, and the one for a new device's recovery key. */
  readonly testUser: { readonly userId: string; readonly password: string; readonly recoveryKey: string };
  readonly log: LogLine;
}

/** Serves the page for people, from this very process. The bundler behind it is loaded only now: many tests need no page. */
export async function startWebPage({ port, log, ...config }: WebPageOptions): Promise<WebPage> {
  const { startWeb } = await import('@oracle-calls/web/serve');
  const web = await startWeb({ port, config, log });
  return { url: web.url, [Symbol.asyncDispose]: () => web.close() };
}
