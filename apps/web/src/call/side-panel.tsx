import { useEffect, useId, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { RoundButton } from '../controls/round-button.tsx';
import type { CallPanel } from './call-panel.ts';

export interface SidePanelProps {
  readonly panel: CallPanel;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Beside the stage on a wide page, over it on a narrow one. It takes the focus and gives it back; the controls of the call stay in reach. */
export function SidePanel({ panel, onClose, children }: SidePanelProps) {
  const { t } = useTranslation('call');
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    heading.current?.focus();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <aside className="side-panel" aria-labelledby={id} data-panel={panel}>
      <header>
        <h2 id={id} ref={heading} tabIndex={-1}>
          {t(`panel.${panel}`)}
        </h2>
        <RoundButton icon="close" label={t('panel.close')} onClick={onClose} />
      </header>
      <div className="side-panel-body">{children}</div>
    </aside>
  );
}
