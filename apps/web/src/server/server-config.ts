import * as v from 'valibot';
import { pageConfigSchema } from '../page-config.ts';

/** `web.json`: unknown fields are refused, so that a typo is noticed. No test user: that is for development stacks. */
export const webServerConfigSchema = v.strictObject({
  listen: v.strictObject({
    host: v.pipe(v.string(), v.minLength(1)),
    port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
  }),
  /** A build of the page, made by `build.ts`; without it the page is built at the first start, which needs a folder to write to. */
  folder: v.optional(v.pipe(v.string(), v.minLength(1))),
  /** Served as `/config.json`. */
  page: v.strictObject(v.omit(pageConfigSchema, ['testUser']).entries),
});
