import { useTranslation } from 'react-i18next';

const BARS = { good: 3, fair: 2, poor: 1 } as const;

/** How good the connection is: bars to see, words to hear. */
export function QualityBars({ quality }: { readonly quality: keyof typeof BARS }) {
  const { t } = useTranslation('call');
  const words = t(`quality.${quality}`);
  return (
    <span className="quality" role="img" aria-label={words} title={words} data-quality={quality}>
      {[1, 2, 3].map((bar) => (
        <span key={bar} data-lit={bar <= BARS[quality] || undefined} />
      ))}
    </span>
  );
}
