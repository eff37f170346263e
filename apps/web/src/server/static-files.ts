import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { securityHeaders } from './security-headers.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** Serves the files that a folder held when the server started, and nothing else: no path of a request is ever opened. */
export async function createStaticFiles(
  folder: string,
  config: { readonly homeserverUrl: string },
): Promise<(request: IncomingMessage, response: ServerResponse) => void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, { readonly path: string; readonly type: string }>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const url = `/${relative(folder, path).split(sep).join('/')}`;
    files.set(url, { path, type: CONTENT_TYPES[extname(path)] ?? 'application/octet-stream' });
  }
  const configText = JSON.stringify(config);
  const headers = securityHeaders(config);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const send = (status: number, type: string, body: string | Buffer, cacheControl: string): void => {
      response.writeHead(status, { ...headers, 'content-type': type, 'cache-control': cacheControl });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(405, 'text/plain', 'Method not allowed.', 'no-store');
      return;
    }
    const url = (request.url ?? '/').split('?')[0] ?? '/';
    if (url === '/config.json') {
      send(200, 'application/json', configText, 'no-store');
      return;
    }
    const file = files.get(url === '/' ? '/index.html' : url);
    if (file === undefined) {
      send(404, 'text/plain', 'Not found.', 'no-store');
      return;
    }
    // Assets carry a hash in their names.
    const cacheControl = url.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    send(200, file.type, await readFile(file.path), cacheControl);
  };

  return (request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
}
