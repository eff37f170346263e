import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { useStore } from '../store/use-store.ts';

/** Asks once, before the first call, whether transcripts are kept. A call need not wait for the answer: until then nothing is kept. */
export function TranscriptQuestion() {
  const { transcripts } = useApp().preferences;
  const { t } = useTranslation('settings');
  if (useStore(transcripts) !== 'unasked') return undefined;
  return (
    <Banner
      tone="notice"
      face="transcript-question"
      actions={
        <>
          <Button isSmall onClick={() => transcripts.answer('agreed')}>
            {t('transcripts.keep')}
          </Button>
          <Button isSmall look="link" onClick={() => transcripts.answer('declined')}>
            {t('transcripts.keepNot')}
          </Button>
        </>
      }
    >
      {t('transcripts.question')}
    </Banner>
  );
}
