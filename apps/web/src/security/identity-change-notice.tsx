import { useTranslation } from 'react-i18next';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';

export interface IdentityChangeNoticeProps {
  readonly oracleDid: string;
  readonly onAccept: () => void;
}

/** Asks a person about an oracle whose Matrix account has a new identity. Nothing is sent to it until they decide. */
export function IdentityChangeNotice({ oracleDid, onAccept }: IdentityChangeNoticeProps) {
  const { t } = useTranslation('security');
  const accept = (
    <Button isSmall onClick={onAccept}>
      {t('identityChange.accept')}
    </Button>
  );
  return (
    <Banner tone="danger" face="identity-changed" actions={accept}>
      <p>{t('identityChange.warning')}</p>
      <code dir="ltr">{oracleDid}</code>
    </Banner>
  );
}
