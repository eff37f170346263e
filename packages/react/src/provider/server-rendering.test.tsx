// Runs in plain Node: there is no window, document or navigator here.
import { FakeClock, SCRIPTED_ORACLE, ScriptedOracleCalls } from '@oracle-calls/testing';
import type { ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import * as everything from '../index.ts';

const {
  CallButton,
  CallDuration,
  CallHistoryList,
  CallStatus,
  CameraButton,
  Captions,
  ChatForm,
  ChatLog,
  ComparisonCode,
  ConnectionQuality,
  DeviceSelect,
  HangUpButton,
  HearingNote,
  IncomingCall,
  LevelMeter,
  MicrophoneButton,
  OracleCallsProvider,
  OracleStatus,
  OracleVideo,
  OwnVideo,
  Questions,
  ScreenShareButton,
  SecurityBadge,
  TrackVideo,
  TranscriptView,
  VolumeSlider,
} = everything;

function Page(): ReactNode {
  return (
    <>
      <CallButton request={{ type: 'audio', oracleDid: SCRIPTED_ORACLE }} />
      <HangUpButton />
      <MicrophoneButton />
      <CameraButton />
      <ScreenShareButton />
      <DeviceSelect kind="microphone" />
      <DeviceSelect kind="speaker" />
      <VolumeSlider />
      <LevelMeter track={undefined} />
      <CallStatus />
      <OracleStatus />
      <CallDuration />
      <ConnectionQuality />
      <Captions />
      <ChatLog />
      <ChatForm />
      <SecurityBadge />
      <HearingNote />
      <ComparisonCode />
      <OracleVideo />
      <OwnVideo />
      <TrackVideo track={undefined} />
      <IncomingCall />
      <CallHistoryList oracleDid={SCRIPTED_ORACLE} />
      <TranscriptView call={undefined} />
      <Questions />
    </>
  );
}

test('every component is rendered on a server, which has no calls', () => {
  expect('document' in globalThis).toBe(false);
  const html = renderToString(
    <OracleCallsProvider calls={undefined}>
      <Page />
    </OracleCallsProvider>,
  );
  expect(html).toContain('No call');
  expect(html).toContain('Not known to be encrypted');
  expect(html).toMatch(/<button [^>]*disabled[^>]*>Call</);
});

test('what a page that already has calls hydrates with is what the server rendered', () => {
  const clock = new FakeClock();
  const calls = new ScriptedOracleCalls(clock);
  calls.callOracle('audio').live();
  calls.rings.ring();
  const rendered = [undefined, calls].map((given) =>
    renderToString(
      <OracleCallsProvider calls={given} clock={clock}>
        <Page />
      </OracleCallsProvider>,
    ),
  );
  expect(rendered[1]).toBe(rendered[0]);
});

test('no component of the package is missing above', () => {
  const components = Object.keys(everything).filter((name) => /^[A-Z][a-z]/.test(name));
  const text = Page.toString() + OracleCallsProvider.name;
  expect(components.filter((name) => !text.includes(name))).toEqual([]);
});
