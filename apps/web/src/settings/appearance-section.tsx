import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import { LANGUAGES, pickLanguage } from '../language/languages.ts';
import { chooseLanguage } from '../language/start-language.ts';
import { useStore } from '../store/use-store.ts';
import { ChoiceField } from './choice-field.tsx';
import { THEMES } from './preferences.ts';
import { SettingsSection } from './settings-section.tsx';

/** Language and theme. */
export function AppearanceSection() {
  const { theme } = useApp().preferences;
  const { t, i18n } = useTranslation('settings');
  return (
    <SettingsSection title={t('appearance')}>
      <ChoiceField
        legend={t('language')}
        value={pickLanguage([i18n.language])}
        choices={LANGUAGES.map(({ tag, name }) => ({ value: tag, label: name, lang: tag }))}
        onChoose={(tag) => void chooseLanguage(tag)}
      />
      <ChoiceField
        legend={t('theme.legend')}
        value={useStore(theme)}
        choices={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
        onChoose={(choice) => theme.choose(choice)}
      />
    </SettingsSection>
  );
}
