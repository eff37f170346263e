import type { Translation } from '../language/translation.ts';
import type { oraclesEnglish } from './oracles.en.ts';

export const oraclesArabic: Translation<typeof oraclesEnglish> = {
  title: 'الأوراكلات',
  list: 'أوراكلات للاختيار',
  forget: 'انسَ {{name}}',
  find: {
    title: 'ابحث عن أوراكل آخر',
    field: 'معرّف DID أو معرّف Matrix',
    hint: 'مثل ‎did:web:oracle.example.org‎ أو ‎@oracle:example.org‎.',
    find: 'ابحث',
    busy: 'جارٍ البحث…',
  },
  card: {
    label: 'الأوراكل الذي ستتصل به',
    looking: 'جارٍ البحث…',
    unproved: 'الاسم والصورة من قول خادمه. لم يُثبتهما أحد.',
    proved: 'ما هو مُثبَت عن هذا الأوراكل',
    did: 'معرّف DID',
    account: 'معرّف Matrix في وثيقة DID',
    key: 'المفتاح',
  },
  keyStates: {
    'first-contact': 'أول تواصل',
    same: 'مفتاح معروف',
    rotated: 'مفتاح جديد موقَّع',
    compared: 'قورن الرمز',
  },
  readiness: {
    ready: 'يستقبل المكالمات',
    'not-ready': 'لا يستقبل مكالمات الآن',
    away: 'لا يجيب',
  },
  wait: {
    title: 'في انتظار الأوراكل',
    next_zero: 'نسأل مجددًا الآن. يُتّصل به حالما يجيب.',
    next_one: 'نسأل مجددًا بعد ثانية واحدة. يُتّصل به حالما يجيب.',
    next_two: 'نسأل مجددًا بعد ثانيتين. يُتّصل به حالما يجيب.',
    next_few: 'نسأل مجددًا بعد {{count}} ثوانٍ. يُتّصل به حالما يجيب.',
    next_many: 'نسأل مجددًا بعد {{count}} ثانية. يُتّصل به حالما يجيب.',
    next_other: 'نسأل مجددًا بعد {{count}} ثانية. يُتّصل به حالما يجيب.',
    asking: 'جارٍ السؤال…',
    cancel: 'أوقف الانتظار',
    givenUp: 'ما زال الأوراكل لا يجيب. يمكنك الانتظار مجددًا أو المحاولة لاحقًا.',
    again: 'انتظر مجددًا',
  },
};
