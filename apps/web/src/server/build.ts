/** Builds the page into a folder, to be served from elsewhere: `node apps/web/src/server/build.ts DIR`. */
import { resolve } from 'node:path';
import { buildPage } from './page-build.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node apps/web/src/server/build.ts DIR');
  process.exitCode = 2;
} else {
  await buildPage(resolve(folder));
  console.log(resolve(folder));
}
