import { test as base } from 'vitest';
import { noFacts } from './record/app-facts.ts';
import { AppRecorder } from './record/app-recorder.ts';
import { AppScene } from './scene/app-scene.ts';

export interface AppFixtures {
  /** The stage: one for all tests of a run. Whoever takes something away from it gives it back. */
  readonly scene: AppScene;
  /** What this test tells besides having passed. */
  readonly record: AppRecorder;
}

/** A test of the app. All of them run in one process, one after another, which is why they can share a scene. */
export const test = base.extend<AppFixtures>({
  scene: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture depends on
    async ({}, use) => {
      await using scene = await AppScene.open();
      await use(scene);
    },
    { scope: 'worker' },
  ],
  record: async ({ task }, use) => {
    // A second attempt tells its own story.
    task.meta.appFacts = noFacts();
    await use(new AppRecorder(task.meta.appFacts));
  },
});
