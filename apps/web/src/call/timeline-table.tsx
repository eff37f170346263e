import { TIMELINE_STAGES, type TimelineMs } from '@oracle-calls/protocol';
import { useTranslation } from 'react-i18next';

/** What happened when, in a table that a person can open. */
export function TimelineTable({ timeline }: { readonly timeline: TimelineMs }) {
  const { t, i18n } = useTranslation('call');
  const rows = TIMELINE_STAGES.flatMap((stage) => {
    const ms = timeline[stage];
    return ms === undefined ? [] : [{ stage, ms }];
  }).toSorted((one, other) => one.ms - other.ms);
  if (rows.length === 0) return null;
  return (
    <details className="timeline">
      <summary>{t('timeline.title')}</summary>
      <table>
        <caption className="unseen">{t('timeline.caption')}</caption>
        <thead className="unseen">
          <tr>
            <th scope="col">{t('timeline.stage')}</th>
            <th scope="col">{t('timeline.time')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ stage, ms }) => (
            <tr key={stage} data-stage={stage}>
              <th scope="row">{t(`timeline.stages.${stage}`)}</th>
              <td>{formatMs(ms, i18n.language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** Milliseconds while they can be read, then seconds. */
function formatMs(ms: number, language: string): string {
  const [value, unit] = ms < 10_000 ? [Math.round(ms), 'millisecond'] : [ms / 1_000, 'second'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}
