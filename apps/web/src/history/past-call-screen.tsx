import { callIdParts, codeOf, type CallId, type CallType, type Did, type ErrorCode } from '@oracle-calls/protocol';
import { useCallHistory } from '@oracle-calls/react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hashOf, type Route } from '../app/route.ts';
import { Screen } from '../app/screen.tsx';
import { Button } from '../controls/button.tsx';
import { Icon } from '../controls/icon.tsx';
import { ErrorBanner } from '../faces/error-banner.tsx';
import { FailureFace } from '../faces/failure-face.tsx';
import { CallButtons } from '../home/call-buttons.tsx';
import { lengthOf } from './call-days.ts';
import { KeptTranscript } from './kept-transcript.tsx';

export interface PastCallScreenProps {
  readonly oracleDid: Did;
  readonly callId: CallId;
  readonly oracleName: string;
  /** Whether this browser's account has this oracle among its own: the address may be anybody's link. */
  readonly isKnown: boolean;
  /** Absent while there is a call. */
  readonly onPlace: ((type: CallType) => void) | undefined;
  readonly onDeleted: () => void;
}

const HISTORY: Route = { screen: 'history' };

/**
 * One call of the past. An oracle that is nobody's here is asked nothing: its service would be told who this person is, by a token that
 * other services take too (docs/threat-model.md, OC-W-24), because somebody sent them a link.
 */
export function PastCallScreen({ isKnown, ...past }: PastCallScreenProps) {
  return isKnown ? <KnownPastCall {...past} /> : <StrangersCall />;
}

function BackToHistory() {
  const { t } = useTranslation('history');
  return (
    <a className="bare-button" href={hashOf(HISTORY)} aria-label={t('call.back')} title={t('call.back')}>
      <Icon name="back" />
    </a>
  );
}

function StrangersCall() {
  const { t } = useTranslation('history');
  return (
    <Screen name="past-call" title={t('call.title')} back={<BackToHistory />}>
      <p role="status" data-face="unknown-oracle">
        {t('call.stranger')}
      </p>
    </Screen>
  );
}

/** When it was, how it ended, what was said, and its deletion. */
function KnownPastCall({ oracleDid, callId, oracleName, onPlace, onDeleted }: Omit<PastCallScreenProps, 'isKnown'>) {
  const { t, i18n } = useTranslation(['history', 'endings']);
  // A search finds a call by its event's id too.
  const past = useCallHistory({ oracleDid, search: callIdParts(callId).eventId, limit: 1 });
  const call = past.calls.find((one) => one.callId === callId);
  const dates = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'full', timeStyle: 'short' });
  return (
    <Screen name="past-call" title={t('call.title')} back={<BackToHistory />}>
      {past.status === 'failed' && past.error !== undefined && (
        <FailureFace
          code={past.error.code}
          actions={{ again: () => void past.reload(), wait: () => void past.reload() }}
        />
      )}
      <dl className="past-call-facts">
        <dt>{t('call.with')}</dt>
        <dd>
          <bdi>{oracleName}</bdi>
        </dd>
        {call !== undefined && (
          <>
            <dt>{t('call.began')}</dt>
            <dd>{dates.format(call.startedAt)}</dd>
            {call.endedAt !== undefined && (
              <>
                <dt>{t('call.lasted')}</dt>
                <dd>{lengthOf(call.endedAt - call.startedAt, i18n.language)}</dd>
              </>
            )}
            {call.endReason !== undefined && (
              <>
                <dt>{t('call.ended')}</dt>
                <dd>{t(`endings:${call.endReason}`)}</dd>
              </>
            )}
          </>
        )}
      </dl>
      {past.status === 'ready' && call === undefined && (
        <p role="status" className="quiet">
          {t('call.gone')}
        </p>
      )}
      <KeptTranscript call={{ oracleDid, callId }} />
      {onPlace !== undefined && (
        <section className="stack" aria-label={t('call.callAgain')}>
          <h2>{t('call.callAgain')}</h2>
          <CallButtons onPlace={onPlace} />
        </section>
      )}
      {call?.status === 'ended' && (
        <DeleteCall onDelete={() => past.remove({ oracleDid, callId })} onDeleted={onDeleted} />
      )}
    </Screen>
  );
}

/** Deletes after a person has read what that means: there is no way back. */
function DeleteCall({
  onDelete,
  onDeleted,
}: {
  readonly onDelete: () => Promise<void>;
  readonly onDeleted: () => void;
}) {
  const { t } = useTranslation('history');
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [errorCode, setErrorCode] = useState<ErrorCode>();
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isAsking) keep.current?.focus();
  }, [isAsking]);
  const remove = async (): Promise<void> => {
    setBusy(true);
    setErrorCode(undefined);
    try {
      await onDelete();
      onDeleted();
    } catch (error) {
      setErrorCode(codeOf(error));
      setBusy(false);
    }
  };
  if (!isAsking) {
    return (
      <div className="row">
        <Button look="link" icon="bin" onClick={() => setAsking(true)}>
          {t('remove.button')}
        </Button>
      </div>
    );
  }
  return (
    <section className="confirm-delete" role="group" aria-label={t('remove.title')} data-face="delete-call">
      <h2>{t('remove.title')}</h2>
      <p>{t('remove.text')}</p>
      {errorCode !== undefined && <ErrorBanner code={errorCode} />}
      <div className="row">
        <Button ref={keep} isSmall disabled={isBusy} onClick={() => setAsking(false)}>
          {t('remove.cancel')}
        </Button>
        <Button isSmall look="danger" disabled={isBusy} onClick={() => void remove()}>
          {t('remove.confirm')}
        </Button>
      </div>
    </section>
  );
}
