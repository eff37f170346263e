import type { Translation } from '../language/translation.ts';
import type { secondTabEnglish } from './second-tab.en.ts';

export const secondTabArabic: Translation<typeof secondTabEnglish> = {
  title: 'مفتوح في لسان تبويب آخر',
  lead: 'مكالمات أوراكل مفتوحة في لسان تبويب آخر من هذا المتصفّح. لا يستخدم مفاتيحك إلا لسان واحد في كل مرة.',
  useHere: 'استخدامه هنا',
  asking: 'جارٍ سؤال اللسان الآخر…',
  'in-call': 'اللسان الآخر في مكالمة. لاستخدامه هنا يجب أن تنتهي تلك المكالمة.',
  endCall: 'أنهِ تلك المكالمة واستخدمه هنا',
  'no-answer': 'اللسان الآخر لا يجيب. أغلقه وأعد المحاولة.',
  nothing: 'أو أغلق هذا اللسان وتابع في الآخر.',
};
