'use client';

import type { OracleCallError } from '@oracle-calls/protocol';
import type { PastCall } from '@oracle-calls/sdk';
import { useId, useState, type ReactNode } from 'react';
import { useCallHistory } from '../hooks/use-call-history.ts';
import { useLabels } from '../labels/use-labels.ts';
import { ActionButton } from './action-button.tsx';
import { clockText } from './call-status.tsx';
import type { PartProps } from './part-props.ts';

export interface CallHistoryListProps extends PartProps {
  readonly oracleDid: string | undefined;
  /** Calls per page. */
  readonly limit?: number | undefined;
  /** BCP 47 tag for dates; the browser's when absent. */
  readonly locale?: string | undefined;
  /** A person asks for a call's transcript. Without it there is no button. */
  readonly onSelect?: ((call: PastCall) => void) | undefined;
  readonly onError?: ((error: OracleCallError) => void) | undefined;
}

/** Past calls with one oracle, with a search, page by page. */
export function CallHistoryList({
  oracleDid,
  limit,
  locale,
  className,
  labels,
  onSelect,
  onError,
}: CallHistoryListProps): ReactNode {
  const words = useLabels(labels);
  const [search, setSearch] = useState('');
  const { calls, status, error, hasMore, loadMore, reload, remove } = useCallHistory({ oracleDid, search, limit });
  const field = useId();
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const isBusy = status === 'loading' || status === 'more';
  return (
    <section className={className} aria-label={words.history} aria-busy={isBusy} data-state={status}>
      <label htmlFor={field}>{words.searchHistory}</label>
      <input
        id={field}
        type="search"
        dir="auto"
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      <p role="status">
        {isBusy && words.loading}
        {status === 'ready' && calls.length === 0 && words.noHistory}
        {status === 'failed' && error?.message}
      </p>
      <ol>
        {calls.map((call) => {
          const when = dates.format(call.startedAt);
          const { callId, startedAt, endedAt, type } = call;
          return (
            <li key={callId} data-state={call.status} data-type={type}>
              <time dateTime={new Date(startedAt).toISOString()}>{when}</time>{' '}
              <span data-part="type">{words.callTypes[type]}</span>{' '}
              <span data-part="length" dir="ltr">
                {endedAt === undefined
                  ? words.callStatuses[call.status]
                  : clockText(secondsBetween(startedAt, endedAt))}
              </span>
              {onSelect !== undefined && (
                <button type="button" aria-label={`${words.showTranscript}, ${when}`} onClick={() => onSelect(call)}>
                  {words.showTranscript}
                </button>
              )}
              <ActionButton
                label={words.removeCall}
                aria-label={`${words.removeCall}, ${when}`}
                data-action="remove"
                disabled={call.status !== 'ended'}
                onError={onError}
                act={() => remove(call)}
              />
            </li>
          );
        })}
      </ol>
      {status === 'failed' && (
        <button type="button" onClick={() => void reload()}>
          {words.retry}
        </button>
      )}
      {hasMore && (
        <button type="button" disabled={isBusy} onClick={() => void loadMore()}>
          {words.loadMore}
        </button>
      )}
    </section>
  );
}

const secondsBetween = (startedAt: number, endedAt: number): number =>
  Math.max(0, Math.round((endedAt - startedAt) / 1_000));
