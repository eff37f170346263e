import type { AudioGraph } from '../media/audio-graph.ts';
import type { Speaker } from '../media/speaker.ts';

/** Two notes of a chord, one after the other, so that they are not taken for a fault of the machine; in hertz. */
const NOTES_HZ = [523, 659] as const;
const NOTE_S = 0.3;
const LOUDNESS = 0.3;

/**
 * Resolves when the sound is over. It is made here and given to an element as a stream: no file beside the application, and nothing that a
 * content security policy would have to allow.
 */
export async function playTestSound(audioGraph: Pick<AudioGraph, 'open'>, speaker: Speaker): Promise<void> {
  const context = audioGraph.open();
  const destination = context.createMediaStreamDestination();
  const startAt = context.currentTime;
  const notes = NOTES_HZ.map((frequency, index) => {
    const from = startAt + index * NOTE_S;
    const note = new OscillatorNode(context, { frequency });
    const swell = new GainNode(context, { gain: 0 });
    // Swells and dies away, so that nothing clicks.
    swell.gain.setValueCurveAtTime([0, LOUDNESS, 0], from, NOTE_S);
    note.connect(swell).connect(destination);
    note.start(from);
    note.stop(from + NOTE_S);
    return new Promise<void>((resolve) => {
      note.onended = () => resolve();
    });
  });
  const element = new Audio();
  element.srcObject = destination.stream;
  speaker.add(element);
  try {
    await element.play();
    await Promise.all(notes);
  } finally {
    speaker.elements.delete(element);
    element.pause();
    element.srcObject = null;
  }
}
