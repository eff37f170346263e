/** The part of Trusted Types (W3C) that the page uses; TypeScript has no types of it. */
interface ScriptAddressPolicy {
  createScriptURL(url: string): string;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptAddressPolicy;
}

/** This origin's files alone: what is refused here would have been somebody else's script. */
const createScriptURL = (url: string): string => {
  if (new URL(url, location.href).origin !== location.origin) throw new TypeError('A script of another origin.');
  return url;
};

let policy: ScriptAddressPolicy | undefined;

/**
 * An address that may become a worker or a service worker. The content security policy lets the policy of this name be made, and no text become a script without
 * one. Where a browser has no Trusted Types, the text itself.
 */
export function scriptAddress(url: string): string {
  policy ??= trustedTypesOf(globalThis)?.createPolicy('oracle-calls', { createScriptURL }) ?? { createScriptURL };
  return policy.createScriptURL(url);
}

function trustedTypesOf(global: object): TrustedTypes | undefined {
  const found: unknown = Reflect.get(global, 'trustedTypes');
  return found === undefined ? undefined : (found as TrustedTypes);
}
