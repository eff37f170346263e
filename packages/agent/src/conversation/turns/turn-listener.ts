import type { Clock, Logger } from '@oracle-calls/protocol';
import { codeOf } from '@oracle-calls/protocol';
import type { TurnRules } from '../../oracle/turn-settings.ts';
import type { Recognised, Recogniser } from '../../speech/recogniser/recogniser.ts';
import type { TurnDetector } from '../../speech/turn-detector/turn-detector.ts';
import { backchannelSet, isBackchannel, isEchoOf, isMadeUp, wordsOf } from './heard-words.ts';
import { silenceNeededMs } from './sentence-end.ts';
import { beginStretch, endOf, textOf } from './stretch.ts';
import type { Stretch } from './stretch.ts';
import { Transcriber } from './transcriber.ts';
import { Utterance } from './utterance.ts';

/** One window of the user's sound, as voice activity detection looked at it. */
export interface EarWindow {
  /** Samples of −1…1 at `RECOGNISER_SAMPLE_RATE`, about 32 ms. */
  readonly samples: Float32Array;
  /** How likely there is a voice in it, from 0 to 1. */
  readonly probability: number;
}

/** The oracle's side, as far as taking turns with it goes. */
export interface OracleVoice {
  /** An answer is spoken, or is to be. */
  readonly isBusy: boolean;
  /** So little is left to be said that whoever speaks now takes the turn, whatever the words. */
  readonly isEnding: boolean;
  /** What the user heard it say in the last seconds. */
  readonly lately: string;
  /** Silent at once, until {@link release}. */
  hold(): void;
  /** Goes on where it was. */
  release(): void;
}

/** Knows the oracle's own voice in what the microphone hears. */
export interface OwnVoice {
  heard(samples: Float32Array, isVoice: boolean): void;
  /** What is heard now is the oracle and nobody else. */
  readonly isEcho: boolean;
  /** The oracle's voice may be in what is heard now. */
  readonly mayEcho: boolean;
  userSpeaks(): void;
  userSilent(how: { readonly wasEcho: boolean }): void;
}

/** A turn of the user's, when it is over. */
export interface UserTurn {
  readonly text: string;
  readonly stoppedAt: number;
  readonly recognisedAt: number;
}

/** What comes of listening. */
export interface TurnEvents {
  /** Somebody speaks; it may be a cough. */
  readonly begun: (startedAt: number) => void;
  /** What is understood so far of what is meant for the oracle. */
  readonly interim: (text: string) => void;
  /** These are probably the words of the turn: a good time to think of an answer. */
  readonly likely: (text: string) => void;
  /** The user means to speak: what the oracle says is over. */
  readonly interrupted: () => void;
  /** The turn is over. */
  readonly turn: (turn: UserTurn) => void;
  /** Somebody said something that was meant for the oracle, and the recogniser failed. */
  readonly notHeard: () => void;
  /** It was nothing, or nothing that wants an answer; the oracle goes on where it was held. */
  readonly dropped: () => void;
}

export interface TurnListenerOptions {
  readonly recogniser: Recogniser;
  /** Absent: words and silence alone tell when a turn is over. */
  readonly turnDetector: TurnDetector | undefined;
  readonly oracle: OracleVoice;
  readonly ownVoice: OwnVoice;
  readonly rules: TurnRules;
  readonly events: TurnEvents;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
}

/** A voice begins and goes on at these probabilities (Silero's own advice). */
const VOICE_BEGINS = 0.5;
const VOICE_GOES_ON = 0.35;
/** So many windows in a row make a voice: two are 64 ms. */
const ONSET_WINDOWS = 2;
/**
 * Over the oracle one is enough at this probability, which leaves more of the 200 ms to stop in for the way: of recorded speech two first windows in three reach it, of
 * coughs, knocks and keys none a tenth of it. With less voice than {@link BLIP_MS}, which are two, it was nothing after {@link BLIP_QUIET_MS}.
 */
