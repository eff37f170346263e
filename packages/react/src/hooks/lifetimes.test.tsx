// @vitest-environment jsdom
import { OracleCallError, parseCallId } from '@oracle-calls/protocol';
import { FakeClock, SCRIPTED_ORACLE, ScriptedOracleCalls } from '@oracle-calls/testing';
import { act, cleanup, render, renderHook, screen } from '@testing-library/react';
import { StrictMode, useEffect, useLayoutEffect, type ReactNode } from 'react';
import { afterEach, expect, test } from 'vitest';
import { OracleCallsProvider } from '../provider/oracle-calls-provider.tsx';
import { useCallState, useCaptions, useIsReconnecting, useLocalTracks, useRemoteTracks } from './use-call-facts.ts';
import { useCallSecurity, useCallDuration, useConnectionQuality, useOracleState } from './use-call-facts.ts';
import { useCamera, useMicrophone, useScreenShare } from './use-call-switches.ts';
import { useCallWarnings } from './use-call-warnings.ts';
import { useChat } from './use-chat.ts';
import { useDevices } from './use-devices.ts';
import { useIncomingCall } from './use-incoming-call.ts';
import { useOracleCall } from './use-oracle-call.ts';
import { useOracleCalls } from './use-oracle-calls.ts';

afterEach(cleanup);

const request = { type: 'audio', oracleDid: SCRIPTED_ORACLE } as const;

function scene() {
  const clock = new FakeClock();
  const calls = new ScriptedOracleCalls(clock);
  const wrapper = ({ children }: { readonly children: ReactNode }): ReactNode => (
    <OracleCallsProvider calls={calls} clock={clock}>
      {children}
    </OracleCallsProvider>
  );
  const strict = ({ children }: { readonly children: ReactNode }): ReactNode => (
    <StrictMode>{wrapper({ children })}</StrictMode>
  );
  return { clock, calls, wrapper, strict };
}

/** Everything at once, as a page would read it. */
const useEverything = () => ({
  calls: useOracleCalls(),
  call: useOracleCall(),
  state: useCallState(),
  security: useCallSecurity(),
  captions: useCaptions(),
  chat: useChat(),
  devices: useDevices(),
  incoming: useIncomingCall(),
  quality: useConnectionQuality(),
  isReconnecting: useIsReconnecting(),
  oracleState: useOracleState(),
  localTracks: useLocalTracks(),
  remoteTracks: useRemoteTracks(),
  warnings: useCallWarnings(),
  microphone: useMicrophone(),
  camera: useCamera(),
  screen: useScreenShare(),
  duration: useCallDuration(),
});

test('a render for another reason gives every hook the same values again', () => {
  const { calls, wrapper } = scene();
  const { result, rerender } = renderHook(useEverything, { wrapper });
  for (const [happen, what] of [
    [() => undefined, 'before a call'],
    [() => void calls.callOracle(request), 'while it connects'],
    [() => calls.last.live(), 'in a call'],
  ] as const) {
    act(happen);
    const before = result.current;
    rerender();
    for (const [name, value] of Object.entries(result.current)) {
      expect(value, `${name} ${what}`).toBe(before[name as keyof typeof before]);
    }
  }
});

test('hooks without a provider say so', () => {
  expect(() => renderHook(() => useCallState())).toThrow('needs an <OracleCallsProvider>');
});

test('without calls there is nothing to place, and everything else is as before a call', async () => {
  const wrapper = ({ children }: { readonly children: ReactNode }): ReactNode => (
    <OracleCallsProvider calls={undefined}>{children}</OracleCallsProvider>
  );
  const { result } = renderHook(useEverything, { wrapper });
  const { call, state, chat, microphone, devices, incoming } = result.current;
  expect(() => call.place(request)).toThrow(TypeError);
  expect(await call.endCall()).toBeUndefined();
  expect(state).toEqual({ kind: 'Idle' });
  await expect(chat.send('hello')).rejects.toMatchObject({ code: 'ERR_CALL_ENDED' });
  await expect(microphone.set(false)).rejects.toMatchObject({ code: 'ERR_CALL_ENDED' });
  await expect(devices.choose('camera', 'lid')).rejects.toMatchObject({ code: 'ERR_MEDIA_DEVICE' });
  await expect(devices.playTestSound()).rejects.toMatchObject({ code: 'ERR_MEDIA_DEVICE' });
  expect(() => incoming.accept()).toThrow(OracleCallError);
  await expect(incoming.decline()).rejects.toMatchObject({ code: 'ERR_CALL_ENDED' });
});

test('StrictMode, which mounts everything twice, places one call and leaves one listener on it', async () => {
  const { calls, strict } = scene();
  const { result, unmount } = renderHook(useEverything, { wrapper: strict });
  act(() => void result.current.call.place(request));
  expect(calls.placed).toHaveLength(1);
  expect(calls.last.observers).toBe(1);
  act(() => calls.last.live());
  expect(result.current.state.kind).toBe('Live');
  unmount();
  expect(calls.last.state.kind).toBe('Live');
  expect(calls.last.observers).toBe(1);
  await calls.close();
  expect(calls.last.observers).toBe(1);
});

