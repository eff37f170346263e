import { bareTimer } from './bare-timer.ts';
import { doubleAssertion } from './double-assertion.ts';
import { listenerWithoutDisposer } from './listener-without-disposer.ts';
import { sdkOutsideAdapter } from './sdk-outside-adapter.ts';
import { secretInText } from './secret-in-text.ts';

/** Our own lint rules; `.oxlintrc.json` loads this file and expects a default export. */
const plugin = {
  meta: { name: 'oracle-calls' },
  rules: {
    'bare-timer': bareTimer,
    'double-assertion': doubleAssertion,
    'listener-without-disposer': listenerWithoutDisposer,
    'sdk-outside-adapter': sdkOutsideAdapter,
    'secret-in-text': secretInText,
  },
};

export default plugin;
