import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignedInState } from '../app/app-state.ts';
import { RoundButton } from '../controls/round-button.tsx';
import { AccountSection } from './account-section.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { PrivacySection } from './privacy-section.tsx';
import { SettingsSection } from './settings-section.tsx';
import './settings.css';

export interface SettingsScreenProps {
  readonly state: SignedInState;
  readonly onBack: () => void;
  /** The section of microphones, cameras and speakers. */
  readonly devices?: ReactNode;
}

/** What a person can choose, and what they can see and do about their account. */
export function SettingsScreen({ state, onBack, devices }: SettingsScreenProps) {
  const { t } = useTranslation('settings');
  return (
    <main className="settings">
      <header className="settings-head">
        <RoundButton label={t('back')} icon="back" onClick={onBack} />
        <h1 tabIndex={-1} ref={(heading) => heading?.focus()}>
          {t('title')}
        </h1>
      </header>
      <div className="settings-sections">
        <AppearanceSection />
        {devices !== undefined && <SettingsSection title={t('devices')}>{devices}</SettingsSection>}
        <PrivacySection />
        <AccountSection account={state.account} />
      </div>
    </main>
  );
}
