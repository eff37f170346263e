/** One rule of axe that a page breaks. */
export interface AxeViolation {
  /** What was looked at: `call, live`. */
  readonly where: string;
  readonly rule: string;
  readonly help: string;
  /** Selectors of the elements. */
  readonly targets: readonly string[];
}

/** What one page costs before somebody can do something with it. */
export interface FirstScreenFigures {
  /** All scripts that had come when the first control was there, each compressed by gzip. */
  readonly initialJsGzBytes: number;
  /** From navigation until the first control was there, in ms. Depends on the machine. */
  readonly firstScreenMs: number;
  /** The same until the last long task after it was over, in ms: from then on the page answers at once. */
  readonly interactiveMs: number;
}

/** What a test of the app tells besides having passed. */
export interface AppFacts {
  readonly axeViolations: AxeViolation[];
  /** Names of the failures that the page showed to a person. */
  readonly failureFaces: string[];
  /** Files, from the project's root. */
  readonly screenshots: string[];
  firstScreen: FirstScreenFigures | undefined;
}

export const noFacts = (): AppFacts => ({
  axeViolations: [],
  failureFaces: [],
  screenshots: [],
  firstScreen: undefined,
});

declare module 'vitest' {
  interface TaskMeta {
    appFacts?: AppFacts;
  }
}
