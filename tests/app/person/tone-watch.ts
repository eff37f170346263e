/**
 * Runs inside the page before its own scripts: counts what is played by oscillators, which nothing but the ringtone and the test
 * sound use. Self-contained: it is handed to the browser as text.
 */
export interface ToneWatch {
  /** Notes that were started. */
  notes(): number;
  /** Whether some context that plays notes is still open. */
  isOn(): boolean;
}

export function installToneWatch(): void {
  let notes = 0;
  const contexts = new Set<BaseAudioContext>();
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its own object
  const { start } = AudioScheduledSourceNode.prototype;
  OscillatorNode.prototype.start = function startNote(this: OscillatorNode, when?: number): void {
    notes++;
    contexts.add(this.context);
    start.call(this, when);
  };
  const watch: ToneWatch = {
    notes: () => notes,
    isOn: () => [...contexts].some(({ state }) => state !== 'closed'),
  };
  Object.defineProperty(globalThis, 'toneWatch', { value: watch });
}
