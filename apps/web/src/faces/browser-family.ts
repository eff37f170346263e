/** Browsers whose settings are found in different places. */
export type BrowserFamily = 'chromium' | 'firefox' | 'safari' | 'other';

/** By the user agent: only words hang on it. Every browser on an iPhone is Safari inside, and asks in its place. */
export function browserFamilyOf(userAgent: string): BrowserFamily {
  if (/iPhone|iPad/.test(userAgent)) return 'safari';
  if (/Firefox\//.test(userAgent)) return 'firefox';
  if (/Chrom(?:e|ium)\//.test(userAgent)) return 'chromium';
  return /Safari\//.test(userAgent) ? 'safari' : 'other';
}
