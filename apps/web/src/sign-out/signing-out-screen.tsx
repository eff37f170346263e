import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import type { SigningOutState } from '../app/app-state.ts';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { Card } from '../controls/card.tsx';

/** While somebody signs out: what has to be saved first, and what is lost when it cannot be. */
export function SigningOutScreen({ state: { step } }: { readonly state: SigningOutState }) {
  const app = useApp();
  const { t } = useTranslation('signOut');
  return (
    <Card title={t('title')}>
      {step === 'unsaved' ? (
        <>
          <Banner tone="danger" face="keys-unsaved">
            {t('unsaved')}
          </Banner>
          <Button look="primary" onClick={() => app.staySignedIn()}>
            {t('stay')}
          </Button>
          <Button look="danger" onClick={() => void app.signOutUnsaved()}>
            {t('anyway')}
          </Button>
        </>
      ) : (
        <>
          <p role="status" className="lead">
            {t(step)}
          </p>
          {step === 'saving' && (
            <Button look="link" onClick={() => app.staySignedIn()}>
              {t('stay')}
            </Button>
          )}
        </>
      )}
    </Card>
  );
}