const SURE_VOICE = 0.6;
const BLIP_MS = 64;
const BLIP_QUIET_MS = 64;
/** Sound before the onset that belongs to it: a soft consonant, in windows of 32 ms. */
const LEAD_WINDOWS = 9;
/** A silence in which it is worth finding out what was said, in ms: shorter ones are within words. */
const PAUSE_MS = 96;
/** The turn detector wants to hear this much silence, in ms, and looks no further back than eight seconds. */
const DETECTOR_QUIET_MS = 190;
const DETECTOR_LOOKS_BACK_MS = 8_000;
const FINISHED = 0.5;
/** After a word like "mhm" the oracle waits for more, in ms. */
const BACKCHANNEL_QUIET_MS = 300;
/** A voice of which nothing is understood for this long, in ms, is none. */
const NOT_UNDERSTOOD_MS = 1_600;
/**
 * With less voice than this, in ms, what is understood in the middle of it does not say that the user wants the turn: of half an "okay", which some draw out for 0.8 s,
 * the recogniser makes "I will tell you". The oracle is silent meanwhile, and the next pause tells.
 */
const MEANT_UNDER_WAY_MS = 1_100;
/** With less voice than this, in ms, it may be a sign of listening that was not understood as one. */
const SIGN_MAX_MS = 1_100;
/** What is at least e^−5 times as likely to be a sign of listening as what was understood is taken for one: signs are found at 0 to 5, commands from 6 on, but for very few (decision 0038). */
const SIGN_BEHIND_MAX = 5;
/** Of less voice than this, in ms, nobody expects an answer. */
const WORD_MIN_MS = 250;
/** So many words tell an echo while it is still heard. */
const ECHO_MIN_WORDS = 3;
/** A longer utterance is taken down at the next pause of this length, in ms: recognising it again and again would cost ever more. */
const LONG_UTTERANCE_MS = 10_000;
const TAKE_DOWN_QUIET_MS = 400;
/** Nobody speaks for so long without any pause, in ms, but a television does: as much is taken down as is understood, and the sound is let go. */
const UTTERANCE_MAX_MS = 30_000;

/**
 * Listens to the user: tells speech from noise, from the oracle's own echo and from signs of listening, finds out what is said while it is said, and when the turn is over.
 * Holds the oracle's voice as soon as somebody speaks over it, and lets it go on when nothing was meant by it.
 */
export class TurnListener {
  readonly #options: TurnListenerOptions;
  readonly #backchannels: ReadonlySet<string>;
  readonly #transcriber: Transcriber;
  readonly #lead: Float32Array[] = [];
  #voiceWindows = 0;
  #onsetAt = 0;
  #stretch: Stretch | undefined;
  /** A noise goes on that was taken for a voice: it has to end before another is believed. */
  #isNoise = false;

  constructor(options: TurnListenerOptions) {
    this.#options = options;
    this.#backchannels = backchannelSet(options.rules.backchannels);
    this.#transcriber = new Transcriber(options.recogniser, options.clock, (text) => this.#onInterim(text));
  }

  /** The user is speaking, or was a moment ago. */
  get isHearing(): boolean {
    return this.#stretch !== undefined;
  }

