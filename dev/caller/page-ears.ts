/**
 * Runs inside the page before its own scripts: gives the page a microphone that a script speaks into, and records what the
 * page plays. Self-contained: it is handed to the browser as text. Chromium's own fake microphone starts with
 * `getUserMedia`, loops and serves one page, so it cannot hold a conversation.
 */
export interface PageEars {
  /** Plays samples into the microphone; resolves with `performance.now()` of the last sample. */
  speak(samplesBase64: string, sampleRate: number): Promise<number>;
  /** Everything heard from `sinceMs` (`performance.now()`) on: 16 kHz mono, Float32 little-endian, base64. */
  heardSince(sinceMs: number): string;
  /** `performance.now()` of the first and last audible 20 ms at or after `sinceMs`. */
  audibleSince(sinceMs: number): { readonly firstMs?: number; readonly lastMs?: number };
}

/** Rate of what is recorded, in Hz: what the recogniser takes. */
export const EARS_SAMPLE_RATE = 16_000;

export interface PageEarsOptions {
  readonly sampleRate: number;
  /** Root mean square from which a block counts as audible; speech is ten times louder, comfort noise ten times softer. */
  readonly audibleLevel: number;
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
  const blocks: Block[] = [];
  let ear: Promise<AudioContext> | undefined;
  const openEar = (): Promise<AudioContext> => {
    ear ??= (async () => {
      const context = new AudioContext({ sampleRate });
      const worklet = `registerProcessor('ear', class extends AudioWorkletProcessor {
        process([input]) { if (input[0]) this.port.postMessage(input[0].slice()); return true; }
      });`;
      await context.audioWorklet.addModule(URL.createObjectURL(new Blob([worklet], { type: 'text/javascript' })));
      return context;
    })();
    return ear;
  };
  const listenTo = async (stream: MediaStream): Promise<void> => {
    if (stream.getAudioTracks().length === 0) return;
    const context = await openEar();
    const node = new AudioWorkletNode(context, 'ear');
    node.port.onmessage = ({ data }: MessageEvent<Float32Array>): void => {
      let energy = 0;
      for (const sample of data) energy += sample * sample;
      const isAudible = Math.sqrt(energy / data.length) > audibleLevel;
      blocks.push({ atMs: performance.now(), samples: data, isAudible });
    };
    context.createMediaStreamSource(stream).connect(node);
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
      await new Promise<void>((resolve) => {
        source.onended = (): void => resolve();
        source.start();
      });
      return performance.now();
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
  };
  Object.defineProperty(globalThis, 'pageEars', { value: ears });
}
