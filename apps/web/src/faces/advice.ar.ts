import type { Translation } from '../language/translation.ts';
import type { adviceEnglish } from './advice.en.ts';

export const adviceArabic: Translation<typeof adviceEnglish> = {
  ERR_MATRIX_MEMBERS:
    'افتح هذه الغرفة في تطبيق Matrix مثل Element وأخرج كل من ليس الأوراكل. أو غادر الغرفة هناك: مكالمتك التالية تنشئ غرفة جديدة.',
  ERR_MATRIX_CROSS_SIGNING: 'إن لم يُفد تسجيل الخروج ثم الدخول، فحساب الأوراكل هو غير المؤكَّد: أخبر مشغّله.',
  ERR_UPSTREAM_HOMESERVER: 'تمرّ عبره المكالمات والمكالمات السابقة والرسائل كلّها. لا يضيع شيء في هذه الأثناء.',
  ERR_ENVELOPE_UNSUPPORTED: 'أخبر مشغّل الأوراكل: وثيقة DID الخاصة به ينقصها مفتاح للمكالمات.',
  actions: {
    wait: 'انتظر، واتصل عندما يجيب',
    choose: 'اختر أوراكلًا آخر',
    reload: 'أعد تحميل الصفحة',
  },
};
