import { type CallExpression, type Expression, type LintContext, type LintRule, propertyName } from './rule.ts';

/** How a listener is added, and how the same one is taken away again. */
const REMOVERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['addEventListener', ['removeEventListener']],
  ['on', ['off', 'removeListener', 'removeAllListeners']],
  ['addListener', ['off', 'removeListener', 'removeAllListeners']],
]);
const REMOVING = new Set([...REMOVERS.values()].flat());

/** `{ once: true }` and `{ signal }` end a listener without a call. */
function endsByItself(node: CallExpression): boolean {
  const options = node.arguments[2];
  if (options?.type !== 'ObjectExpression') return false;
  return options.properties.some((property) => {
    if (property.type !== 'Property' || property.key.type !== 'Identifier') return false;
    return property.key.name === 'signal' || property.key.name === 'once';
  });
}

/** The last name of `a.b.#c`, or `undefined`. */
function lastName(node: Expression): string | undefined {
  if (node.type === 'Identifier') return node.name;
  if (node.type !== 'MemberExpression') return undefined;
  return node.property.type === 'PrivateIdentifier' ? node.property.name : propertyName(node);
}

/**
 * Every `addEventListener` counts. An `on` counts when its emitter outlives the code that listens: the process, and clients
 * that the application owns. Emitters that we make ourselves (a child process, a room) take their listeners with them.
 */
function isListening(node: CallExpression): boolean {
  const { callee } = node;
  if (callee.type !== 'MemberExpression' || node.arguments.length < 2) return false;
  return propertyName(callee) === 'addEventListener' || /^process$|client$/i.test(lastName(callee.object) ?? '');
}

function textOf(context: LintContext, node: CallExpression, index: number): string {
  const argument = node.arguments[index];
  return argument === undefined ? '' : context.sourceCode.getText(argument);
}

/**
 * A listener must have an end: `{ once }`, `{ signal }`, or a call in the same file that takes the same event (and, for
 * named functions, the same listener) away.
 */
export const listenerWithoutDisposer: LintRule = {
  create(context) {
    const added: CallExpression[] = [];
    const removed: CallExpression[] = [];
    const isTakenAway = (node: CallExpression): boolean => {
      const removers = REMOVERS.get(propertyName(node.callee) ?? '') ?? [];
      return removed.some((removal) => {
        const name = propertyName(removal.callee) ?? '';
        if (!removers.includes(name)) return false;
        if (name === 'removeAllListeners' && removal.arguments.length === 0) return true;
        if (textOf(context, removal, 0) !== textOf(context, node, 0)) return false;
        return name === 'removeAllListeners' || textOf(context, removal, 1) === textOf(context, node, 1);
      });
    };
    return {
      CallExpression(node) {
        const name = propertyName(node.callee) ?? '';
        if (REMOVERS.has(name) && isListening(node)) added.push(node);
        if (REMOVING.has(name)) removed.push(node);
      },
      'Program:exit'() {
        for (const node of added) {
          if (endsByItself(node) || isTakenAway(node)) continue;
          const message = 'This listener is never taken away: use `{ once }`, `{ signal }` or remove it in a disposer.';
          context.report({ node, message });
        }
      },
    };
  },
};
