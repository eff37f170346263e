import { isDevelopment } from '../page-config.ts';

/** The policy of scripts' addresses (Trusted Types): `shell/script-address.ts` is the only one. */
const TRUSTED_TYPES_POLICY = 'oracle-calls';

/**
 * What the page may do (Content Security Policy level 3).
 *
 * - Scripts, workers and styles come from here alone; none stands in the page. `wasm-unsafe-eval` compiles the Matrix crypto and nothing else.
 * - Trusted Types: no text becomes a script or an address of one, but for this origin's files.
 * - Connections are open to any encrypted address: which homeserver, backend and SFU a call needs is known when somebody has signed in and an oracle's DID document
 *   was read. On a development stack, to this machine without encryption as well.
 */
function contentSecurityPolicy(isLocal: boolean): string {
  const connections = ["'self'", 'https:', 'wss:', ...(isLocal ? LOOPBACK : [])];
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self' blob:",
    "manifest-src 'self'",
    `connect-src ${connections.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    `trusted-types ${TRUSTED_TYPES_POLICY}`,
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** A source of the policy cannot be an IPv6 address (CSP level 3, `host-source`); `localhost` may lead to one. */
const LOOPBACK = ['127.0.0.1', 'localhost'].flatMap((host) => [`http://${host}:*`, `ws://${host}:*`]);

/** What a call needs, for this page alone; what it does not need, for nobody. */
const PERMISSIONS_POLICY = [
  ...['microphone', 'camera', 'display-capture', 'speaker-selection', 'screen-wake-lock', 'autoplay'].map(
    (feature) => `${feature}=(self)`,
  ),
  ...['geolocation', 'payment', 'usb', 'serial', 'hid', 'midi'].map((feature) => `${feature}=()`),
].join(', ');

/** The headers of every answer. */
export function securityHeaders(config: { readonly homeserverUrl: string }): Readonly<Record<string, string>> {
  return {
    'content-security-policy': contentSecurityPolicy(isDevelopment(config)),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'permissions-policy': PERMISSIONS_POLICY,
    'cross-origin-opener-policy': 'same-origin',
  };
}
