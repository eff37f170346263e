/** Draws the web app's icons from its SVG, in real Chromium: `node scripts/write-app-icons.ts`. The pictures are committed. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launchChromium } from '../dev/caller/chromium.ts';
import { ensureChromium } from '../dev/toolchain/chromium.ts';

const FOLDER = fileURLToPath(new URL('../apps/web/public/icons/', import.meta.url));

interface Drawing {
  readonly file: string;
  readonly sizePx: number;
  /** Share of the side that the drawing takes. A launcher cuts a maskable icon to a circle of 80 % (W3C, "Web Application Manifest"). */
  readonly share: number;
  /** Behind the drawing; nothing when absent. */
  readonly ground: string | undefined;
}

/** The circle of the SVG, to its edges. */
const ACCENT = '#4f46e5';
const DRAWINGS: readonly Drawing[] = [
  { file: 'icon-192.png', sizePx: 192, share: 1, ground: undefined },
  { file: 'icon-512.png', sizePx: 512, share: 1, ground: undefined },
  { file: 'icon-maskable-512.png', sizePx: 512, share: 0.8, ground: ACCENT },
  // iOS rounds the corners itself and shows black where there is nothing.
  { file: 'icon-180.png', sizePx: 180, share: 0.9, ground: ACCENT },
];

const svg = await readFile(`${FOLDER}icon.svg`, 'utf8');
const browser = await launchChromium(await ensureChromium());
try {
  for (const { file, sizePx, share, ground } of DRAWINGS) {
    const page = await browser.newPage({ viewport: { width: sizePx, height: sizePx } });
    const drawnPx = Math.round(sizePx * share);
    await page.setContent(
      `<body style="margin:0;display:grid;place-items:center;height:100vh;background:${ground ?? 'transparent'}">
        <div style="width:${drawnPx}px;height:${drawnPx}px">${svg}</div>`,
    );
    await writeFile(FOLDER + file, await page.screenshot({ omitBackground: true }));
    await page.close();
    console.log(file);
  }
} finally {
  await browser.close();
}
