import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import { Screen } from '../app/screen.tsx';
import type { CallDesk, Desk } from '../call/call-desk.ts';
import { Banner } from '../controls/banner.tsx';
import { FailureFace } from '../faces/failure-face.tsx';
import { FindOracle } from '../oracles/find-oracle.tsx';
import { PreCallCheck } from '../lobby/pre-call-check.tsx';
import { OracleCard } from '../oracles/oracle-card.tsx';
import type { OracleDesk } from '../oracles/oracle-desk.ts';
import { OracleList } from '../oracles/oracle-list.tsx';
import { WaitBanner } from '../oracles/wait-banner.tsx';
import { IdentityChangeNotice } from '../security/identity-change-notice.tsx';
import { KeyChangeNotice } from '../security/key-change-notice.tsx';
import { TranscriptQuestion } from '../settings/transcript-question.tsx';
import { useStore } from '../store/use-store.ts';
import { CallButtons } from './call-buttons.tsx';
import './home.css';

export interface HomeScreenProps {
  readonly desk: CallDesk;
  readonly shown: Desk;
  readonly oracles: OracleDesk;
}

/** Where an oracle is chosen and a call is started. */
export function HomeScreen({ desk, shown, oracles }: HomeScreenProps) {
  const app = useApp();
  const { t } = useTranslation(['home', 'oracles']);
  const { chosen, search } = useStore(oracles);
  const shelf = useStore(oracles.shelf);
  const wait = useStore(oracles.wait);
  const choosing = useRef<HTMLDetailsElement>(null);
  const { readiness, error, keyChange, offersResume, call } = shown;
  const shelved = oracles.shelf.find(chosen.oracleDid);
  const isInCall = call !== undefined && call.state.kind !== 'Ended';
  // What ended a call is told by its summary.
  const ownError = call?.state.kind === 'Ended' && call.state.error?.code === error?.code ? undefined : error;
  const tryAgain = (): void => void desk.choose(chosen.oracleDid);
  const openChoice = (): void => {
    if (choosing.current === null) return;
    choosing.current.open = true;
    choosing.current.querySelector('input')?.focus();
  };
  return (
    <Screen name="home" title={t('title')}>
      <div className="home-call">
        <OracleCard chosen={chosen} shelved={shelved} />
        <p role="status" className="home-status">
          {t(isInCall ? 'inCall' : readiness)}
        </p>
        {offersResume && (
          <Banner tone="notice" face="interrupted-call">
            {t('resume')}
          </Banner>
        )}
        {ownError !== undefined && (
          <FailureFace
            code={ownError.code}
            actions={{
              wait: wait.kind === 'idle' ? () => oracles.wait.start('audio') : undefined,
              again: tryAgain,
              choose: openChoice,
              reload: () => location.reload(),
              'sign-out': () => void app.signOut(),
            }}
          />
        )}
        {keyChange !== undefined && <KeyChangeNotice change={keyChange} onAccept={() => void desk.acceptKeys()} />}
        {error?.code === 'ERR_MATRIX_IDENTITY_CHANGED' && (
          <IdentityChangeNotice oracleDid={shown.oracleDid} onAccept={() => void desk.acceptIdentity()} />
        )}
        <WaitBanner wait={wait} onStop={() => oracles.wait.stop()} onAgain={(type) => oracles.wait.start(type)} />
        {!isInCall && (
          <CallButtons
            onPlace={(type) => desk.place(type)}
            remembering={shelved?.remembers === true ? chosen.oracleDid : undefined}
          />
        )}
      </div>
      {!isInCall && (
        <>
          <TranscriptQuestion />
          <PreCallCheck />
        </>
      )}
      <details className="home-choice" ref={choosing} open={shelf.length > 1} hidden={isInCall}>
        <summary>{t('choose')}</summary>
        <div className="home-list">
          <OracleList
            oracles={shelf}
            chosenDid={chosen.oracleDid}
            onChoose={(oracleDid) => oracles.choose(oracleDid)}
            onForget={(oracleDid) => oracles.shelf.forget(oracleDid)}
          />
        </div>
        <FindOracle search={search} onFind={(text) => oracles.find(text)} />
      </details>
    </Screen>
  );
}
