import { isDeepStrictEqual } from 'node:util';
import { ARGUMENTS_MAX_LENGTH, QUESTION_MAX_LENGTH } from '@oracle-calls/protocol/data-frame';
import { ToolFailure } from './tool.ts';
import type { Tool } from './tool.ts';

/**
 * What a user is shown of a tool's arguments, which is what the tool is then run with: not the object that the schema made, which somebody could still
 * change, but the shown text, read again.
 */
export class ShownArguments {
  readonly text: string;

  /** @throws {ToolFailure} when text cannot say all of it, or a screen cannot show it: nothing is shown in part */
  constructor({ name }: Pick<Tool, 'name'>, value: unknown) {
    const text = textOf(value);
    if (text === undefined || !isDeepStrictEqual(JSON.parse(text), value)) {
      throw new ToolFailure(`The arguments of ${name} are more than JSON can say, so the user cannot be asked.`);
    }
    if (text.length > ARGUMENTS_MAX_LENGTH) {
      throw new ToolFailure('The arguments are too long to be shown to the user. Use shorter ones.');
    }
    this.text = text;
  }

  /** A new value each time. */
  get value(): unknown {
    return JSON.parse(this.text);
  }
}

function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // A bigint, or a circle.
    return undefined;
  }
}

/** @throws {TypeError} when the user would be asked in more words than a screen shows */
export function checkApprovalText({ name, description, needsApproval, approval }: Tool): void {
  const text = approval?.text ?? description;
  if (needsApproval !== true || (text !== '' && text.length <= QUESTION_MAX_LENGTH)) return;
  throw new TypeError(`${name}: give approval.text, at most ${QUESTION_MAX_LENGTH} characters for the user to read`);
}
