import type { Clock, Logger, OracleCallError } from '@oracle-calls/protocol';
import type { DataPayload } from '@oracle-calls/protocol/data-frame';
import type { UserHandshakeOptions } from '@oracle-calls/protocol/handshake';
import type { ConfirmedAttempt, LinkEvents } from '@oracle-calls/protocol/secure-link';
import type { LocalTrack } from '../devices/devices-port.ts';
import type { RemoteTrack, SfuConnection, TrackStatistics } from '../media/sfu-port.ts';
import type { SecurityDetails } from '../security/call-security.ts';
import { MediaEvidence } from '../security/media-evidence.ts';
import type { StrictProtocol } from '../strict/strict-protocol.ts';
import { AskedQuestions } from './asked-questions.ts';
import type { AttemptEvents } from './attempt-events.ts';
import type { CallTimeline } from './call-timeline.ts';
import { OracleChannel, type Saying } from './oracle-channel.ts';
import { OraclePresence } from './oracle-presence.ts';
import { OracleSound } from './oracle-sound.ts';

export interface OracleSideOptions {
  readonly connection: SfuConnection;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeline: CallTimeline;
  readonly security: SecurityDetails;
  readonly events: AttemptEvents;
  readonly microphone: () => LocalTrack | undefined;
  /** Told when the oracle is heard for the first time. */
  readonly heard: () => void;
  /** False: the oracle is told to keep nothing of this call. */
  readonly remembers: boolean;
}

/** The other end of a call inside the SFU room: who it is, that it proved itself, what it says and sends. */
export class OracleSide implements Disposable {
  readonly #options: OracleSideOptions;
  readonly #presence: OraclePresence;
  readonly #channel: OracleChannel;
  readonly #sound: OracleSound;
  /** What the oracle asks by touch. */
  readonly questions: AskedQuestions;
  #evidence: MediaEvidence | undefined;
  #agentIdentity: string | undefined;
  #lastFrame: Promise<void> = Promise.resolve();
  #isMuted = false;
  #memoryWish: 'keep-nothing' | 'forget' | undefined;
  #isOver = false;

  constructor(options: OracleSideOptions) {
    const { connection, clock, timeline, microphone, heard, events } = options;
    const { tell, fail, dispatch } = events;
    this.#options = options;
    if (!options.remembers) this.#memoryWish = 'keep-nothing';
    this.#channel = new OracleChannel(connection);
    this.questions = new AskedQuestions({ clock, tell, say: (saying) => this.#channel.say(saying) });
    this.#sound = new OracleSound({ clock, timeline, microphone, heard });
    this.#presence = new OraclePresence({
      connection,
      clock,
      events: {
        attached: (track) => this.#attach(track),
        stranger: (participantIdentity) => tell({ kind: 'stranger', participantIdentity }),
        undecryptable: (participantIdentity) => tell({ kind: 'undecryptable', participantIdentity }),
        reconnecting: () => tell({ kind: 'reconnecting' }),
        reconnected: () => {
          tell({ kind: 'reconnected' });
          // Whoever mended the connection may have recorded what went before: fresh keys for what follows.
          void this.#channel.requestRekey();
        },
        warned: (error) => tell({ kind: 'error', error }),
        lost: (reason, error) => fail(error, reason),
        closedByOthers: () => dispatch({ kind: 'end', reason: 'completed' }),
      },
    });
  }

