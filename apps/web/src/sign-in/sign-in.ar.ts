import type { Translation } from '../language/translation.ts';
import type { signInEnglish } from './sign-in.en.ts';

export const signInArabic: Translation<typeof signInEnglish> = {
  title: 'اتصل بأوراكل',
  lead: 'سجّل الدخول بحسابك على ماتريكس. يُشفَّر صوتك في هذا المتصفّح، ولا يسمعه إلا الأوراكل.',
  userId: 'معرّف ماتريكس',
  password: 'كلمة المرور',
  signIn: 'تسجيل الدخول',
  signingIn: 'جارٍ تسجيل الدخول…',
  homeserver: 'خادمك: {{host}}',
  errors: {
    refused: 'لم يقبل الخادم معرّف ماتريكس وكلمة المرور هذين.',
    'too-often': 'محاولات كثيرة جدًّا. انتظر لحظة ثم أعد المحاولة.',
    unreachable: 'الخادم لا يجيب. تحقّق من اتصالك وأعد المحاولة.',
  },
};
