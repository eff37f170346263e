import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { InferenceSession } from 'onnxruntime-node';

/** Two threads are where these small models stop getting faster; a busy call machine has no more to give anyway. */
const MAX_THREADS = 2;

const OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: Math.min(MAX_THREADS, availableParallelism()),
  interOpNumThreads: 1,
  executionMode: 'sequential',
  // Idle threads must sleep: by default they spin, and the media's own threads pay for it.
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};

/** Opens an ONNX model for short runs in a thread of its own. */
export function openOnnx(path: string): Promise<InferenceSession> {
  return InferenceSession.create(path, OPTIONS);
}

/**
 * Opens an ONNX model with one more output: a value of floats that it computes inside anyway, by its name. A model is a protobuf message, and
 * whoever reads one merges the fields of what follows into what came before, so a graph with nothing but that output is put behind it.
 */
export async function openOnnxWith(path: string, innerValue: string): Promise<InferenceSession> {
  // Fields of onnx.proto: ModelProto.graph 7, GraphProto.output 12, ValueInfoProto.name 1 and .type 2, TypeProto.tensor_type 1, .elem_type 1 = FLOAT.
  const floats = field(2, field(1, Buffer.from([0x08, 0x01])));
  const addition = field(7, field(12, Buffer.concat([field(1, Buffer.from(innerValue)), floats])));
  return InferenceSession.create(Buffer.concat([await readFile(path), addition]), OPTIONS);
}

/** A field of protobuf's length-delimited kind; none here needs more than one byte of length. */
function field(number: number, content: Buffer): Buffer {
  if (content.length > 127) throw new RangeError('the name is too long');
  return Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
}
