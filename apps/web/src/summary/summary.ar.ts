import type { Translation } from '../language/translation.ts';
import type { summaryEnglish } from './summary.en.ts';

export const summaryArabic: Translation<typeof summaryEnglish> = {
  title: 'كيف جرت المكالمة',
  with: 'مع {{name}}',
  lasted: 'دامت {{duration}}.',
  neverLive: 'لم تُوصَل قط.',
  again: 'اتصل مجددًا',
  close: 'تم',
  security: {
    title: 'الأمان',
    compared: 'كانت مشفّرة من طرف إلى طرف، وكنت قد قارنت الرمز.',
    encrypted: 'كانت مشفّرة من طرف إلى طرف. لم يُقارَن الرمز: قارنه في المرة القادمة لتتأكد ممن يجيب.',
    none: 'لم يكن قد مرّ صوت مختوم في الاتجاهين حين انتهت.',
    notLive: 'لم تُوصَل المكالمة، فلم يُقل شيء.',
  },
  said: {
    title: 'ما قيل',
    nothing: 'لم يُقل شيء.',
    kept: 'محفوظ في غرفتك المشفّرة مع الأوراكل. تستطيع أجهزتك قراءته، ولا يستطيع الخادم ذلك.',
    keeping: 'يُحفظ في غرفتك المشفّرة مع الأوراكل…',
    lost: 'تعذّر حفظه كاملًا. ما يظهر هنا يزول حين تغادر هذه الصفحة.',
    off: 'غير محفوظ في أي مكان: يزول حين تغادر هذه الصفحة.',
    open: 'افتحه في السجل',
  },
};
