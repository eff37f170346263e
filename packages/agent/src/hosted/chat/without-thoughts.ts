/** What models that think aloud put around it when their server does not take it out: Qwen, DeepSeek and their kin. */
const OPEN = '<think>';
const CLOSE = '</think>';

/** Takes out of an answer, piece by piece, what the model only thought: it is not to be spoken. */
export class ThoughtFilter {
  #held = '';
  #isThinking = false;
  #hasSpoken = false;

  /** What of the text up to here may be said. */
  push(piece: string): string {
    this.#held += piece;
    let said = '';
    for (;;) {
      const mark = this.#isThinking ? CLOSE : OPEN;
      const at = this.#held.indexOf(mark);
      if (at < 0) break;
      if (!this.#isThinking) said += this.#held.slice(0, at);
      this.#held = this.#held.slice(at + mark.length);
      this.#isThinking = !this.#isThinking;
    }
    // The end may be the beginning of a mark.
    const kept = beginningOf(this.#isThinking ? CLOSE : OPEN, this.#held);
    if (!this.#isThinking) said += this.#held.slice(0, this.#held.length - kept);
    this.#held = this.#held.slice(this.#held.length - kept);
    return this.#trimmed(said);
  }

  /** What was held back, once the answer is over. */
  end(): string {
    return this.#trimmed(this.#isThinking ? '' : this.#held);
  }

  /** The empty lines between a thought and the answer are no part of it. */
  #trimmed(text: string): string {
    const said = this.#hasSpoken ? text : text.trimStart();
    this.#hasSpoken ||= said !== '';
    return said;
  }
}

/** How much of `mark` the text ends with. */
function beginningOf(mark: string, text: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}
