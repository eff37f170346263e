import { isMatrixUserId, type MatrixUserId } from '@oracle-calls/matrix';
import * as v from 'valibot';

/* Fields that several parts of the configuration have. */

export const textSchema = v.pipe(v.string(), v.minLength(1));
export const httpUrlSchema = v.pipe(
  v.string(),
  v.url('an http or https address'),
  v.regex(/^https?:/i, 'an http or https address'),
);
export const wsUrlSchema = v.pipe(v.string(), v.url('a ws or wss address'), v.regex(/^wss?:/i, 'a ws or wss address'));
export const serverNameSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9.:[\]-]{1,255}$/, 'a server name'));
export const userIdSchema = v.custom<MatrixUserId>(isMatrixUserId, 'a Matrix user id');
