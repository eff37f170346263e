import type { RuleTester } from 'oxlint/plugins-dev';

/** oxlint gives its rule types only through its tester. */
type AnyRule = Parameters<RuleTester['run']>[1];

/** A rule made by `create`, as all of ours are. */
export type LintRule = Exclude<AnyRule, { createOnce: unknown }>;
export type LintContext = Parameters<LintRule['create']>[0];
export type LintVisitor = ReturnType<LintRule['create']>;

type VisitorNode<K extends keyof LintVisitor> = Parameters<NonNullable<LintVisitor[K]>>[0];
export type CallExpression = VisitorNode<'CallExpression'>;
export type Expression = CallExpression['callee'];
/** Any node that can stand where a call takes an argument or a binary operator an operand. */
export type Node = CallExpression['arguments'][number] | VisitorNode<'BinaryExpression'>['left'];

/** `a.b` or `a['b']`: the name of the property, or `undefined` when it is computed. */
export function propertyName(node: Expression): string | undefined {
  if (node.type !== 'MemberExpression') return undefined;
  const { property } = node;
  if (property.type === 'Identifier' && !node.computed) return property.name;
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : undefined;
}

/** The plain name that an expression is, or `undefined`. */
export function identifierName(node: { readonly type: string; readonly name?: unknown }): string | undefined {
  return node.type === 'Identifier' && typeof node.name === 'string' ? node.name : undefined;
}
