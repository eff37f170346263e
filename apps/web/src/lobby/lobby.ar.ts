import type { Translation } from '../language/translation.ts';
import type { lobbyEnglish } from './lobby.en.ts';

export const lobbyArabic: Translation<typeof lobbyEnglish> = {
  title: 'قبل أن تتصل',
  microphone: 'الميكروفون',
  camera: 'الكاميرا',
  speaker: 'مكبّر الصوت',
  volume: 'مستوى صوت الأوراكل',
  level: 'شدة صوت ميكروفونك',
  system: 'كما في النظام',
  unnamed: '{{kind}} رقم {{number}}',
  preview: 'ما تراه كاميرتك',
  cameraIsOff: 'الكاميرا مطفأة.',
  asking: 'قد يسألك المتصفّح هل يُسمح لهذه الصفحة باستخدامها. اسمح بذلك.',
  speak: 'قل شيئًا: ينبغي أن يتحرّك الشريط.',
  testSound: 'شغّل صوتًا تجريبيًّا',
  testing: 'جارٍ التشغيل…',
  noTestSound: 'تعذّر تشغيل الصوت.',
  check: 'افحص الميكروفون والكاميرا',
  checkMicrophone: 'افحص الميكروفون',
  stop: 'أطفئها من جديد',
  cameraOn: 'شغّل الكاميرا',
  cameraOff: 'أوقف الكاميرا',
  tryAgain: 'أعد المحاولة',
};
