/**
 * Runs inside the page before its own scripts: gives the page a microphone that a script speaks into, and records what the
 * page plays. Self-contained: it is handed to the browser as text. Chromium's own fake microphone starts with
 * `getUserMedia`, loops and serves one page, so it cannot hold a conversation.
 */
export interface PageEars {
  /** Plays samples into the microphone; resolves when they are over with `performance.now()` of the last one. */
  speak(samplesBase64: string, sampleRate: number): Promise<number>;
  /** Everything heard from `sinceMs` (`performance.now()`) on: 16 kHz mono, Float32 little-endian, base64. */
  heardSince(sinceMs: number): string;
  /** How much of what the page plays its microphone picks up: 0 with headphones, near 1 with loud speakers. */
  setEcho(gain: number): void;
  /** `performance.now()` of the first and last audible 10 ms at or after `sinceMs`. */
  audibleSince(sinceMs: number): { readonly firstMs?: number; readonly lastMs?: number };
  /** When something could be heard since then: from first to last audible 10 ms, with no silence of `gapMs` in between. */
  audibleStretches(sinceMs: number, gapMs: number): readonly Stretch[];
  /** Drops what was heard before, for calls that last. */
  forgetBefore(ms: number): void;
}

/** In `performance.now()`. */
export interface Stretch {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Rate of what is recorded, in Hz: what the recogniser takes. */
export const EARS_SAMPLE_RATE = 16_000;

export interface PageEarsOptions {
  readonly sampleRate: number;
  /** Root mean square from which a block counts as audible; speech is ten times louder, comfort noise ten times softer. */
  readonly audibleLevel: number;
}

interface AudioTrackProcessor {
  readonly readable: ReadableStream<AudioData>;
}

declare global {
  /** Chromium's; the DOM's types have it in workers only. https://w3c.github.io/mediacapture-transform/ */
  var MediaStreamTrackProcessor: new (init: { readonly track: MediaStreamTrack }) => AudioTrackProcessor;
}

export function installPageEars({ sampleRate, audibleLevel }: PageEarsOptions): void {
  const toBase64 = (bytes: Uint8Array): string => {
    let text = '';
    for (let at = 0; at < bytes.length; at += 0x8000) {
      text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    }
    return btoa(text);
  };
  const fromBase64 = (text: string): Float32Array<ArrayBuffer> => {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return new Float32Array(bytes.buffer);
  };

  let mouth: { context: AudioContext; destination: MediaStreamAudioDestinationNode } | undefined;
  const openMouth = (): NonNullable<typeof mouth> => {
    if (mouth === undefined) {
      const context = new AudioContext({ sampleRate: 48_000 });
      const destination = context.createMediaStreamDestination();
      // A microphone in a quiet room gives silence; a destination that nothing is connected to gives nothing at all.
      const silence = new ConstantSourceNode(context, { offset: 0 });
      silence.connect(destination);
      silence.start();
      mouth = { context, destination };
    }
    return mouth;
  };

  const devices = navigator.mediaDevices;
  const realGetUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints): Promise<MediaStream> => {
    const stream = new MediaStream();
    if (constraints?.audio !== undefined && constraints.audio !== false) {
      for (const track of openMouth().destination.stream.getAudioTracks()) stream.addTrack(track.clone());
    }
    if (constraints?.video !== undefined && constraints.video !== false) {
      const camera = await realGetUserMedia({ video: constraints.video });
      for (const track of camera.getVideoTracks()) stream.addTrack(track);
    }
    return stream;
  };

