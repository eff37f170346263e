/** Name of the header that carries a trace context (W3C Trace Context, section 3.2). */
export const TRACEPARENT = 'traceparent';

/** Where in which trace something happens. Both ids are random and say nothing about who calls whom. */
export interface TraceContext {
  /** 16 bytes in lower-case hex, not all zero. */
  readonly traceId: string;
  /** 8 bytes in lower-case hex, not all zero. */
  readonly spanId: string;
  /** Whether its sender may have recorded it. From a stranger it is a wish, no order. */
  readonly isSampled: boolean;
}

/** Version 00 only, exactly as section 3.2.2 writes it: whatever else there may be one day is not taken on trust. */
const FORM = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const ALL_ZERO = /^0+$/;

const randomHex = (bytes: number): string => {
  const drawn = crypto.getRandomValues(new Uint8Array(bytes));
  const hex = Array.from(drawn, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return ALL_ZERO.test(hex) ? randomHex(bytes) : hex;
};

export const createTraceId = (): string => randomHex(16);
export const createSpanId = (): string => randomHex(8);

/** A trace that nobody records yet. */
export const createTraceContext = (): TraceContext => ({
  traceId: createTraceId(),
  spanId: createSpanId(),
  isSampled: false,
});

/** Reads a `traceparent` header, strictly; `undefined` for whatever is not one. */
export function parseTraceparent(text: string | null | undefined): TraceContext | undefined {
  const [, traceId, spanId, flags] = FORM.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (ALL_ZERO.test(traceId) || ALL_ZERO.test(spanId)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceparent({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}
