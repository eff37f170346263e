import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Expression, LintRule } from './rule.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Third-party SDKs and the folders (or files) that adapt them to our ports; nobody else imports them. A name stands for its sub-paths
 * as well. Tests, `dev/` and `benchmarks/` drive real SDKs from outside and are exempt by configuration.
 */
export const ADAPTERS: Readonly<Record<string, readonly string[]>> = {
  // The SDK's public signature takes the application's own client.
  'matrix-js-sdk': ['packages/matrix/src', 'packages/sdk/src/create-oracle-calls.ts', 'apps/web/src'],
  'fake-indexeddb': ['packages/matrix/src/node'],
  'livekit-client': ['packages/sdk/src/media', 'apps/web'],
  'livekit-server-sdk': [
    'packages/backend/src/sfu',
    'packages/agent/src/worker/seat-removal.ts',
    'apps/cli/src/doctor/livekit',
  ],
  '@livekit/agents': ['packages/agent/src'],
  '@livekit/rtc-node': ['packages/node-media/src', 'packages/agent/src', 'apps/cli/src/doctor/livekit'],
  '@livekit/rtc-ffi-bindings': ['packages/node-media/src'],
  'onnxruntime-node': ['packages/agent/src/speech', 'packages/agent/src/documents/embedder'],
  '@huggingface/tokenizers': ['packages/agent/src/documents/embedder'],
  phonemizer: ['packages/agent/src/speech'],
  'llama-tokenizer-js': ['packages/agent/src/speech'],
  'node-llama-cpp': ['packages/agent/src/brain'],
  hono: ['packages/backend/src/http', 'apps/oracle/src'],
  '@hono/node-server': ['packages/backend/src', 'apps/oracle/src'],
  kysely: ['packages/backend/src/store'],
  eciesjs: ['packages/protocol/src/envelope'],
  'did-resolver': ['packages/protocol/src/did', 'packages/sdk/src/oracle'],
  'key-did-resolver': ['packages/protocol/src/did'],
  commander: ['apps/cli/src'],
};

function adaptersOf(specifier: string): readonly string[] | undefined {
  const parts = specifier.split('/');
  const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  return ADAPTERS[name];
}

/** Third-party SDKs appear in adapters only: everything else talks to a port. */
export const sdkOutsideAdapter: LintRule = {
  create(context) {
    const path = isAbsolute(context.filename) ? relative(ROOT, context.filename) : context.filename;
    const file = path.split(sep).join('/');
    const check = (source: Expression | null): void => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const adapters = adaptersOf(source.value);
      if (adapters === undefined || adapters.some((place) => file === place || file.startsWith(`${place}/`))) return;
      context.report({
        node: source,
        message: `'${source.value}' is imported in its adapter only (${adapters.join(', ')}): use the port.`,
      });
    };
    return {
      ImportDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
    };
  },
};
