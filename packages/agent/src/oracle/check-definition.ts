import { dirname, resolve } from 'node:path';
import { OracleCallError } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { AVATAR_MAX_SIDE } from '../avatar/avatar.ts';
import type { Avatar } from '../avatar/avatar.ts';
import { memoryOptionSchema } from '../memory/memory-settings.ts';
import type { Tool } from '../tools/tool.ts';
import { enginePlaceSchema } from '@oracle-calls/protocol/hearing';
import { brainSettingsSchema } from './brain-settings.ts';
import type { BrainSettings } from './brain-settings.ts';
import { turnSettingsSchema } from './turn-settings.ts';
import type { OracleDefinition, OwnBrain } from './define-oracle.ts';

const textSchema = v.pipe(v.string(), v.trim(), v.nonEmpty('is empty'));
const isFunction = (value: unknown): boolean => typeof value === 'function';

const ownBrainSchema = v.custom<OwnBrain>(
  (value) => v.is(v.object({ kind: v.literal('own'), place: enginePlaceSchema, open: v.custom(isFunction) }), value),
  'is a brain of yours without its place or without open(kit)',
);

const brainSchema = v.union([brainSettingsSchema, ownBrainSchema], (issue) => {
  const kind = v.is(v.object({ kind: v.string() }), issue.input) ? issue.input.kind : undefined;
  const known: readonly string[] = [...brainSettingsSchema.options.map(({ entries }) => entries.kind.literal), 'own'];
  if (kind === undefined || !known.includes(kind)) return `has no kind out of ${known.join(', ')}`;
  const issues = issue.issues?.map((one) => [v.getDotPath(one), one.message].filter(Boolean).join(': ')) ?? [];
  return `of the kind ${kind} is not right: ${issues.join('; ')}`;
});

const toolSchema = v.custom<Tool>(
  (value) =>
    v.is(
      v.object({
        name: v.string(),
        description: v.string(),
        parameters: v.object({ '~standard': v.object({}) }),
        // 'yes' is no yes here, and must not be a no either: that tool would run unasked.
        needsApproval: v.optional(v.boolean()),
        isLookup: v.optional(v.boolean()),
        run: v.custom(isFunction),
      }),
      value,
    ),
  'is no tool: defineTool({ name, description, parameters, run })',
);

const avatarSideSchema = v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(AVATAR_MAX_SIDE));
const avatarSchema = v.custom<Avatar | 'none'>(
  (value) =>
    value === 'none' ||
    v.is(v.object({ width: avatarSideSchema, height: avatarSideSchema, draw: v.custom(isFunction) }), value),
  `is neither 'none' nor { width, height, draw(frame, moment) } with sides of 16 to ${AVATAR_MAX_SIDE} pixels`,
);

// Every field of the definition has to stand here: TypeScript says so when one is missing.
const FIELDS = {
  instructions: textSchema,
  apology: v.optional(textSchema),
  voice: v.optional(textSchema),
  brain: v.optional(brainSchema),
  tools: v.optional(v.array(toolSchema)),
  documents: v.optional(v.union([textSchema, v.instance(URL)], 'is neither a path nor a URL')),
  pictures: v.optional(enginePlaceSchema),
  avatar: v.optional(avatarSchema),
  turns: v.optional(turnSettingsSchema),
  memory: v.optional(memoryOptionSchema),
  onCall: v.optional(v.custom<OracleDefinition['onCall']>(isFunction, 'is no function')),
} satisfies Readonly<Record<keyof OracleDefinition, v.GenericSchema>>;

const definitionSchema = v.strictObject(FIELDS);

const isDefinition = (value: unknown): value is OracleDefinition => v.is(definitionSchema, value);

/**
 * The oracle that a file exports. Authors of JavaScript have nobody else who tells them of a slip. Relative paths in it are seen from the file.
 *
 * @throws {OracleCallError} `ERR_CONFIG_INVALID`, with what is wrong
 */
export function checkDefinition(exported: unknown, file: string): OracleDefinition {
  if (exported === undefined) {
    throw new OracleCallError(
      'ERR_CONFIG_INVALID',
      `${file} exports no oracle: export const oracle = defineOracle({ … }).`,
    );
  }
  if (!isDefinition(exported)) {
    const { issues = [] } = v.safeParse(definitionSchema, exported);
    const problems = issues.map(describeIssue).join('; ');
    throw new OracleCallError('ERR_CONFIG_INVALID', `The oracle of ${file} is not right: ${problems}.`);
  }
  const inFolder = (path: string): string => resolve(dirname(file), path);
  const { documents, brain, avatar } = exported;
  return {
    ...exported,
    // Of the author's object, whatever it is an instance of.
    ...(exported.onCall === undefined ? {} : { onCall: (call) => exported.onCall?.(call) }),
    ...(typeof avatar === 'object' ? { avatar: ownAvatar(avatar) } : {}),
    ...(typeof documents === 'string' ? { documents: inFolder(documents) } : {}),
    ...(brain === undefined ? {} : { brain: withPaths(brain, inFolder) }),
  };
}

/** Of the author's object, as above. */
const ownAvatar = (avatar: Avatar): Avatar => ({
  width: avatar.width,
  height: avatar.height,
  draw: (frame, moment) => avatar.draw(frame, moment),
});

function withPaths(brain: BrainSettings | OwnBrain, inFolder: (path: string) => string): BrainSettings | OwnBrain {
  if ((brain.kind === 'chat' || brain.kind === 'realtime') && brain.apiKeyFile !== undefined) {
    return { ...brain, apiKeyFile: inFolder(brain.apiKeyFile) };
  }
  return brain.kind === 'webhook' ? { ...brain, secretFile: inFolder(brain.secretFile) } : brain;
}

function describeIssue(issue: v.InferIssue<typeof definitionSchema>): string {
  const path = v.getDotPath(issue) ?? 'it';
  if (issue.type === 'strict_object') {
    return issue.expected === 'never' ? `${path} is no field of an oracle` : `${path} is missing`;
  }
  return `${path} ${/^(?:is|has|of) /.test(issue.message) ? issue.message : `is not right: ${issue.message}`}`;
}
