import { useState } from 'react';
import type { CallPanel } from './call-panel.ts';

/** The one panel that may lie open beside the stage. */
export function usePanel() {
  const [panel, setPanel] = useState<CallPanel>();
  return {
    panel,
    close: () => setPanel(undefined),
    open: setPanel,
    toggle: (wanted: CallPanel) => setPanel((open) => (open === wanted ? undefined : wanted)),
  };
}
