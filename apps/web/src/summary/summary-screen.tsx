import { useCallDuration, useCallSecurity, useCaptions, useChat } from '@oracle-calls/react';
import type { CallType } from '@oracle-calls/protocol';
import type { OracleCall } from '@oracle-calls/sdk';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import { hashOf } from '../app/route.ts';
import { Screen } from '../app/screen.tsx';
import type { CallDesk, Desk } from '../call/call-desk.ts';
import { TimelineTable } from '../call/timeline-table.tsx';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { Icon } from '../controls/icon.tsx';
import { deviceFaceOf } from '../faces/device-face.ts';
import { DeviceProblem } from '../faces/device-problem.tsx';
import { FailureFace } from '../faces/failure-face.tsx';
import { remedyOf } from '../faces/remedies.ts';
import { lengthOf } from '../history/call-days.ts';
import { Transcript } from '../history/transcript.tsx';
import { CallButtons } from '../home/call-buttons.tsx';
import { ForgetConversation } from '../memory/forget-conversation.tsx';
import type { OracleWait } from '../oracles/oracle-wait.ts';
import { WaitBanner } from '../oracles/wait-banner.tsx';
import { IdentityChangeNotice } from '../security/identity-change-notice.tsx';
import { KeyChangeNotice } from '../security/key-change-notice.tsx';
import { TranscriptQuestion } from '../settings/transcript-question.tsx';
import { useStore } from '../store/use-store.ts';
import { saidLines } from './said-lines.ts';
import { securityText } from './summary-security.ts';
import './summary.css';

export interface SummaryScreenProps {
  readonly desk: CallDesk;
  readonly shown: Desk;
  /** It has ended. */
  readonly call: OracleCall;
  readonly oracleName: string;
  readonly wait: OracleWait;
  /** Home, and nothing of the call is shown any more. */
  readonly onDone: () => void;
}

/** After a call: how it ended and what can be done about that, how long it was, how safe, and what was said. */
export function SummaryScreen({ desk, shown, call, oracleName, wait, onDone }: SummaryScreenProps) {
  const app = useApp();
  const { t, i18n } = useTranslation(['summary', 'endings', 'advice']);
  const seconds = useCallDuration(call);
  const security = useCallSecurity(call) ?? call.security;
  const waiting = useStore(wait);
  const { keyChange } = shown;
  const { state } = call;
  if (state.kind !== 'Ended') return null;
  const { error, reason } = state;
  const device = error === undefined ? undefined : deviceFaceOf(error);
  const wasLive = shown.liveAt !== undefined;
  const safety = securityText(shown, security.isVerified);
  const place = (type: CallType): void => desk.place(type, call.oracleDid, call.sessionId);
  const startWait = waiting.kind === 'idle' ? () => wait.start(call.type) : undefined;
  return (
    <Screen name="summary" title={t('title')}>
      <section className="summary-head summary-panel">
        <p className="summary-with">
          <bdi>{t('with', { name: oracleName })}</bdi>
        </p>
        {error === undefined && <p role="status">{t(`endings:${reason}`)}</p>}
        <p className="quiet">
          {wasLive ? t('lasted', { duration: lengthOf(seconds * 1_000, i18n.language) }) : t('neverLive')}
        </p>
      </section>
      {device !== undefined && <DeviceProblem face={device} />}
      {error !== undefined && device === undefined && (
        <FailureFace
          code={error.code}
          actions={{
            wait: startWait,
            choose: onDone,
            reload: () => location.reload(),
            'sign-out': () => void app.signOut(),
          }}
        />
      )}
      {error === undefined && remedyOf(reason) === 'wait' && startWait !== undefined && (
        <Banner
          tone="notice"
          face={reason}
          actions={
            <Button isSmall onClick={startWait}>
              {t('advice:actions.wait')}
            </Button>
          }
        >
          {t(`endings:${reason}`)}
        </Banner>
      )}
      <WaitBanner wait={waiting} onStop={() => wait.stop()} onAgain={(type) => wait.start(type)} />
      {keyChange !== undefined && <KeyChangeNotice change={keyChange} onAccept={() => void desk.acceptKeys()} />}
      {error?.code === 'ERR_MATRIX_IDENTITY_CHANGED' && (
        <IdentityChangeNotice oracleDid={shown.oracleDid} onAccept={() => void desk.acceptIdentity()} />
      )}
      <section className="stack" aria-label={t('again')}>
        <CallButtons onPlace={place} remembering={security.hearing?.remembers === true ? call.oracleDid : undefined} />
        <Button look="link" onClick={onDone}>
          {t('close')}
        </Button>
      </section>
      <section className="summary-security" aria-label={t('security.title')} data-security={safety}>
        <Icon name={shown.wasEncrypted ? 'lock' : 'unlocked'} />
        <p>{t(`security.${safety}`)}</p>
      </section>
      {wasLive && <WhatWasSaid call={call} transcript={shown.transcript} />}
      {wasLive && (
        <ForgetConversation
          oracleDid={call.oracleDid}
          sessionId={call.sessionId}
          isExpected={security.hearing?.remembers === true && call.remembers}
        />
      )}
      <TimelineTable timeline={call.timeline} />
    </Screen>
  );
}

/** What this page heard. Whether it is kept, and where, is said beside it. */
function WhatWasSaid({ call, transcript }: { readonly call: OracleCall; readonly transcript: Desk['transcript'] }) {
  const { t } = useTranslation('summary');
  const lines = saidLines(useCaptions(call), useChat(call).messages);
  const { callId, oracleDid } = call;
  return (
    <section className="stack" aria-label={t('said.title')}>
      <h2>{t('said.title')}</h2>
      <TranscriptQuestion />
      {lines.length === 0 ? (
        <p className="quiet">{t('said.nothing')}</p>
      ) : (
        <>
          <p className="quiet">{t(`said.${transcript}`)}</p>
          <Transcript lines={lines} isComplete />
        </>
      )}
      {transcript === 'kept' && callId !== undefined && (
        <a className="lone-link" href={hashOf({ screen: 'past-call', oracleDid, callId })}>
          {t('said.open')}
        </a>
      )}
    </section>
  );
}
