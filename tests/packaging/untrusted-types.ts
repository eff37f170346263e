import type { Page } from 'playwright-core';

const DIRECTIVES = new Set(['trusted-types', 'require-trusted-types-for']);

/**
 * Takes Trusted Types out of a page's content security policy, before it is opened; the rest stands. Bundlers find a worker by
 * `new Worker(new URL(…))` as it is written, which Trusted Types refuses. What works under the whole policy is the project's own page.
 */
export async function withoutTrustedTypes(page: Page): Promise<void> {
  await page.route('**', async (route) => {
    if (route.request().resourceType() !== 'document') return route.fallback();
    const response = await route.fetch();
    const headers = response.headers();
    const policy = headers['content-security-policy'];
    if (policy === undefined) return route.fulfill({ response });
    const kept = policy.split('; ').filter((directive) => !DIRECTIVES.has(directive.split(' ')[0] ?? ''));
    return route.fulfill({ response, headers: { ...headers, 'content-security-policy': kept.join('; ') } });
  });
}