test('a component that goes and comes back within one tick finds the call, and all that was said', () => {
  const { calls, strict } = scene();
  const first = renderHook(useEverything, { wrapper: strict });
  act(() => void first.result.current.call.place(request));
  act(() => calls.last.live());
  first.unmount();
  calls.last.tell({ kind: 'caption', speaker: 'oracle', segment: '1', text: 'Still here', isFinal: true });
  const second = renderHook(useEverything, { wrapper: strict });
  expect(second.result.current.call.call).toBe(calls.last);
  expect(second.result.current.captions).toMatchObject([{ text: 'Still here' }]);
  expect(calls.last.observers).toBe(1);
});

test('unmounting during a call does not end it', async () => {
  const { calls, clock, wrapper } = scene();
  const { result, unmount } = renderHook(useEverything, { wrapper });
  act(() => void result.current.call.place(request));
  act(() => calls.last.live());
  unmount();
  await clock.settle();
  expect(calls.last.state.kind).toBe('Live');
  expect(calls.currentCall).toBe(calls.last);
  expect(clock.pendingTimers).toBe(0);
});

test('a call that is placed and hung up within one tick ends once, and is shown as ended', async () => {
  const { calls, clock, strict } = scene();
  const { result } = renderHook(useEverything, { wrapper: strict });
  const ended = act(async () => {
    result.current.call.place(request);
    const outcome = await result.current.call.endCall();
    await clock.settle();
    return outcome;
  });
  expect(await ended).toMatchObject({ kind: 'Ended', reason: 'cancelled' });
  expect(calls.placed).toHaveLength(1);
  expect(result.current.state).toMatchObject({ kind: 'Ended', reason: 'cancelled' });
  act(() => void result.current.call.place(request));
  expect(result.current.state.kind).toBe('Connecting');
});

test('a call that ends between render and effect is shown as ended', async () => {
  const { calls, clock, wrapper } = scene();
  calls.callOracle(request).live();
  const seen: string[] = [];
  function Hasty(): ReactNode {
    const { kind } = useCallState();
    seen.push(kind);
    // Layout effects run before the subscription of `useSyncExternalStore`.
    useLayoutEffect(() => void calls.last.endCall(), []);
    return <p>{kind}</p>;
  }
  await act(async () => {
    render(<Hasty />, { wrapper });
    await clock.settle();
  });
  expect(seen[0]).toBe('Live');
  expect(screen.getByText('Ended')).toBeDefined();
});

test('two components on one call agree after each change', () => {
  const { calls, wrapper } = scene();
  function Shown({ name }: { readonly name: string }): ReactNode {
    const { kind } = useCallState();
    const { isOn } = useMicrophone();
    return <p data-testid={name}>{`${kind} ${isOn ? 'on' : 'off'}`}</p>;
  }
  function Muting(): ReactNode {
    const { set } = useMicrophone();
    return (
      <button type="button" onClick={() => void set(false)}>
        mute
      </button>
    );
  }
  render(
    <>
      <Shown name="one" />
      <Muting />
      <Shown name="other" />
    </>,
    { wrapper },
  );
  act(() => calls.callOracle(request).live());
  const texts = (): (string | null)[] => ['one', 'other'].map((name) => screen.getByTestId(name).textContent);
  expect(texts()).toEqual(['Live on', 'Live on']);
  act(() => screen.getByText('mute').click());
  expect(texts()).toEqual(['Live off', 'Live off']);
  expect(calls.last.asked).toEqual([{ kind: 'microphone', isOn: false }]);
});

test('a hook about a call of its own is not about the one that is shown', async () => {
  const { calls, wrapper } = scene();
  const old = calls.callOracle(request);
  old.live(parseCallId('$old@old'));
  await old.endCall();
  const { result } = renderHook(() => [useCallState(old), useCallState()] as const, { wrapper });
  act(() => void calls.callOracle(request));
  expect(result.current.map(({ kind }) => kind)).toEqual(['Ended', 'Connecting']);
});

test('other calls, as of another account, take the place of those before', () => {
  const one = scene();
  const other = scene();
  one.calls.callOracle(request).live();
  const seen: string[] = [];
  function Shown(): ReactNode {
    const { kind } = useCallState();
    useEffect(() => void seen.push(kind), [kind]);
    return kind;
  }
  const page = ({ calls, clock }: ReturnType<typeof scene>): ReactNode => (
    <OracleCallsProvider calls={calls} clock={clock}>
      <Shown />
    </OracleCallsProvider>
  );
  const { rerender } = render(page(one));
  rerender(page(other));
  act(() => void other.calls.callOracle(request));
  expect(seen).toEqual(['Live', 'Idle', 'Connecting']);
  expect(one.calls.last.state.kind).toBe('Live');
});
