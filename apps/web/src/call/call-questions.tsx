import type { OracleCallError } from '@oracle-calls/protocol';
import { Questions, useQuestions } from '@oracle-calls/react';
import { useTranslation } from 'react-i18next';
import './call-questions.css';

export interface CallQuestionsProps {
  readonly onError: (error: OracleCallError) => void;
}

/** What the oracle asks by touch, over whatever is looked at during the call. */
export function CallQuestions({ onError }: CallQuestionsProps) {
  const { t, i18n } = useTranslation('call');
  const { questions } = useQuestions();
  if (questions.length === 0) return null;
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <aside className="call-questions" aria-label={t('questions.title')}>
      <Questions
        className="question"
        labels={{
          approval: t('questions.approval'),
          approvalDetails: t('questions.details'),
          noDetails: t('questions.noDetails'),
          allow: t('questions.allow'),
          dontAllow: t('questions.dontAllow'),
          secondsLeft: (seconds) => t('questions.secondsLeft', { seconds: number.format(seconds) }),
        }}
        onError={onError}
      />
    </aside>
  );
}
