import type { Translation } from '../language/translation.ts';
import type { shellEnglish } from './shell.en.ts';

export const shellArabic: Translation<typeof shellEnglish> = {
  label: 'إصدار جديد',
  ready: 'إصدار جديد من هذه الصفحة جاهز.',
  needed: 'ينقص جزء من هذه الصفحة. أعد تحميلها للمتابعة.',
  reload: 'إعادة التحميل',
};
