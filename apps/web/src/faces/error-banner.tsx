import type { ErrorCode } from '@oracle-calls/protocol';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Banner } from '../controls/banner.tsx';
import { errorText } from './error-text.ts';

/** What went wrong, in words, with what can be done about it. */
export function ErrorBanner({ code, actions }: { readonly code: ErrorCode; readonly actions?: ReactNode }) {
  const { t } = useTranslation('errors');
  return (
    <Banner tone="danger" face={code} actions={actions}>
      {t(errorText(code))}
    </Banner>
  );
}
