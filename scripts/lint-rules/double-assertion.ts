import type { LintRule } from './rule.ts';

/** `x as unknown as T` (or through `any`) claims what nobody checked: parse the value instead. */
export const doubleAssertion: LintRule = {
  create: (context) => ({
    TSAsExpression(node) {
      if (node.expression.type !== 'TSAsExpression') return;
      const { type } = node.expression.typeAnnotation;
      if (type !== 'TSUnknownKeyword' && type !== 'TSAnyKeyword') return;
      context.report({ node, message: 'Parse, do not cast: this assertion says what nothing has checked.' });
    },
  }),
};
