import type { Translation } from '../language/translation.ts';
import type { appEnglish } from './app.en.ts';

export const appArabic: Translation<typeof appEnglish> = {
  name: 'مكالمات أوراكل',
  pageTitle: '{{screen}} · مكالمات أوراكل',
  loading: 'جارٍ التحميل…',
  cannotLoad: 'تعذّر تحميل هذه الصفحة. تحقّق من اتصالك وأعد تحميلها.',
  signOut: 'تسجيل الخروج',
  signedInAs: 'سُجّل الدخول باسم',
  tryAgain: 'أعد المحاولة',
  sessionOver: 'أنهى خادمك تسجيل دخولك. تستمر المكالمة ما أمكن؛ سجّل الدخول مجددًا بعد انتهائها.',
  offline: 'يبدو أنك غير متصل بالشبكة. تحتاج هذه الصفحة إلى اتصال كي تبدأ.',
  noNetwork: 'لا شبكة لجهازك، والمكالمات تحتاج إليها.',
  ways: 'الصفحات',
  places: {
    home: 'الأوراكلات',
    history: 'السجل',
    settings: 'الإعدادات',
  },
  callStrip: 'مكالمتك',
  callGoesOn: 'هناك مكالمة جارية.',
  callEnded: 'انتهت المكالمة.',
  returnToCall: 'عُد إلى المكالمة',
  showSummary: 'اعرض كيف جرت',
  dismiss: 'تجاهل',
};
