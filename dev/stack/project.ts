import { dirname, join, resolve } from 'node:path';

/** The checkout's root. */
export const PROJECT_ROOT = dirname(dirname(import.meta.dirname));

/** Where a stack keeps its state when nobody names another folder; git ignores it. */
export const DEFAULT_STATE_DIR = join(PROJECT_ROOT, '.oracle-calls');

/** The oracle of a stack that names no other. */
export const GUIDE_FILE = join(PROJECT_ROOT, 'dev/guide/oracle.ts');

/** A path as somebody typed it: npm runs scripts in the project's root, and says where it was started. */
export const typedPath = (path: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
