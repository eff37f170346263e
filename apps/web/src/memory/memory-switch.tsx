import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import { SwitchField } from '../controls/switch-field.tsx';
import { useStore } from '../store/use-store.ts';

/** Beside the buttons that call an oracle which remembers: whether it may remember the next call. The setting says what holds otherwise. */
export function MemorySwitch({ oracleDid }: { readonly oracleDid: string }) {
  const { memory } = useApp().preferences;
  const { t } = useTranslation('memory');
  useStore(memory);
  return (
    <SwitchField
      label={t('mayRemember.label')}
      hint={t('mayRemember.hint')}
      isOn={memory.remembers(oracleDid)}
      onChange={(remembers) => memory.wish({ oracleDid, remembers })}
    />
  );
}
