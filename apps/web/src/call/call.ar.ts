import type { Translation } from '../language/translation.ts';
import type { callEnglish } from './call.en.ts';

export const callArabic: Translation<typeof callEnglish> = {
  title: 'مكالمة مع أوراكل',
  controls: 'أزرار المكالمة',
  mute: 'كتم',
  unmute: 'إلغاء الكتم',
  hangUp: 'إنهاء المكالمة',
  status: {
    preparing: 'جارٍ البحث عن الأوراكل…',
    connecting: 'جارٍ الاتصال…',
    waiting: 'تم الاتصال. في انتظار الأوراكل…',
    live: 'المكالمة جارية.',
    reconnecting: 'انقطع الاتصال. جارٍ إعادة الاتصال…',
    ending: 'جارٍ إنهاء المكالمة…',
  },
  stranger: 'شخص آخر موجود في غرفة الوسائط. لا يُشغَّل صوته ولا يستطيع فهم المكالمة.',
  rotated: 'للأوراكل مفتاح جديد منذ مكالمتك الأخيرة، وقد وقّع التغيير بالمفتاح السابق. يمكنك مقارنة الرمز من جديد.',
  timeline: {
    title: 'الخط الزمني',
    caption: 'أجزاء الألف من الثانية منذ الضغط على «اتصل»',
    stage: 'المرحلة',
    time: 'الوقت',
    stages: {
      click: 'الضغط على «اتصل»',
      eventSent: 'أُرسل حدث المكالمة',
      joinToken: 'وصل رمز الدخول',
      sfuConnected: 'الاتصال بخادم الوسائط',
      synced: 'خدمة الأوراكل متزامنة',
      agentJoined: 'انضمّ الأوراكل',
      keyFetched: 'جلب الأوراكل المفتاح',
      handshake: 'تأكّدت المصافحة',
      oracleAudible: 'سُمع الأوراكل بعد فك التشفير',
      questionEnded: 'انتهى سؤالك',
      answerAudible: 'سُمع الجواب',
      ended: 'انتهت المكالمة',
    },
  },
};
