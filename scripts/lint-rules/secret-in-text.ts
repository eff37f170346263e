import { type LintContext, type LintRule, type Node, propertyName } from './rule.ts';

const MESSAGE = 'A secret must not become part of a text: pass it on as an object.';

/** Whether an expression is `….expose()`, also inside calls such as `toHex(….expose())` or `….expose().slice(0, 4)`. */
function exposes(node: Node): boolean {
  if (node.type !== 'CallExpression') return false;
  const { callee } = node;
  if (callee.type === 'MemberExpression' && (propertyName(callee) === 'expose' || exposes(callee.object))) return true;
  return node.arguments.some(exposes);
}

function report(context: LintContext, parts: readonly Node[]): void {
  for (const part of parts) if (exposes(part)) context.report({ node: part, message: MESSAGE });
}

/** The one text in which a bearer secret belongs: the `Authorization` header (RFC 6750, section 2.1). */
function isBearerHeader(quasis: readonly { readonly value: { readonly raw: string } }[]): boolean {
  return quasis.length === 2 && quasis[0]?.value.raw === 'Bearer ' && quasis[1]?.value.raw === '';
}

/** `.expose()` must not appear in a template string or a concatenation, nor be handed to a console or an error. */
export const secretInText: LintRule = {
  create: (context) => ({
    TemplateLiteral(node) {
      if (!isBearerHeader(node.quasis)) report(context, node.expressions);
    },
    BinaryExpression(node) {
      if (node.operator === '+') report(context, [node.left, node.right]);
    },
    CallExpression(node) {
      const { callee } = node;
      const isConsole =
        callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === 'console';
      if (isConsole) report(context, node.arguments);
    },
    NewExpression(node) {
      const { callee } = node;
      if (callee.type === 'Identifier' && callee.name.endsWith('Error')) report(context, node.arguments);
    },
  }),
};
