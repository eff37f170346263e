import type { Translation } from '../language/translation.ts';
import type { homeEnglish } from './home.en.ts';

export const homeArabic: Translation<typeof homeEnglish> = {
  title: 'اتصل بأوراكل',
  oracleDid: 'معرّف DID للأوراكل',
  call: 'اتصل',
  videoCall: 'مكالمة فيديو',
  preparing: 'جارٍ التحضير…',
  ready: 'جاهز للاتصال.',
  failed: 'لا يمكن الاتصال بعد.',
  resume: 'قطعت إعادة تحميل الصفحة مكالمتك. اتصل مجددًا لمتابعتها.',
};
