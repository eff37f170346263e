import { useTranscript } from '@oracle-calls/react';
import type { CallOfOracle } from '@oracle-calls/sdk';
import { useTranslation } from 'react-i18next';
import { FailureFace } from '../faces/failure-face.tsx';
import { Transcript } from './transcript.tsx';

/** The transcript of a past call, as this account's devices kept it in the room. */
export function KeptTranscript({ call }: { readonly call: CallOfOracle }) {
  const { t } = useTranslation('history');
  const read = useTranscript(call);
  return (
    <section className="stack" aria-label={t('transcript.title')}>
      <h2>{t('transcript.title')}</h2>
      <p role="status" className="quiet">
        {(read.status === 'loading' || read.status === 'idle') && t('transcript.loading')}
        {read.status === 'absent' && t('transcript.absent')}
      </p>
      {read.status === 'failed' && (
        <FailureFace code={read.error.code} actions={{ again: read.reload, wait: read.reload }} />
      )}
      {read.status === 'ready' && <Transcript lines={read.transcript.lines} isComplete={read.transcript.isComplete} />}
    </section>
  );
}
