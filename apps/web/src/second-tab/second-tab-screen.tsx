import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import type { ElsewhereState } from '../app/app-state.ts';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { Card } from '../controls/card.tsx';

/** The account is open in another tab: one of them can have it. */
export function SecondTabScreen({ state: { isAsking, problem } }: { readonly state: ElsewhereState }) {
  const app = useApp();
  const { t } = useTranslation('secondTab');
  const isInCall = problem === 'in-call';
  return (
    <Card title={t('title')} lead={t('lead')}>
      {problem !== undefined && (
        <Banner tone={isInCall ? 'notice' : 'danger'} face={`second-tab-${problem}`}>
          {t(problem)}
        </Banner>
      )}
      <Button
        look={isInCall ? 'danger' : 'primary'}
        disabled={isAsking}
        onClick={() => void app.takeOver({ endsCall: isInCall })}
      >
        {t(isAsking ? 'asking' : isInCall ? 'endCall' : 'useHere')}
      </Button>
      <p className="quiet" data-face="second-tab">
        {t('nothing')}
      </p>
    </Card>
  );
}
