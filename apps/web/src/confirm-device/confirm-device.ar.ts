import type { Translation } from '../language/translation.ts';
import type { confirmDeviceEnglish } from './confirm-device.en.ts';

export const confirmDeviceArabic: Translation<typeof confirmDeviceEnglish> = {
  keep: {
    title: 'احتفظ بمفتاح الاسترداد',
    lead: 'به تُثبت أجهزتك الأخرى هويتها للأوراكل عند تسجيل الدخول عليها. يظهر الآن فقط ولا يستطيع أحد أن يعطيك إياه مرة أخرى.',
    label: 'مفتاح الاسترداد الخاص بك',
    copy: 'نسخ',
    copied: 'نُسخ',
    copyByHand: 'حدّده وانسخه يدويًّا',
    kept: 'احتفظت به',
  },
  enter: {
    title: 'أكّد هذا الجهاز',
    lead: 'تعرف الأوراكلات حسابك بهوية. أدخل مفتاح الاسترداد، أو أكّد من جهاز آخر، لينتمي هذا الجهاز إليها.',
    leadWithoutKey: 'لحسابك هوية لم تُحفظ مفاتيحها في أي مكان. أكّد هذا الجهاز من جهاز آخر، أو أعد تعيينها.',
    label: 'مفتاح الاسترداد',
    confirm: 'متابعة',
    confirming: 'جارٍ التأكيد…',
    lost: 'فقدت مفتاح الاسترداد',
    reset:
      'إعادة التعيين تصنع هوية جديدة. يجب تأكيد أجهزتك الأخرى من جديد، ويُحذَّر كل من تراسله من أنك تغيّرت. وقد يرفض أوراكل مكالماتك حتى يُخبَر بذلك.',
    password: 'كلمة المرور',
    resetNow: 'أعد تعيين هويتي',
    passwordRefused: 'لم يقبل الخادم كلمة المرور.',
  },
  failed: {
    title: 'هذا الجهاز غير جاهز',
    lead: 'تعذّر جعله جزءًا من حسابك.',
  },
};
