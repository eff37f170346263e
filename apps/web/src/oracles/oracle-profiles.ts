/** What a homeserver says of an account. Nobody else confirms it. */
export interface OracleProfile {
  readonly name: string | undefined;
  /** A picture as a `data:` URL. */
  readonly picture: string | undefined;
}

/** What profiles need of a Matrix client. */
export interface ProfileSource {
  getProfileInfo(userId: string): Promise<{ readonly displayname?: string; readonly avatar_url?: string }>;
  mxcUrlToHttp(
    mxcUrl: string,
    width: number,
    height: number,
    resizeMethod: string,
    allowDirectLinks: boolean,
    allowRedirects: boolean,
    useAuthentication: boolean,
  ): string | null;
  getAccessToken(): string | null;
}

/** Twice the size of the largest picture on the page, in pixels. */
const PICTURE_SIZE = 192;
/** A thumbnail is a tenth of this. */
const PICTURE_MAX_BYTES = 512 * 1_024;
/** Names that are longer say more than a name. */
const NAME_MAX_LENGTH = 64;
/** Drawn, never run: SVG is not among them. */
const PICTURE_TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);

/** Controls, and characters that turn the direction of what stands beside them: a name could otherwise pose as more than a name. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Names and pictures of accounts, asked for once in a page's life. */
export class OracleProfiles {
  readonly #source: ProfileSource;
  readonly #fetch: typeof fetch;
  readonly #known = new Map<string, Promise<OracleProfile>>();

  constructor(source: ProfileSource, fetchPicture: typeof fetch = (...asked) => fetch(...asked)) {
    this.#source = source;
    this.#fetch = fetchPicture;
  }

  /** Never fails: who has no profile, or whose homeserver is away, has neither name nor picture. */
  read(userId: string): Promise<OracleProfile> {
    const known = this.#known.get(userId);
    if (known !== undefined) return known;
    const read = this.#read(userId).catch(() => {
      this.#known.delete(userId);
      return { name: undefined, picture: undefined };
    });
    this.#known.set(userId, read);
    return read;
  }

  async #read(userId: string): Promise<OracleProfile> {
    const { displayname, avatar_url: mxcUrl } = await this.#source.getProfileInfo(userId);
    const name = typeof displayname === 'string' ? displayname.replaceAll(UNPRINTABLE, '').trim() : '';
    return {
      name: name === '' ? undefined : name.slice(0, NAME_MAX_LENGTH),
      picture: typeof mxcUrl === 'string' ? await this.#picture(mxcUrl).catch(() => undefined) : undefined,
    };
  }

  /** Homeservers give media to those who are signed in (Matrix spec 1.11, "Content repository"), so an image element cannot ask by itself. */
  async #picture(mxcUrl: string): Promise<string | undefined> {
    const url = this.#source.mxcUrlToHttp(mxcUrl, PICTURE_SIZE, PICTURE_SIZE, 'crop', false, true, true);
    const accessToken = this.#source.getAccessToken();
    if (url === null || accessToken === null) return undefined;
    const headers = new Headers();
    headers.set('authorization', ['Bearer', accessToken].join(' '));
    const response = await this.#fetch(url, { headers });
    const picture = await response.blob();
    const isPicture = response.ok && PICTURE_TYPES.has(picture.type) && picture.size <= PICTURE_MAX_BYTES;
    return isPicture ? toDataUrl(picture) : undefined;
  }
}

async function toDataUrl(picture: Blob): Promise<string> {
  const bytes = new Uint8Array(await picture.arrayBuffer());
  const text = Array.from(bytes, (byte) => String.fromCodePoint(byte)).join('');
  return `data:${picture.type};base64,${btoa(text)}`;
}