  /** Lets the handshake begin: the call has an id, and the own identity is known. */
  openLink(protocol: StrictProtocol, handshake: UserHandshakeOptions): void {
    const { clock, connection } = this.#options;
    const link = protocol.createLink({
      clock,
      handshake,
      frameKeys: connection.frameKeys,
      send: (frame, to) => (this.#lastFrame = connection.sendFrame(frame, to)),
      events: this.#linkEvents(protocol),
    });
    this.#channel.open(link, () => protocol.createPayloadId());
  }

  /** How loud the oracle is right now, as root mean square of full scale. */
  oracleLevel(): number {
    return this.#sound.level();
  }

  expectOracle(): void {
    this.#presence.expectOracle();
  }

  expectOffer(): void {
    this.#presence.expectOffer();
  }

  /** @throws as `OracleChannel.say` */
  say(saying: Saying): Promise<void> {
    return this.#channel.say(saying);
  }

  /** Tells the oracle, now or once it has proved itself. */
  async setMuted(isMuted: boolean): Promise<void> {
    if (isMuted === this.#isMuted) return;
    this.#isMuted = isMuted;
    if (this.#options.security.facts.isConfirmed) await this.#mentionMute();
  }

  /** Has the oracle forget the session, now or once it has proved itself. */
  async forgetMemory(): Promise<void> {
    this.#memoryWish = 'forget';
    if (this.#options.security.facts.isConfirmed) await this.#mentionMemory();
  }

  /** Says that the call is over, and waits until the connection has taken it. */
  async hangUp(): Promise<void> {
    await this.#channel.mention({ kind: 'control', action: 'hang-up' });
    await this.#lastFrame.catch(() => undefined);
  }

  /** Whether own counts say that sealed frames flow both ways since the handshake. */
  isFlowing(tracks: readonly TrackStatistics[]): boolean {
    return this.#options.security.facts.isConfirmed && this.#evidence?.isFlowing(tracks) === true;
  }

  /** Hears and plays no more. The channel stays, for hanging up. */
  stop(): void {
    this.#isOver = true;
    for (const open of [this.#presence, this.#sound, this.#evidence, this.questions]) open?.[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.stop();
    this.#channel[Symbol.dispose]();
  }

  #linkEvents(protocol: StrictProtocol): LinkEvents {
    const { logger, events, security } = this.#options;
    const unlessOver =
      <A extends unknown[]>(act: (...args: A) => void) =>
      (...args: A): void => {
        if (!this.#isOver) act(...args);
      };
    return {
      declared: unlessOver(({ hearing, changed }) => {
        security.note({ hearing });
        if (changed !== undefined) events.tell({ kind: 'hearingChanged', current: hearing, ...changed });
      }),
      confirmed: unlessOver((attempt) => this.#confirmed(attempt, protocol)),
      superseded: unlessOver(() => this.#superseded()),
      peerReady: () => undefined,
      rekeyed: (epoch) => logger.info('the call goes on under new keys', { epoch }),
      payload: unlessOver((payload) => this.#hear(payload)),
      refused: ({ code }: OracleCallError, participantIdentity) =>
        logger.warn('a frame was refused', { code, participantIdentity }),
      failed: unlessOver((error) => events.fail(error, 'media-failed')),
    };
  }

  #confirmed({ agentIdentity, comparisonCode }: ConfirmedAttempt, { formatCode }: StrictProtocol): void {
    const { clock, connection, timeline, security, events } = this.#options;
    security.note({
      isConfirmed: true,
      comparisonCode: { raw: comparisonCode, formatted: formatCode(comparisonCode) },
    });
    if (this.#agentIdentity !== undefined && this.#agentIdentity !== agentIdentity) this.questions.closeAll();
    this.#agentIdentity = agentIdentity;
    this.#evidence?.[Symbol.dispose]();
    this.#evidence = new MediaEvidence({
      clock,
      oracleIdentity: agentIdentity,
      statistics: () => connection.statistics(),
      flowing: (isFlowing) => security.note({ isFlowing }),
      undecryptable: (error) => events.fail(error, 'media-failed'),
    });
    timeline.mark('agentJoined', this.#presence.confirmed(agentIdentity));
    timeline.mark('handshake');
    if (this.#isMuted) void this.#mentionMute();
    // Each agent is told: one that takes over knows nothing of it.
    void this.#mentionMemory();
  }

  #superseded(): void {
    this.#evidence?.[Symbol.dispose]();
    this.#evidence = undefined;
    this.#options.security.note({ isConfirmed: false, isFlowing: false, comparisonCode: undefined });
    this.#presence.superseded();
  }

  #hear(payload: DataPayload): void {
    const { tell } = this.#options.events;
    if (payload.kind === 'caption') {
      const { speaker, segment, text, isFinal, words } = payload;
      tell({ kind: 'caption', speaker, segment, text, isFinal, words });
    } else if (payload.kind === 'chat') {
      tell({ kind: 'chat', text: payload.text, sentAt: payload.sentAt });
    } else if (payload.kind === 'question') {
      this.questions.show(payload);
    } else if (payload.kind !== 'control') {
      return;
    } else if (payload.action === 'oracle-state') {
      tell({ kind: 'oracleState', state: payload.state });
    } else if (payload.action === 'question-over') {
      this.questions.close(payload.question);
    } else if (payload.action === 'hang-up') {
      this.#presence.closing();
    }
  }

  #attach(track: RemoteTrack): void {
    if (track.kind === 'audio') {
      this.#sound.play(track);
      this.#options.events.dispatch({ kind: 'oracleAttached' });
    }
    this.#options.events.tell({ kind: 'remoteTrack', track });
  }

  async #mentionMemory(): Promise<void> {
    const wish = this.#memoryWish;
    if (wish !== undefined) await this.#channel.mention({ kind: 'control', action: 'memory', wish });
  }

  #mentionMute(): Promise<void> {
    return this.#channel.mention({ kind: 'control', action: 'muted', isMuted: this.#isMuted });
  }
}
