import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { english } from './english.ts';

/** Starts the catalogue in English, once a test file. */
export async function speakEnglish(): Promise<void> {
  if (i18next.isInitialized) return;
  await i18next
    .use(initReactI18next)
    .init({ lng: 'en', resources: { en: english }, interpolation: { escapeValue: false } });
}
