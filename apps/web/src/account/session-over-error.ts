/** The homeserver does not know this session any more. */
export class SessionOverError extends Error {
  override readonly name = 'SessionOverError';
  /** The device is still there, with its keys: signing in again goes on where it was (Matrix spec, "Soft logout"). */
  readonly isSoft: boolean;

  constructor(isSoft: boolean) {
    super('The homeserver has ended this session.');
    this.isSoft = isSoft;
  }
}
