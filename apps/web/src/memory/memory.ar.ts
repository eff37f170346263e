import type { Translation } from '../language/translation.ts';
import type { memoryEnglish } from './memory.en.ts';

export const memoryArabic: Translation<typeof memoryEnglish> = {
  mayRemember: {
    label: 'السماح له بتذكّر مكالمتك التالية',
    hint: 'هذا الأوراكل يتذكّر المحادثات. عند الإيقاف يُطلب منه ألّا يحتفظ بشيء من تلك المكالمة.',
  },
  title: 'ما يتذكّره الأوراكل',
  remembered: 'يتذكّر الأوراكل هذه المحادثة لمكالمتك التالية فيها، مختومةً بمفتاحه هو (آخرها: {{since}}).',
  button: 'انسَ هذه المحادثة',
  question: 'أتطلب من الأوراكل أن ينسى هذه المحادثة؟',
  text: 'يُحذف ما يتذكّره من كل المكالمات في هذه المحادثة، ولا يستطيع أحد استعادته. تبقى المكالمات في سجلّك، وتبقى النصوص في غرفتك.',
  confirm: 'انسَها نهائيًّا',
  cancel: 'احتفظ بها',
  forgotten: 'نسي الأوراكل هذه المحادثة.',
};
