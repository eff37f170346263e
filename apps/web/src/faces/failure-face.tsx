import type { ErrorCode } from '@oracle-calls/protocol';
import { useTranslation } from 'react-i18next';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { adviceEnglish } from './advice.en.ts';
import { errorText } from './error-text.ts';
import { remedyOf, type Remedy } from './remedies.ts';

export interface FailureFaceProps {
  readonly code: ErrorCode;
  /** What can be done here. A remedy without an action has no button. */
  readonly actions: { readonly [K in Exclude<Remedy, 'decide' | 'none'>]?: (() => void) | undefined };
}

type Advised = Exclude<keyof typeof adviceEnglish, 'actions'>;
const isAdvised = (code: string): code is Advised => code in adviceEnglish && code !== 'actions';

/** What went wrong, what to do about it, and the button that does it. */
export function FailureFace({ code, actions }: FailureFaceProps) {
  const { t } = useTranslation(['advice', 'errors', 'app']);
  const remedy = remedyOf(code);
  const act = remedy === 'decide' || remedy === 'none' ? undefined : actions[remedy];
  const words: Record<Exclude<Remedy, 'decide' | 'none'>, string> = {
    wait: t('actions.wait'),
    choose: t('actions.choose'),
    reload: t('actions.reload'),
    again: t('app:tryAgain'),
    'sign-out': t('app:signOut'),
  };
  return (
    <Banner
      tone="danger"
      face={code}
      actions={
        act === undefined || remedy === 'decide' || remedy === 'none' ? undefined : (
          <Button isSmall onClick={act}>
            {words[remedy]}
          </Button>
        )
      }
    >
      <p>{t(`errors:${errorText(code)}`)}</p>
      {isAdvised(code) && <p className="quiet">{t(code)}</p>}
    </Banner>
  );
}