  interface Block {
    readonly atMs: number;
    readonly samples: Float32Array;
    readonly isAudible: boolean;
  }
  let blocks: Block[] = [];
  let echo: GainNode | undefined;
  /** What plays right now. */
  const playing = new Set<MediaStream>();
  /** Made with the first echo: the microphone's context runs for as long as the page, and would keep every stream, and its call, as long. */
  const openEcho = (gain: number): GainNode => {
    const { context, destination } = openMouth();
    const node = new GainNode(context, { gain });
    node.connect(destination);
    for (const stream of playing) context.createMediaStreamSource(stream).connect(node);
    return node;
  };
  const listenTo = async (stream: MediaStream): Promise<void> => {
    if (stream.getAudioTracks().length === 0) return;
    // Chromium keeps the source of a stream, and all that the stream came by, for as long as the context runs.
    const ear = new AudioContext({ sampleRate });
    const bent = ear.createMediaStreamDestination();
    ear.createMediaStreamSource(stream).connect(bent);
    playing.add(stream);
    if (echo !== undefined) openMouth().context.createMediaStreamSource(stream).connect(echo);
    const [track] = bent.stream.getAudioTracks();
    if (track === undefined) return;
    // No worklet: its script would have to come from a URL that the page's Content-Security-Policy allows.
    const { readable } = new MediaStreamTrackProcessor({ track });
    // Blocks are stamped where they are made, on a clock of their own; a page that is busy reads them late, the earliest reading tells the offset.
    let offsetMs = Infinity;
    for await (const data of readable) {
      // A call that is over is let go, with its connection; else whoever counts what is left of calls would count these ears.
      if (stream.getAudioTracks().every(({ readyState }) => readyState === 'ended')) {
        data.close();
        playing.delete(stream);
        track.stop();
        await ear.close();
        return;
      }
      const stampedMs = data.timestamp / 1000;
      offsetMs = Math.min(offsetMs, performance.now() - stampedMs);
      const samples = new Float32Array(data.numberOfFrames);
      data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
      data.close();
      let energy = 0;
      for (const sample of samples) energy += sample * sample;
      const isAudible = Math.sqrt(energy / samples.length) > audibleLevel;
      blocks.push({ atMs: stampedMs + offsetMs, samples, isAudible });
    }
  };

  // What the page plays is what it gives to a media element.
  const own = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  const heard = new WeakSet<MediaStream>();
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    configurable: true,
    get(this: HTMLMediaElement): MediaProvider | null {
      return own?.get?.call(this) as MediaProvider | null;
    },
    set(this: HTMLMediaElement, value: MediaProvider | null) {
      own?.set?.call(this, value);
      if (value instanceof MediaStream && !this.muted && !heard.has(value)) {
        heard.add(value);
        void listenTo(value);
        value.onaddtrack = (): void => void listenTo(value);
      }
    },
  });

  const ears: PageEars = {
    async speak(samplesBase64, rate) {
      const { context, destination } = openMouth();
      const samples = fromBase64(samplesBase64);
      const buffer = context.createBuffer(1, samples.length, rate);
      buffer.copyToChannel(samples, 0);
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(destination);
      // Scheduled, so that the end is known to the sample whenever the page hears of it.
      const aheadMs = 60;
      const startsMs = performance.now() + aheadMs;
      await new Promise<void>((resolve) => {
        source.onended = (): void => resolve();
        source.start(context.currentTime + aheadMs / 1000);
      });
      return startsMs + buffer.duration * 1000;
    },
    setEcho(gain) {
      echo ??= openEcho(gain);
      echo.gain.value = gain;
    },
    heardSince(sinceMs) {
      const wanted = blocks.filter(({ atMs }) => atMs >= sinceMs);
      const all = new Float32Array(wanted.reduce((total, { samples }) => total + samples.length, 0));
      let at = 0;
      for (const { samples } of wanted) {
        all.set(samples, at);
        at += samples.length;
      }
      return toBase64(new Uint8Array(all.buffer));
    },
    audibleSince(sinceMs) {
      const audible = blocks.filter(({ atMs, isAudible }) => isAudible && atMs >= sinceMs);
      const first = audible.at(0);
      const last = audible.at(-1);
      return first === undefined || last === undefined ? {} : { firstMs: first.atMs, lastMs: last.atMs };
    },
    audibleStretches(sinceMs, gapMs) {
      const stretches: { firstMs: number; lastMs: number }[] = [];
      for (const { atMs, isAudible } of blocks) {
        if (!isAudible || atMs < sinceMs) continue;
        const last = stretches.at(-1);
        if (last !== undefined && atMs - last.lastMs < gapMs) last.lastMs = atMs;
        else stretches.push({ firstMs: atMs, lastMs: atMs });
      }
      return stretches;
    },
    forgetBefore(ms) {
      blocks = blocks.filter(({ atMs }) => atMs >= ms);
    },
  };
  Object.defineProperty(globalThis, 'pageEars', { value: ears });
}
