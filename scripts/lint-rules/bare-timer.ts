import { identifierName, type LintRule, propertyName } from './rule.ts';

const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate', 'requestIdleCallback']);
const GLOBAL_OBJECTS = new Set(['globalThis', 'window', 'self', 'global']);
const TIMER_MODULES = new Set(['node:timers', 'node:timers/promises', 'timers', 'timers/promises']);

const TIMER = 'Wait through a `Clock`, so that tests own time.';
const NOW = 'Ask a `Clock` for the time, so that tests own time.';

/** Time is a port: the platform's timers and clocks are touched in one file, which the configuration exempts. */
export const bareTimer: LintRule = {
  meta: {
    schema: [{ type: 'object', properties: { allowAbortTimeout: { type: 'boolean' } }, additionalProperties: false }],
  },
  create(context) {
    const isAbortTimeoutAllowed = JSON.stringify(context.options).includes('"allowAbortTimeout":true');
    return {
      CallExpression(node) {
        const { callee } = node;
        const bare = identifierName(callee);
        if (bare !== undefined && TIMERS.has(bare)) context.report({ node, message: TIMER });
        if (callee.type !== 'MemberExpression') return;
        const object = identifierName(callee.object);
        const property = propertyName(callee);
        if (object === undefined || property === undefined) return;
        if (GLOBAL_OBJECTS.has(object) && TIMERS.has(property)) context.report({ node, message: TIMER });
        if (object === 'AbortSignal' && property === 'timeout' && !isAbortTimeoutAllowed)
          context.report({ node, message: TIMER });
        if (object === 'Date' && property === 'now') context.report({ node, message: NOW });
      },
      NewExpression(node) {
        if (identifierName(node.callee) === 'Date' && node.arguments.length === 0) {
          context.report({ node, message: NOW });
        }
      },
      ImportDeclaration(node) {
        if (TIMER_MODULES.has(node.source.value)) context.report({ node, message: TIMER });
      },
    };
  },
};
