import type { Translation } from '../language/translation.ts';
import type { verifyDeviceEnglish } from './verify-device.en.ts';

export const verifyDeviceArabic: Translation<typeof verifyDeviceEnglish> = {
  ask: 'التأكيد من جهاز آخر',
  askedTitle: 'هل أنت من يسجّل الدخول؟',
  device: 'الجهاز:',
  compare: 'نعم، لنقارن',
  decline: 'لا، لست أنا',
  same: 'إنها متطابقة',
  different: 'إنها مختلفة',
  cancel: 'إلغاء',
  close: 'إغلاق',
  done: 'تم',
  pictures: 'صور للمقارنة',
  states: {
    Waiting: 'افتح هذا الحساب على جهاز آخر مسجّل الدخول، واقبل هناك.',
    Agreeing: 'يتفق الجهازان على الصور…',
    Asked: 'سجّل جهاز جديد الدخول إلى حسابك ويطلب تأكيده. تابع فقط إن كنت أنت وكان الجهاز أمامك.',
    Comparing: 'هل يعرض الجهاز الآخر الصور نفسها بالترتيب نفسه؟',
    Confirming: 'قل الشيء نفسه على الجهاز الآخر.',
    Receiving: 'يتسلّم هذا الجهاز مفاتيحك…',
    Verified: 'تأكّد الجهاز.',
  },
  ends: {
    cancelled: 'أوقفته أنت. لم يُؤكَّد شيء.',
    declined: 'أوقفه الجهاز الآخر. لم يُؤكَّد شيء.',
    mismatch:
      'لم تكن الصور متطابقة: قد يقف أحدهم بين جهازيك. لم يُؤكَّد شيء. أعد المحاولة على شبكة تثق بها، أو استخدم مفتاح الاسترداد.',
    timeout: 'استغرق وقتًا طويلًا. أعد المحاولة.',
    'accepted-elsewhere': 'تولّاه جهاز آخر من أجهزتك.',
    failed: 'لم يتفاهم الجهازان. أعد المحاولة، أو استخدم مفتاح الاسترداد.',
  },
};
