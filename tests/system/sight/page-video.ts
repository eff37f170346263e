import type { Page } from 'playwright-core';

/** What the page shows of the oracle at this moment. */
export interface ShownPicture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of the middle and of a corner. */
  readonly middle: readonly number[];
  readonly corner: readonly number[];
  /** The same number for the same pixels. */
  readonly digest: number;
}

/** `undefined` while nothing of the oracle's picture is shown. */
export function shownPicture(page: Page): Promise<ShownPicture | undefined> {
  return page.evaluate(() => {
    const video = document.querySelector<HTMLVideoElement>('video.oracle-video');
    if (video === null || video.videoWidth === 0) return undefined;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    const context = canvas.getContext('2d');
    if (context === null) return undefined;
    context.drawImage(video, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const at = (x: number, y: number): number[] => [
      ...data.subarray((y * canvas.width + x) * 4, (y * canvas.width + x) * 4 + 3),
    ];
    let digest = 0;
    for (const part of data) digest = (Math.imul(digest, 31) + part) | 0;
    const middle = at(canvas.width >> 1, canvas.height >> 1);
    return { width: canvas.width, height: canvas.height, middle, corner: at(4, 4), digest };
  });
}
