import { mkdir, writeFile } from 'node:fs/promises';
import { CONFIG_SCHEMAS_FOLDER, configSchemas } from './config-schemas.ts';

const root = new URL('../', import.meta.url);
await mkdir(new URL(CONFIG_SCHEMAS_FOLDER, root), { recursive: true });
for (const [file, text] of await configSchemas()) await writeFile(new URL(file, root), text);
