import { OracleCallError } from './errors/oracle-call-error.ts';

/** A bearer secret in text form (a token, an API key) that does not print. `expose` it only into a header. */
export class BearerSecret {
  readonly #text: string;
  readonly #label: string;

  constructor(text: string, label: string) {
    if (text === '') throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${label} is empty.`);
    this.#text = text;
    this.#label = label;
  }

  expose(): string {
    return this.#text;
  }

  toString(): string {
    return `[BearerSecret ${this.#label}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