  /** The next window of sound. */
  hear({ samples, probability }: EarWindow): void {
    const { clock, ownVoice } = this.#options;
    const now = clock.now();
    const isVoice = probability >= (this.#voiceWindows > 0 ? VOICE_GOES_ON : VOICE_BEGINS);
    if (!isVoice) this.#isNoise = false;
    if (isVoice && this.#voiceWindows === 0) this.#onsetAt = now - toMs(samples);
    this.#voiceWindows = isVoice ? this.#voiceWindows + 1 : 0;
    ownVoice.heard(samples, isVoice);
    const stretch = this.#stretch ?? this.#beginning(samples, probability);
    if (stretch === undefined) return;
    stretch.utterance.add(samples, isVoice, now);
    if (isVoice) this.#goesOn(stretch);
    else this.#pauses(stretch);
  }

  /** Forgets what is being said: nobody is listened to any more, or somebody else is. */
  reset(): void {
    this.#transcriber.reset();
    this.#lead.length = 0;
    this.#voiceWindows = 0;
    if (this.#stretch !== undefined) this.#drop(this.#stretch, { wasEcho: false });
  }

  /** Begins a stretch when it is time to. Until then the sound is kept. */
  #beginning(samples: Float32Array, probability: number): Stretch | undefined {
    const { oracle, ownVoice, events } = this.#options;
    const isSure = this.#voiceWindows >= ONSET_WINDOWS || (probability >= SURE_VOICE && oracle.isBusy);
    const isVoice = this.#voiceWindows > 0 && isSure && !this.#isNoise;
    if (!isVoice || ownVoice.isEcho) {
      this.#lead.push(samples);
      if (this.#lead.length > LEAD_WINDOWS) this.#lead.shift();
      return undefined;
    }
    const utterance = new Utterance(this.#onsetAt);
    const lead = this.#lead.splice(0);
    for (const [i, window] of lead.entries()) {
      utterance.add(window, i >= lead.length - (this.#voiceWindows - 1), this.#onsetAt);
    }
    const isOverOracle = oracle.isBusy;
    const stretch = beginStretch(utterance, { isOverOracle, mayBeEcho: ownVoice.mayEcho });
    this.#stretch = stretch;
    this.#transcriber.reset();
    // Before anything else: this is what the user waits for.
    if (isOverOracle) oracle.hold();
    ownVoice.userSpeaks();
    events.begun(utterance.startedAt);
    return stretch;
  }

  #goesOn(stretch: Stretch): void {
    const { utterance } = stretch;
    stretch.found = undefined;
    stretch.isFinished = undefined;
    stretch.isFinding = false;
    stretch.isAsking = false;
    if (utterance.lengthMs >= UTTERANCE_MAX_MS) return this.#cut(stretch);
    this.#transcriber.grow(utterance.samples, () => utterance.pcm());
  }

  #pauses(stretch: Stretch): void {
    const { utterance } = stretch;
    const { quietMs } = utterance;
    const isBlip = stretch.isOverOracle && stretch.taken === '' && utterance.voicedMs < BLIP_MS;
    if (isBlip && quietMs >= BLIP_QUIET_MS) {
      this.#lead.push(...utterance.last(LEAD_WINDOWS));
      return this.#drop(stretch, { wasEcho: false });
    }
    if (quietMs >= PAUSE_MS && !stretch.isFinding) void this.#findWords(stretch);
    if (quietMs >= DETECTOR_QUIET_MS && !stretch.isAsking) void this.#askDetector(stretch);
    this.#judge(stretch);
  }

  async #findWords(stretch: Stretch): Promise<void> {
    const { utterance } = stretch;
    const { clock, rules, log } = this.#options;
    const { speechEnd } = utterance;
    stretch.isFinding = true;
    const mayBeSign = !stretch.isMeant && utterance.voicedMs < SIGN_MAX_MS;
    let heard: Recognised;
    try {
      heard = await this.#transcriber.settle(utterance.pcm(), speechEnd, mayBeSign ? rules.backchannels : undefined);
    } catch (cause) {
      if (this.#stretch !== stretch || utterance.speechEnd !== speechEnd) return;
      log.warn('speech was not recognised', { code: codeOf(cause) });
      this.#drop(stretch, { wasEcho: false });
      if (stretch.isMeant && utterance.voicedMs >= WORD_MIN_MS) this.#options.events.notHeard();
      return;
    }
    // More was said meanwhile: that is looked at in its turn.
    if (this.#stretch !== stretch || stretch.utterance !== utterance || utterance.speechEnd !== speechEnd) return;
    const { text, rival } = heard;
    const sign = rival !== undefined && rival.behind <= SIGN_BEHIND_MAX ? rival.text : undefined;
    stretch.found = { text, sign, at: clock.now() };
    this.#judge(stretch);
  }

  async #askDetector(stretch: Stretch): Promise<void> {
    const { turnDetector, log } = this.#options;
    const { utterance } = stretch;
    const { speechEnd } = utterance;
    stretch.isAsking = true;
    let isFinished = true;
    try {
      const completion = await turnDetector?.completion(utterance.pcm(DETECTOR_LOOKS_BACK_MS));
      isFinished = completion === undefined || completion >= FINISHED;
    } catch (cause) {
      log.warn('the turn detector failed', { code: codeOf(cause) });
    }
    if (this.#stretch !== stretch || stretch.utterance !== utterance || utterance.speechEnd !== speechEnd) return;
    stretch.isFinished = isFinished;
    this.#judge(stretch);
  }

  /** The user is silent: decides what that means, as soon as enough is known for it. */
  #judge(stretch: Stretch): void {
    const { found, utterance } = stretch;
    if (found === undefined || this.#stretch !== stretch) return;
    const { oracle, rules, events } = this.#options;
    const { quietMs } = utterance;
    if (!stretch.isMeant) {
      const understood = this.#senseOf(stretch, found.text);
      const sense = understood === 'words' && found.sign !== undefined ? 'backchannel' : understood;
      if (sense === 'words') this.#means(stretch);
      else if (sense === 'echo' || sense === 'noise')
        return this.#drop(stretch, { wasEcho: sense === 'echo' && isTelling(found.text) });
      else if (!oracle.isEnding) {
        if (quietMs >= BACKCHANNEL_QUIET_MS) this.#drop(stretch, { wasEcho: false });
        return;
      } else this.#means(stretch);
    }
    const text = textOf(stretch, found.sign ?? found.text);
    if (text === '') return this.#drop(stretch, { wasEcho: false });
    if (!stretch.isOverOracle && this.#senseOf(stretch, text) === 'echo') return this.#drop(stretch, { wasEcho: true });
    const end = endOf(stretch, text);
    if (stretch.likely !== text) {
      stretch.likely = text;
      this.#tellInterim(stretch, text);
      // Who has not finished the sentence changes the question.
      if (end !== 'open') events.likely(text);
    }
    const { isFinished: soundsFinished } = stretch;
    if (soundsFinished !== undefined && quietMs >= silenceNeededMs({ soundsFinished, end }, rules))
      return this.#over(stretch, text, found.at);
    if (quietMs >= TAKE_DOWN_QUIET_MS && utterance.lengthMs > LONG_UTTERANCE_MS) this.#takeDown(stretch, text);
  }

  /** No pause comes: what was not understood in all this time was no speech. */
  #cut(stretch: Stretch): void {
    const text = textOf(stretch, stretch.heard);
    if (text === '' || !stretch.isMeant) {
      this.#isNoise = true;
      return this.#drop(stretch, { wasEcho: false });
    }
    this.#takeDown(stretch, text);
  }

  #onInterim(text: string): void {
    const stretch = this.#stretch;
    if (stretch === undefined) return;
    stretch.heard = text;
    const { utterance } = stretch;
    const sense = this.#senseOf(stretch, text);
    if (!stretch.isMeant) {
      if (sense === 'words' && utterance.voicedMs >= MEANT_UNDER_WAY_MS) this.#means(stretch);
      else if ((sense === 'echo' && isTelling(text)) || (sense === 'noise' && utterance.lengthMs > NOT_UNDERSTOOD_MS)) {
        this.#isNoise = true;
        return this.#drop(stretch, { wasEcho: sense === 'echo' });
      }
    }
    if (stretch.isMeant && (sense === 'words' || sense === 'backchannel'))
      this.#tellInterim(stretch, textOf(stretch, text));
  }

  #tellInterim(stretch: Stretch, text: string): void {
    if (stretch.told === text) return;
    stretch.told = text;
    this.#options.events.interim(text);
  }

  #senseOf({ utterance, mayBeEcho }: Stretch, text: string): 'words' | 'backchannel' | 'echo' | 'noise' {
    const { oracle } = this.#options;
    if (isMadeUp(text, utterance.voicedMs)) return 'noise';
    if (mayBeEcho && isEchoOf(text, oracle.lately)) return 'echo';
    return isBackchannel(text, this.#backchannels) ? 'backchannel' : 'words';
  }

  #means(stretch: Stretch): void {
    stretch.isMeant = true;
    this.#options.events.interrupted();
  }

  #takeDown(stretch: Stretch, text: string): void {
    stretch.taken = text;
    stretch.utterance = new Utterance(stretch.utterance.stoppedAt);
    stretch.found = undefined;
    stretch.heard = '';
    this.#transcriber.reset();
  }

  #over(stretch: Stretch, text: string, recognisedAt: number): void {
    const { stoppedAt } = stretch.utterance;
    this.#end(stretch, { wasEcho: false });
    this.#options.events.turn({ text, stoppedAt, recognisedAt });
  }

  #drop(stretch: Stretch, how: { readonly wasEcho: boolean }): void {
    this.#end(stretch, how);
    this.#options.events.dropped();
  }

  #end({ isOverOracle }: Stretch, how: { readonly wasEcho: boolean }): void {
    const { oracle, ownVoice } = this.#options;
    this.#stretch = undefined;
    this.#transcriber.reset();
    ownVoice.userSilent(how);
    if (isOverOracle) oracle.release();
  }
}

/** Two small words are in every sentence: they neither end what somebody is saying, nor teach what an echo sounds like. */
const isTelling = (text: string): boolean => wordsOf(text).length >= ECHO_MIN_WORDS;

const toMs = (samples: Float32Array): number => samples.length / 16;
