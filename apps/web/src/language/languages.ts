/** What the page speaks. The order is the one of the choice in the settings. */
export const LANGUAGES = [
  { tag: 'en', name: 'English', direction: 'ltr' },
  { tag: 'ar', name: 'العربية', direction: 'rtl' },
] as const;
export type LanguageTag = (typeof LANGUAGES)[number]['tag'];

const isLanguageTag = (tag: string): tag is LanguageTag => LANGUAGES.some((language) => language.tag === tag);

export const directionOf = (tag: LanguageTag): 'ltr' | 'rtl' =>
  LANGUAGES.find((language) => language.tag === tag)?.direction ?? 'ltr';

/** The first of the wanted BCP 47 tags that the page speaks, by their primary language; else English. */
export function pickLanguage(wanted: readonly (string | null | undefined)[]): LanguageTag {
  for (const tag of wanted) {
    const primary = tag?.split('-')[0]?.toLowerCase() ?? '';
    if (isLanguageTag(primary)) return primary;
  }
  return 'en';
}
