/** One line of a Markdown table: what stands in its cells, by the heading of the column. */
export type TableRow = ReadonlyMap<string, string>;

export type Status = 'defended' | 'planned';

export interface AttackRow {
  readonly attack: string;
  readonly defence: string;
  /** Names of tests, as their source has them. */
  readonly tests: readonly string[];
  /** Models of `formal/`, without `.vp`. */
  readonly models: readonly string[];
  readonly status: Status;
}

export interface Weakness {
  readonly id: string;
  readonly cells: readonly string[];
}

const WEAKNESS_COLUMNS = ['attack', 'who can do it', 'why accepted', 'what would end it'];

/** Every table of a Markdown page, as its rows. */
export function readTables(page: string): TableRow[][] {
  const tables: TableRow[][] = [];
  let headings: readonly string[] | undefined;
  for (const line of page.split('\n')) {
    if (!line.startsWith('|')) headings = undefined;
    else if (headings === undefined) {
      headings = cellsOf(line);
      tables.push([]);
    } else if (!/^[|:\s-]+$/.test(line)) {
      const cells = cellsOf(line);
      if (cells.length !== headings.length) throw new TypeError(`A row does not fit its table: ${line}`);
      tables.at(-1)?.push(new Map(headings.map((heading, index) => [heading, cells[index] ?? ''])));
    }
  }
  return tables;
}

/**
 * The rows of all tables that have a status.
 *
 * @throws {TypeError} for a row whose status is none
 */
export function readAttacks(page: string): AttackRow[] {
  const rows = readTables(page)
    .flat()
    .filter((row) => row.has('status'));
  return rows.map((row) => {
    const cell = (name: string): string => row.get(name) ?? '';
    const status = cell('status');
    if (status !== 'defended' && status !== 'planned') throw new TypeError(`No status: ${cell('attack')}`);
    const [tests, models] = [codeSpans(cell('tests')), codeSpans(cell('models'))];
    return { attack: cell('attack'), defence: cell('defence'), tests, models, status };
  });
}

/** The open weaknesses, in the order of the page. */
export function readWeaknesses(page: string): Weakness[] {
  const rows = readTables(page)
    .flat()
    .filter((row) => row.has('what would end it'));
  return rows.map((row) => ({ id: row.get('id') ?? '', cells: WEAKNESS_COLUMNS.map((name) => row.get(name) ?? '') }));
}

/** The relative targets of a page's links, without what follows `#`. */
export function localLinks(page: string): string[] {
  const targets = page.matchAll(/\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g).map(([, target = '']) => target);
  return [...targets].filter((target) => !/^[a-z]+:/.test(target));
}

/** A cell may hold `\|`. */
function cellsOf(line: string): string[] {
  const cells = line.replace(/^\|/, '').split(/(?<!\\)\|/);
  return cells.slice(0, -1).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function codeSpans(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g).map(([, text = '']) => text)];
}
