import type { TimelineMs } from '@oracle-calls/protocol';
import type { CallSecurity } from '@oracle-calls/sdk';
import type { SecurityLine } from '../call/call-summary.ts';
import { createConversationView, type ConversationView } from './conversation-view.ts';
import { element, icon, type IconName } from './element.ts';
import { createIdentityChangeView } from './identity-change-view.ts';
import { createKeyChangeView, type ShownKeyChange } from './key-change-view.ts';
import { createSecurityView } from './security-view.ts';
import { createTimelineView } from './timeline-view.ts';

export interface CallViewActions {
  call(type: 'audio' | 'video', oracleDid: string): void;
  hangUp(): void;
  setMuted(isMuted: boolean): void;
  signOut(): void;
  oracleChanged(oracleDid: string): void;
  compared(isSame: boolean): void;
  acceptKeys(): void;
  acceptIdentity(): void;
  send(text: string): void;
  interrupt(): void;
}

/** Everything the view shows; the page gives it anew after every change. */
export interface CallViewModel {
  readonly isInCall: boolean;
  readonly isLive: boolean;
  readonly canHangUp: boolean;
  readonly isMuted: boolean;
  readonly status: string;
  /** `undefined` when no call is live. */
  readonly duration: string | undefined;
  readonly security: SecurityLine;
  /** What the security panel says; `undefined` when there is no call to say it of. */
  readonly details: CallSecurity | undefined;
  /** The oracle's keys changed without its word. */
  readonly keyChange: ShownKeyChange | undefined;
  /** The oracle whose Matrix identity changed. */
  readonly identityChange: { readonly oracleDid: string } | undefined;
  /** The oracle's keys changed as it said. */
  readonly notice: string | undefined;
  readonly isOracleSpeaking: boolean;
  readonly error: string | undefined;
  readonly alarm: string | undefined;
  readonly offersResume: boolean;
  readonly timeline: TimelineMs;
}

export interface CallView {
  readonly root: HTMLElement;
  readonly conversation: ConversationView;
  show(model: CallViewModel): void;
  /** The oracle's loudness, 0 to 1: moves the orb. */
  showLevel(level: number): void;
  showVideo(which: 'own' | 'oracle', track: MediaStreamTrack | undefined): void;
}

