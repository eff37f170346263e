import type { Translation } from '../language/translation.ts';
import type { settingsEnglish } from './settings.en.ts';

export const settingsArabic: Translation<typeof settingsEnglish> = {
  title: 'الإعدادات',
  back: 'رجوع',
  appearance: 'المظهر',
  language: 'اللغة',
  theme: { legend: 'السمة', system: 'مثل النظام', light: 'فاتحة', dark: 'داكنة' },
  calls: 'المكالمات',
  transcripts: {
    label: 'حفظ نصوص المكالمات',
    hint: 'ما قيل وكُتب يبقى في غرفتك مع الأوراكل مشفّرًا. ويستطيع الأوراكل قراءته أيضًا.',
    question: 'هل تُحفظ نصوص مكالماتك؟ تبقى في غرفتك مع الأوراكل مشفّرة. وإلى أن توافق لا يُحفظ شيء.',
    keep: 'احفظ النصوص',
    keepNot: 'لا تحفظ شيئًا',
  },
  notifications: {
    label: 'أخبرني عندما يتصل أوراكل',
    default: 'سيطلب متصفّحك إذنك.',
    granted: 'يعرضها نظامك بينما هذه الصفحة في الخلفية.',
    denied: 'متصفّحك لا يسمح بذلك. اسمح بالإشعارات لهذه الصفحة في إعداداته.',
    unsupported: 'لا يعرض هذا المتصفّح إشعارات لهذه الصفحة.',
  },
  account: 'الحساب',
  userId: 'معرّف ماتريكس',
  homeserver: 'الخادم',
  device: 'هذا الجهاز',
  confirmed: 'مؤكَّد',
  renew: {
    start: 'مفتاح استرداد جديد',
    warning: 'لن يفتح مفتاح الاسترداد الذي لديك شيئًا بعد الآن. وتبقى أجهزتك الأخرى مسجّلة الدخول.',
    now: 'اصنع مفتاح استرداد جديدًا',
    busy: 'جارٍ صنعه…',
    leave: 'اتركه كما هو',
    shown: 'احتفظ بهذا المفتاح في مكان آمن. يظهر الآن فقط، ولم يعد القديم نافعًا.',
  },
  signOutHint: 'يُخرج مفاتيحك وكل ما يخصّ حسابك من هذا المتصفّح.',
};
