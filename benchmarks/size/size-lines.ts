import type { BuiltSizes } from './built-sizes.ts';
import { SDK_BUDGET_GZ_BYTES } from './sdk-size.ts';

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

/** The sizes for people, at most 80 columns wide. */
export function sizeLines({ sdk, react }: BuiltSizes): string[] {
  const { gzBytes, livekitGzBytes, gzBytesOverUsedLivekit, usedLivekitGzBytes, workerGzBytes, lazyChunks, bleeds } =
    sdk;
  const lazy = lazyChunks.reduce((total, chunk) => total + chunk.gzBytes, 0);
  return [
    `SDK over livekit-client   ${kilobytes(gzBytes)} gz (budget ${kilobytes(SDK_BUDGET_GZ_BYTES)})`,
    `SDK over its used parts   ${kilobytes(gzBytesOverUsedLivekit)} gz`,
    `livekit-client            ${kilobytes(livekitGzBytes)} gz (used parts ${kilobytes(usedLivekitGzBytes)})`,
    `frame worker              ${kilobytes(workerGzBytes)} gz`,
    `loaded when needed        ${kilobytes(lazy)} gz in ${lazyChunks.length} chunks`,
    `hooks and components      ${kilobytes(react.gzBytes)} gz (one call's state ${kilobytes(react.minimalGzBytes)})`,
    ...(bleeds.length === 0 ? [] : [`in the page, although it must not be: ${bleeds.join(', ')}`]),
  ];
}
