import type { Socket } from 'node:net';
import { OracleCallError } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { encodeFrame, FrameReader } from './frames.ts';

export interface WireEvents<In> {
  readonly onMessage: (message: In) => void;
  /** Once, however it ended. */
  readonly onClosed: () => void;
}

/** One end of the connection between a job and the speech host: messages of one kind in, of another out. */
export class Wire<In, Out> {
  readonly #socket: Socket;
  #isClosed = false;

  /** Whatever comes in and is not of `schema` ends the connection: then the other end is broken, or is not ours. */
  constructor(socket: Socket, schema: v.GenericSchema<unknown, In>, { onMessage, onClosed }: WireEvents<In>) {
    this.#socket = socket;
    const reader = new FrameReader();
    socket.on('data', (piece) => {
      try {
        for (const message of reader.push(piece)) onMessage(v.parse(schema, message));
      } catch {
        this.close();
      }
    });
    // The close event follows, and is what counts.
    socket.on('error', () => this.close());
    socket.once('close', () => {
      this.#isClosed = true;
      socket.removeAllListeners('data');
      onClosed();
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** @throws {OracleCallError} `ERR_UPSTREAM_SPEECH` when the connection is gone, `ERR_PROTOCOL_TOO_LARGE` */
  send(message: Out): void {
    if (this.#isClosed) throw new OracleCallError('ERR_UPSTREAM_SPEECH');
    this.#socket.write(encodeFrame(message));
  }

  /** Idempotent. What was not sent yet is lost. */
  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }
}
