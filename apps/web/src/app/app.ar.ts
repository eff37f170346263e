import type { Translation } from '../language/translation.ts';
import type { appEnglish } from './app.en.ts';

export const appArabic: Translation<typeof appEnglish> = {
  name: 'مكالمات أوراكل',
  loading: 'جارٍ التحميل…',
  cannotLoad: 'تعذّر تحميل هذه الصفحة. تحقّق من اتصالك وأعد تحميلها.',
  signOut: 'تسجيل الخروج',
  tryAgain: 'أعد المحاولة',
};
