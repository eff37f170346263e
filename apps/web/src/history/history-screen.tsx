import { useCallHistory } from '@oracle-calls/react';
import { systemClock } from '@oracle-calls/protocol';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Screen } from '../app/screen.tsx';
import { Button } from '../controls/button.tsx';
import { TextField } from '../controls/text-field.tsx';
import { FailureFace } from '../faces/failure-face.tsx';
import { shortNameOf } from '../oracles/oracle-name.ts';
import type { ShelvedOracle } from '../oracles/oracle-shelf.ts';
import { PastCallList } from './past-call-list.tsx';

export interface HistoryScreenProps {
  readonly oracles: readonly ShelvedOracle[];
  readonly chosenDid: string;
  readonly onChoose: (oracleDid: string) => void;
}

/** Calls of the past with one oracle: each oracle's service remembers its own. */
export function HistoryScreen({ oracles, chosenDid, onChoose }: HistoryScreenProps) {
  const { t } = useTranslation('history');
  const [search, setSearch] = useState('');
  const words = search.trim();
  const past = useCallHistory({ oracleDid: chosenDid, search: words === '' ? undefined : words });
  const { calls, status, error, hasMore } = past;
  const isLoading = status === 'loading' || status === 'idle';
  return (
    <Screen name="history" title={t('title')}>
      <div className="history-head">
        {oracles.length > 1 && (
          <label className="field">
            <span>{t('oracle')}</span>
            <select value={chosenDid} onChange={({ target }) => onChoose(target.value)}>
              {oracles.map((oracle) => (
                <option key={oracle.oracleDid} value={oracle.oracleDid}>
                  {shortNameOf(oracle)}
                </option>
              ))}
            </select>
          </label>
        )}
        <TextField
          type="search"
          label={t('search')}
          hint={t('searchHint')}
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
      </div>
      <p role="status" className="quiet history-status">
        {isLoading && t('loading')}
        {status === 'ready' && calls.length === 0 && t(words === '' ? 'empty' : 'notFound')}
      </p>
      {status === 'failed' && error !== undefined && (
        <FailureFace code={error.code} actions={{ again: () => void past.reload(), wait: undefined }} />
      )}
      <div aria-busy={isLoading}>
        <PastCallList calls={calls} now={systemClock.now()} />
      </div>
      {hasMore && (
        <Button disabled={status === 'more'} onClick={() => void past.loadMore()}>
          {t('more')}
        </Button>
      )}
    </Screen>
  );
}
