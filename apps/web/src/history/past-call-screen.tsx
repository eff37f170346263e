import { callIdParts, type CallId, type CallType, type Did } from '@oracle-calls/protocol';
import { useCallHistory } from '@oracle-calls/react';
import { useTranslation } from 'react-i18next';
import { hashOf, type Route } from '../app/route.ts';
import { Screen } from '../app/screen.tsx';
import { ConfirmedAction } from '../controls/confirmed-action.tsx';
import { Icon } from '../controls/icon.tsx';
import { FailureFace } from '../faces/failure-face.tsx';
import { CallButtons } from '../home/call-buttons.tsx';
import { ForgetConversation } from '../memory/forget-conversation.tsx';
import { lengthOf } from './call-days.ts';
import { KeptTranscript } from './kept-transcript.tsx';

export interface PastCallScreenProps {
  readonly oracleDid: Did;
  readonly callId: CallId;
  readonly oracleName: string;
  /** Whether this browser's account has this oracle among its own: the address may be anybody's link. */
  readonly isKnown: boolean;
  /** Whether the oracle is known to remember conversations. */
  readonly doesRemember: boolean;
  /** Calls in the same conversation, which the oracle may remember. Absent while there is a call. */
  readonly onPlace: ((type: CallType, sessionId: string | undefined) => void) | undefined;
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
function KnownPastCall(props: Omit<PastCallScreenProps, 'isKnown'>) {
  const { oracleDid, callId, oracleName, doesRemember, onPlace, onDeleted } = props;
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
          <CallButtons
            onPlace={(type) => onPlace(type, call?.sessionId)}
            remembering={doesRemember ? oracleDid : undefined}
          />
        </section>
      )}
      {call !== undefined && <ForgetConversation oracleDid={oracleDid} sessionId={call.sessionId} />}
      {call?.status === 'ended' && (
        <ConfirmedAction
          face="delete-call"
          button={t('remove.button')}
          title={t('remove.title')}
          text={t('remove.text')}
          confirm={t('remove.confirm')}
          cancel={t('remove.cancel')}
          onConfirm={() => past.remove({ oracleDid, callId })}
          onDone={onDeleted}
        />
      )}
    </Screen>
  );
}
