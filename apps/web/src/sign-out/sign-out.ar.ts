import type { Translation } from '../language/translation.ts';
import type { signOutEnglish } from './sign-out.en.ts';

export const signOutArabic: Translation<typeof signOutEnglish> = {
  title: 'تسجيل الخروج',
  saving: 'جارٍ حفظ مفاتيح نصوص مكالماتك…',
  leaving: 'جارٍ تسجيل خروج هذا الجهاز وإفراغ هذا المتصفّح…',
  unsaved:
    'بعض المفاتيح في هذا المتصفّح وحده ولم يمكن حفظها مع مفتاح الاسترداد. إن سجّلت الخروج الآن فلن تُقرأ بعض النصوص مرة أخرى.',
  stay: 'البقاء مسجّلًا',
  anyway: 'تسجيل الخروج على أي حال',
};
