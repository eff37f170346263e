import { TIMELINE_STAGES, type TimelineMs } from '@oracle-calls/protocol';
import { element } from './element.ts';
import { STAGE_LABELS } from './sentences.ts';

export interface TimelineView {
  readonly root: HTMLElement;
  show(timeline: TimelineMs): void;
}

/** What happened when, in a table that a person can open. */
export function createTimelineView(): TimelineView {
  const body = element('tbody');
  const table = element(
    'table',
    {},
    element('caption', { class: 'hidden' }, 'Milliseconds since Call was clicked'),
    element(
      'thead',
      { class: 'hidden' },
      element('tr', {}, element('th', { scope: 'col' }, 'Stage'), element('th', { scope: 'col' }, 'Time')),
    ),
    body,
  );
  const root = element('details', { class: 'timeline', hidden: true }, element('summary', {}, 'Timeline'), table);
  return {
    root,
    show(timeline) {
      const rows = TIMELINE_STAGES.flatMap((stage) => {
        const ms = timeline[stage];
        return ms === undefined ? [] : [{ stage, ms }];
      }).toSorted((one, other) => one.ms - other.ms);
      root.hidden = rows.length === 0;
      body.replaceChildren(
        ...rows.map(({ stage, ms }) =>
          element(
            'tr',
            { 'data-stage': stage },
            element('th', { scope: 'row' }, STAGE_LABELS[stage]),
            element('td', {}, formatMs(ms)),
          ),
        ),
      );
    },
  };
}

/** Milliseconds while they can be read, then seconds. */
export function formatMs(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms).toLocaleString('en')} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