/** The panel for calling: the oracle, the state, the buttons. */
export function createCallView(userId: string, oracleDid: string, actions: CallViewActions): CallView {
  const did = element('input', {
    id: 'oracle-did',
    type: 'text',
    value: oracleDid,
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
  });
  did.onchange = () => actions.oracleChanged(did.value.trim());

  const orb = element('div', { class: 'orb', 'aria-hidden': 'true' }, ...Array.from({ length: 5 }, () => element('i')));
  const status = element('p', { class: 'status', role: 'status' });
  const duration = element('p', { class: 'duration', 'aria-label': 'Duration of the call' });
  const error = element('p', { class: 'error', role: 'alert', hidden: true });
  const alarm = element('p', { class: 'error alarm', role: 'alert', hidden: true });
  const resume = element(
    'p',
    { class: 'notice', hidden: true },
    'Reloading the page interrupted your call. Call again to continue it.',
  );
  const notice = element('p', { class: 'notice', role: 'status', hidden: true });
  const security = element('p', { class: 'security' });
  const details = createSecurityView({ compared: (isSame) => actions.compared(isSame) });
  const keyChange = createKeyChangeView(() => actions.acceptKeys());
  const identityChange = createIdentityChangeView(() => actions.acceptIdentity());
  const conversation = createConversationView({
    send: (text) => actions.send(text),
    interrupt: () => actions.interrupt(),
  });
  const timeline = createTimelineView();
  const oracleVideo = element('video', {
    class: 'oracle-video',
    autoplay: true,
    playsinline: true,
    muted: true,
    hidden: true,
  });
  const ownVideo = element('video', {
    class: 'own-video',
    autoplay: true,
    playsinline: true,
    muted: true,
    hidden: true,
  });
  ownVideo.setAttribute('aria-label', 'Your camera');
  oracleVideo.setAttribute('aria-label', 'The oracle’s video');

  const call = button('phone', 'Call', 'primary', () => actions.call('audio', did.value.trim()));
  const video = button('video', 'Video call', 'secondary', () => actions.call('video', did.value.trim()));
  const hangUp = button('phone', 'Hang up', 'danger', () => actions.hangUp());
  const mute = button('microphone', 'Mute', 'secondary', () =>
    actions.setMuted(mute.getAttribute('aria-pressed') !== 'true'),
  );
  const signOut = element('button', { type: 'button', class: 'link' }, 'Sign out');
  signOut.onclick = () => actions.signOut();

  const root = element(
    'section',
    { class: 'card', 'aria-labelledby': 'call-title' },
    element('h1', { id: 'call-title', class: 'hidden' }, 'Call an oracle'),
    element('div', { class: 'stage' }, oracleVideo, orb, ownVideo),
    status,
    duration,
    resume,
    alarm,
    error,
    keyChange.root,
    identityChange.root,
    notice,
    element('div', { class: 'buttons' }, call, video, mute, hangUp),
    security,
    details.root,
    conversation.root,
    element('div', { class: 'field' }, element('label', { for: 'oracle-did' }, 'Oracle’s DID'), did),
    timeline.root,
    element('p', { class: 'quiet account' }, element('span', { class: 'user-id' }, userId), signOut),
  );

  return {
    root,
    conversation,
    show(model) {
      root.dataset['call'] = model.isLive ? 'live' : model.isInCall ? 'busy' : 'idle';
      call.hidden = video.hidden = model.isInCall;
      mute.hidden = hangUp.hidden = !model.isInCall;
      hangUp.disabled = !model.canHangUp;
      did.disabled = signOut.disabled = model.isInCall;
      setButton(mute, model.isMuted ? 'muted' : 'microphone', model.isMuted ? 'Unmute' : 'Mute');
      mute.setAttribute('aria-pressed', String(model.isMuted));
      setText(status, model.status);
      duration.hidden = model.duration === undefined;
      setText(duration, model.duration ?? '');
      showSecurity(security, model.security);
      details.show(model.details);
      keyChange.show(model.keyChange);
      identityChange.show(model.identityChange);
      conversation.setState({ canWrite: model.isLive, isOracleSpeaking: model.isOracleSpeaking });
      notice.hidden = model.notice === undefined;
      setText(notice, model.notice ?? '');
      showAlert(error, model.error);
      showAlert(alarm, model.alarm);
      resume.hidden = !model.offersResume;
      timeline.show(model.timeline);
    },
    showLevel: (level) => orb.style.setProperty('--level', Math.min(1, level * 4).toFixed(3)),
    showVideo(which, track) {
      const target = which === 'own' ? ownVideo : oracleVideo;
      target.srcObject = track === undefined ? null : new MediaStream([track]);
      target.hidden = track === undefined;
      orb.hidden = !oracleVideo.hidden;
    },
  };
}

function button(name: IconName, label: string, kind: string, onClick: () => void): HTMLButtonElement {
  const node = element('button', { type: 'button', class: kind }, icon(name), element('span', {}, label));
  node.onclick = onClick;
  return node;
}

function setButton(node: HTMLButtonElement, name: IconName, label: string): void {
  node.replaceChildren(icon(name), element('span', {}, label));
}

function showSecurity(node: HTMLElement, { padlock, text }: SecurityLine): void {
  const shown = element('span', {}, text);
  const isClosed = padlock === 'encrypted' || padlock === 'verified';
  node.replaceChildren(...(padlock === undefined ? [shown] : [icon(isClosed ? 'lock' : 'unlocked'), shown]));
  node.dataset['padlock'] = padlock ?? 'unknown';
}

/** A live region is read aloud whenever its text is set, so it is set only when it changes. */
function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

function showAlert(node: HTMLElement, text: string | undefined): void {
  if (text === undefined) {
    node.hidden = true;
  } else if (node.hidden || node.textContent !== text) {
    node.replaceChildren(icon('warning'), element('span', {}, text));
    node.hidden = false;
  }
}
