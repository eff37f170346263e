import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { AppFacts, FirstScreenFigures } from './app-facts.ts';
import { axeViolations } from './axe.ts';
import { takePicture, takePictures } from './displays.ts';

/** A face is there as soon as the failure is known; on a busy machine the page needs a moment to show it. */
const FACE_MAX_MS = 10_000;

/** What one test has to tell: pictures, what axe finds, and failures that the page showed. */
export class AppRecorder {
  readonly #facts: AppFacts;

  constructor(facts: AppFacts) {
    this.#facts = facts;
  }

  /** Looks at the page with axe, and fails when it finds something. */
  async axe(page: Page, where: string): Promise<void> {
    const found = await axeViolations(page, where);
    this.#facts.axeViolations.push(...found);
    expect(found, `axe on "${where}"`).toEqual([]);
  }

  /** Keeps pictures of the page: phone and wide, light and dark. */
  async pictures(page: Page, name: string): Promise<void> {
    this.#facts.screenshots.push(...(await takePictures(page, name)));
  }

  /**
   * Waits for the element by which the page tells a person of a failure, and counts it as shown: seen, clean for axe, with a
   * picture on a phone. `name` is in kebab case and names the failure, not the element.
   */
  async face(page: Page, name: string, element: Locator, maxMs = FACE_MAX_MS): Promise<void> {
    await element.waitFor({ state: 'visible', timeout: maxMs });
    this.#facts.failureFaces.push(name);
    this.#facts.screenshots.push(await takePicture(page, `face-${name}`, 'phone', 'light', element));
    await this.axe(page, `face ${name}`);
  }

  firstScreen(figures: FirstScreenFigures): void {
    this.#facts.firstScreen = figures;
  }
}
