import { availableParallelism } from 'node:os';
import { InferenceSession } from 'onnxruntime-node';

/** Two threads are where these small models stop getting faster; a busy call machine has no more to give anyway. */
const MAX_THREADS = 2;

/** Opens an ONNX model for short runs in a thread of its own. */
export function openOnnx(path: string): Promise<InferenceSession> {
  return InferenceSession.create(path, {
    intraOpNumThreads: Math.min(MAX_THREADS, availableParallelism()),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Idle threads must sleep: by default they spin, and the media's own threads pay for it.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}
