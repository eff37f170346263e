import type { Translation } from '../language/translation.ts';
import type { incomingEnglish } from './incoming.en.ts';

export const incomingArabic: Translation<typeof incomingEnglish> = {
  calls: '{{name}} يتصل بك',
  title: { audio: 'مكالمة واردة', video: 'مكالمة فيديو واردة' },
  verified: 'تذكر وثيقة DID الخاصة به الحساب الذي يتصل.',
  says: 'يقول:',
  accept: 'أجب',
  acceptVideo: 'أجب بالفيديو',
  decline: 'ارفض',
  missed: 'فاتتك مكالمة من {{name}}.',
  callBack: 'عاود الاتصال',
  elsewhere: 'أُجيب عليها أو رُفضت على جهاز آخر لك.',
  dismiss: 'تجاهل',
};
