import { useTranslation } from 'react-i18next';
import type { Difference, ShownKeyChange } from '../call/key-change.ts';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { formatFingerprint } from './security-facts.ts';

/** Asks a person about changed keys. Nothing is called until they decide. */
export function KeyChangeNotice({
  change,
  onAccept,
}: {
  readonly change: ShownKeyChange;
  readonly onAccept: () => void;
}) {
  const { t } = useTranslation('security');
  const isKey = change.differences.some(({ what }) => what === 'key');
  const warning = isKey ? (change.wasVerified ? 'warningCompared' : 'warning') : 'warningAccount';
  const text = (what: Difference['what'], value: string): string => {
    if (value === '') return t('keyChange.unknown');
    return what === 'key' ? formatFingerprint(value) : value;
  };
  const accept = (
    <Button isSmall onClick={onAccept}>
      {t(isKey ? 'keyChange.acceptKey' : 'keyChange.acceptAccount')}
    </Button>
  );
  return (
    <Banner tone="danger" face="key-changed" actions={accept}>
      <p>{t(`keyChange.${warning}`)}</p>
      <dl>
        {change.differences.map(({ what, pinned, shown }) => (
          <div key={what}>
            <dt>{t(what === 'key' ? 'keyChange.knownKey' : 'keyChange.knownAccount')}</dt>
            <dd dir="ltr">{text(what, pinned)}</dd>
            <dt>{t(what === 'key' ? 'keyChange.shownKey' : 'keyChange.shownAccount')}</dt>
            <dd dir="ltr">{text(what, shown)}</dd>
          </div>
        ))}
      </dl>
    </Banner>
  );
}
