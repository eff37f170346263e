import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import { SwitchField } from '../controls/switch-field.tsx';
import { useStore } from '../store/use-store.ts';
import { SettingsSection } from './settings-section.tsx';

/** What is kept of calls, and what is told outside of the page. */
export function PrivacySection() {
  const { transcripts, memory, notifications } = useApp().preferences;
  const consent = useStore(transcripts);
  const { isAllowed } = useStore(memory);
  const { permission, isWanted } = useStore(notifications);
  const { t } = useTranslation('settings');
  const isPermitted = permission === 'granted';
  return (
    <SettingsSection title={t('calls')}>
      <SwitchField
        label={t('transcripts.label')}
        hint={t('transcripts.hint')}
        isOn={consent === 'agreed'}
        onChange={(isOn) => transcripts.answer(isOn ? 'agreed' : 'declined')}
      />
      <SwitchField
        label={t('memory.label')}
        hint={t('memory.hint')}
        isOn={isAllowed}
        onChange={(isOn) => memory.allow(isOn)}
      />
      <SwitchField
        label={t('notifications.label')}
        hint={t(`notifications.${permission}`)}
        isOn={isWanted && isPermitted}
        isDisabled={permission === 'unsupported' || permission === 'denied'}
        onChange={(isOn) => (isOn ? void notifications.turnOn() : notifications.turnOff())}
      />
    </SettingsSection>
  );
}
