import { TransformStream } from 'node:stream/web';
import type { ReadableStream } from 'node:stream/web';
import { FlushSentinel, type llm } from '@livekit/agents';

/** Marks pieces of an answer after which nothing may come for a while: the framework waits for more words before it speaks the last sentence. */
const MARK = 'oracleCallsSaidAtOnce';

type Piece = llm.ChatChunk | string | typeof FlushSentinel;

/** A whole sentence within an answer that is spoken without waiting for what comes next. */
export const saidAtOnce = (id: string, text: string): llm.ChatChunk => ({
  id,
  delta: { role: 'assistant', content: `${text.trim()} `, extra: { [MARK]: true } },
});

/** Has marked pieces spoken where they stand. */
export function speakMarkedAtOnce(pieces: ReadableStream<Piece>): ReadableStream<Piece> {
  return pieces.pipeThrough(
    new TransformStream<Piece, Piece>({
      transform(piece, controller) {
        controller.enqueue(piece);
        if (typeof piece === 'object' && piece.delta?.extra?.[MARK] === true) controller.enqueue(FlushSentinel);
      },
    }),
  );
}
