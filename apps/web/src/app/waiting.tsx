import { useTranslation } from 'react-i18next';

/** While a part of the page is on its way. */
export function Waiting() {
  const { t } = useTranslation('app');
  return (
    <main className="waiting">
      <h1 className="unseen">{t('name')}</h1>
      <p role="status" className="lead">
        {t('loading')}
      </p>
    </main>
  );
}
