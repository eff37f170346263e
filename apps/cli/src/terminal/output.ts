/** Where a command writes. Results go to `out`, progress and complaints to `error`; neither gets a line break of its own. */
export interface Output {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Whether `out` is a terminal that shows colours, and the user has not declined them (`NO_COLOR`). */
  readonly hasColour?: boolean | undefined;
  /** Of the terminal; {@link TEXT_COLUMNS} where there is none. */
  readonly columns?: number | undefined;
}

/** Columns that every page of text keeps to: what a terminal has when nobody made it wider. */
export const TEXT_COLUMNS = 80;

/** The one document of `--json`. */
export const jsonLine = (value: unknown): string => `${JSON.stringify(value)}\n`;
