import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../controls/button.tsx';
import { TextField } from '../controls/text-field.tsx';
import { ErrorBanner } from '../faces/error-banner.tsx';
import type { Oracles } from './oracle-desk.ts';

export interface FindOracleProps {
  readonly search: Oracles['search'];
  /** True when the oracle was found. */
  readonly onFind: (text: string) => Promise<boolean>;
}

/** Finds an oracle by its DID or its Matrix id. */
export function FindOracle({ search, onFind }: FindOracleProps) {
  const { t } = useTranslation('oracles');
  const [text, setText] = useState('');
  const submit = async (): Promise<void> => {
    if (text.trim() !== '' && (await onFind(text))) setText('');
  };
  return (
    <form
      className="stack"
      aria-busy={search.isBusy}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextField
        label={t('find.field')}
        hint={t('find.hint')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        dir="ltr"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      {search.errorCode !== undefined && <ErrorBanner code={search.errorCode} />}
      <div className="row">
        <Button type="submit" icon="search" disabled={search.isBusy}>
          {t('find.find')}
        </Button>
        <span role="status" className="quiet">
          {search.isBusy && t('find.busy')}
        </span>
      </div>
    </form>
  );
}
