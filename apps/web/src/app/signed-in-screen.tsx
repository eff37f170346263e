import { OracleCallsProvider } from '@oracle-calls/react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CallQuestions } from '../call/call-questions.tsx';
import { CallScreen } from '../call/call-screen.tsx';
import { HistoryScreen } from '../history/history-screen.tsx';
import { PastCallScreen } from '../history/past-call-screen.tsx';
import { RecentCalls } from '../history/recent-calls.tsx';
import { HomeScreen } from '../home/home-screen.tsx';
import { IncomingCall } from '../incoming/incoming-call.tsx';
import { IncomingNotices } from '../incoming/incoming-notices.tsx';
import { DeviceSettings } from '../lobby/pre-call-check.tsx';
import { OracleList } from '../oracles/oracle-list.tsx';
import { nameOnShelf } from '../oracles/oracle-shelf.ts';
import { SettingsScreen } from '../settings/settings-screen.tsx';
import { useStore } from '../store/use-store.ts';
import { SummaryScreen } from '../summary/summary-screen.tsx';
import { useApp } from './app-context.ts';
import type { SignedInState } from './app-state.ts';
import { aroundOf, type Around } from './around.ts';
import { AroundContext } from './around-context.ts';
import { CallStrip } from './call-strip.tsx';
import { Frame } from './frame.tsx';
import { HOME } from './route.ts';

/** What somebody who is signed in sees: the call while they look at it, else a screen in the frame; over both, what the oracle of the call asks, and an oracle that rings. */
export function SignedInScreen({ state }: { readonly state: SignedInState }) {
  const around = aroundOf(state, useApp());
  return (
    <OracleCallsProvider calls={state.desk.calls}>
      <AroundContext value={around}>
        <Place state={state} around={around} />
        <CallQuestions onError={(error) => void state.desk.attempt(() => Promise.reject(error))} />
        <Rings state={state} around={around} />
      </AroundContext>
    </OracleCallsProvider>
  );
}

interface PartProps {
  readonly state: SignedInState;
  readonly around: Around;
}

function Place({ state, around }: PartProps) {
  const { t } = useTranslation(['app', 'call', 'settings', 'oracles']);
  const { desk, account } = state;
  const { navigation, oracles, title } = around;
  const shown = useStore(desk);
  const route = useStore(navigation);
  const shelf = useStore(oracles.shelf);
  const [deleted, setDeleted] = useState(0);
  const { chosen } = useStore(oracles);
  const { call, oracleDid } = shown;
  const isOver = call?.state.kind === 'Ended';
  const isCallShown = route.screen === 'call' && call !== undefined && !isOver;
  const bareTitle = isCallShown ? t('call:title') : route.screen === 'settings' ? t('settings:title') : undefined;
  useEffect(() => {
    if (bareTitle !== undefined) title.show(t('pageTitle', { screen: bareTitle }));
  }, [title, t, bareTitle]);
  const nameOf = (did: string): string => nameOnShelf(oracles.shelf, did);
  if (isCallShown) {
    return (
      <CallScreen
        call={call}
        oracleName={nameOf(call.oracleDid)}
        onHangUp={() => desk.hangUp()}
        onMinimise={() => navigation.go(HOME)}
        onCompared={(isSame) => void desk.compared(isSame)}
      />
    );
  }
  const isBarShown = call !== undefined && route.screen !== 'summary';
  return (
    <Frame
      route={route}
      userId={account.userId}
      callBar={isBarShown && <CallStrip isOver={isOver} onDismiss={() => desk.dismiss()} />}
      side={
        <>
          <h2>{t('oracles:title')}</h2>
          <OracleList
            oracles={shelf}
            chosenDid={chosen.oracleDid}
            isDisabled={call !== undefined && !isOver}
            onChoose={(did) => {
              oracles.choose(did);
              if (route.screen !== 'history') navigation.go(HOME);
            }}
            onForget={(did) => oracles.shelf.forget(did)}
          />
          <RecentCalls key={deleted} oracleDid={oracleDid} />
        </>
      }
    >
      {screen()}
    </Frame>
  );

  function screen() {
    switch (route.screen) {
      case 'history':
        return <HistoryScreen oracles={shelf} chosenDid={oracleDid} onChoose={(did) => oracles.choose(did)} />;
      case 'past-call':
        return (
          <PastCallScreen
            key={route.callId}
            oracleDid={route.oracleDid}
            callId={route.callId}
            oracleName={nameOf(route.oracleDid)}
            doesRemember={oracles.shelf.find(route.oracleDid)?.remembers === true}
            isKnown={shelf.some((oracle) => oracle.oracleDid === route.oracleDid)}
            onPlace={
              call === undefined || isOver
                ? (type, sessionId) => desk.place(type, route.oracleDid, sessionId)
                : undefined
            }
            onDeleted={() => {
              setDeleted(deleted + 1);
              navigation.replace({ screen: 'history' });
            }}
          />
        );
      case 'settings':
        return <SettingsScreen state={state} devices={<DeviceSettings />} onBack={() => navigation.go(HOME)} />;
      case 'summary':
        if (call === undefined || !isOver) return null;
        return (
          <SummaryScreen
            desk={desk}
            shown={shown}
            call={call}
            oracleName={nameOf(call.oracleDid)}
            wait={oracles.wait}
            onDone={() => navigation.go(HOME)}
          />
        );
      case 'home':
      case 'call':
        return <HomeScreen desk={desk} shown={shown} oracles={oracles} />;
    }
  }
}

function Rings({ state: { desk }, around: { incoming, oracles } }: PartProps) {
  const rings = useStore(incoming);
  const { call } = useStore(desk);
  const isInCall = call !== undefined && call.state.kind !== 'Ended';
  const nameOf = (did: string): string => nameOnShelf(oracles.shelf, did);
  return (
    <>
      <div className="incoming-notices">
        <IncomingNotices
          incoming={rings}
          nameOf={nameOf}
          onDismiss={() => incoming.dismiss()}
          onCallBack={
            isInCall
              ? undefined
              : (did) => {
                  incoming.dismiss();
                  desk.place('audio', did);
                }
          }
        />
      </div>
      {rings.ring !== undefined && (
        <IncomingCall
          key={rings.ring.ringEventId}
          ring={rings.ring}
          name={nameOf(rings.ring.oracleDid)}
          onAccept={() => incoming.accept()}
          onDecline={() => void incoming.decline()}
        />
      )}
    </>
  );
}
