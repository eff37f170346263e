import { TrackVideo } from '@oracle-calls/react';
import { useRef, useState, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { cornerAt, movedBy, nextCorner, type Corner } from './corner.ts';

/** Farther than this a press is a pull. CSS pixels. */
const PULL = 4;

/** The own camera as others see it, mirrored as people know themselves. A pull, a press or the arrow keys move it to another corner. */
export function SelfView({ track }: { readonly track: MediaStreamTrack | undefined }) {
  const { t } = useTranslation('call');
  const [corner, setCorner] = useState<Corner>({ block: 'start', inline: 'end' });
  const [pull, setPull] = useState<{ readonly x: number; readonly y: number }>();
  const begin = useRef<{ readonly x: number; readonly y: number }>(undefined);
  // The end of a pull is no press.
  const wasPulled = useRef(false);
  const isRightToLeft = (element: Element): boolean => getComputedStyle(element).direction === 'rtl';

  const drop = (event: PointerEvent<HTMLElement>): void => {
    const stage = event.currentTarget.parentElement?.getBoundingClientRect();
    if (pull !== undefined && stage !== undefined) {
      const point = { x: event.clientX - stage.x, y: event.clientY - stage.y };
      setCorner(cornerAt(point, stage, isRightToLeft(event.currentTarget)));
    }
    begin.current = undefined;
    wasPulled.current = pull !== undefined;
    setPull(undefined);
  };
  return (
    <button
      type="button"
      className="self-view"
      aria-label={t('ownVideo')}
      data-block={corner.block}
      data-inline={corner.inline}
      data-pulled={pull === undefined ? undefined : true}
      style={pull === undefined ? undefined : { translate: `${pull.x}px ${pull.y}px` }}
      onKeyDown={(event) => {
        const moved = movedBy(event.key, corner, isRightToLeft(event.currentTarget));
        if (moved === undefined) return;
        event.preventDefault();
        setCorner(moved);
      }}
      onClick={() => {
        if (!wasPulled.current) setCorner(nextCorner(corner));
        wasPulled.current = false;
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        begin.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={({ clientX, clientY }) => {
        if (begin.current === undefined) return;
        const [x, y] = [clientX - begin.current.x, clientY - begin.current.y];
        if (pull !== undefined || Math.hypot(x, y) > PULL) setPull({ x, y });
      }}
      onPointerUp={drop}
      onPointerCancel={drop}
    >
      <TrackVideo track={track} data-source="camera" />
    </button>
  );
}
