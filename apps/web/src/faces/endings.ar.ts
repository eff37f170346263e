import type { Translation } from '../language/translation.ts';
import type { endingsEnglish } from './endings.en.ts';

export const endingsArabic: Translation<typeof endingsEnglish> = {
  hangup: 'انتهت المكالمة.',
  completed: 'أنهى الأوراكل المكالمة.',
  replaced: 'حلّت محلّ هذه المكالمة مكالمة أخرى لك.',
  cancelled: 'أُلغيت المكالمة.',
  'connection-lost': 'انقطع الاتصال.',
  'media-failed': 'تعذّر وصل المكالمة.',
  'oracle-absent': 'لم يُجب الأوراكل.',
  'invalid-authentication': 'لم يستطع الأوراكل فتح مفتاح هذه المكالمة.',
  'agent-failed': 'حدث عطل لدى الأوراكل فغادر.',
  expired: 'بقيت المكالمة مفتوحة وقتًا طويلًا جدًّا.',
};
