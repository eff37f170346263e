import type { Translation } from '../language/translation.ts';
import type { homeEnglish } from './home.en.ts';

export const homeArabic: Translation<typeof homeEnglish> = {
  title: 'اتصل بأوراكل',
  call: 'اتصل',
  videoCall: 'مكالمة فيديو',
  choose: 'اختر أوراكلًا آخر',
  preparing: 'جارٍ التحضير…',
  ready: 'جاهز للاتصال.',
  failed: 'لا يمكن الاتصال بعد.',
  inCall: 'أنت في مكالمة.',
  resume: 'قطعت إعادة تحميل الصفحة مكالمتك. اتصل مجددًا لمتابعتها.',
};
