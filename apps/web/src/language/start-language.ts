import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { english } from './english.ts';
import { directionOf, pickLanguage, type LanguageTag } from './languages.ts';

const STORAGE_KEY = 'oracle-calls.language';

/** English is part of the page; another language is loaded when it is spoken. */
const LOADERS: Readonly<Record<Exclude<LanguageTag, 'en'>, () => Promise<object>>> = {
  ar: async () => (await import('./arabic.ts')).arabic,
};

/** Starts the catalogue in the person's language: what they chose, else what the browser asks for. */
export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: english },
    // React escapes.
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await speak(pickLanguage([readChoice(), ...navigator.languages]));
}

/** Changes the language of the page and keeps the choice in this browser. */
export async function chooseLanguage(tag: LanguageTag): Promise<void> {
  await speak(tag);
  try {
    localStorage.setItem(STORAGE_KEY, tag);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

async function speak(tag: LanguageTag): Promise<void> {
  if (tag !== 'en' && !i18next.hasResourceBundle(tag, 'app')) {
    for (const [namespace, words] of Object.entries(await LOADERS[tag]())) {
      i18next.addResourceBundle(tag, namespace, words);
    }
  }
  await i18next.changeLanguage(tag);
  document.documentElement.lang = tag;
  document.documentElement.dir = directionOf(tag);
}

function readChoice(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}
