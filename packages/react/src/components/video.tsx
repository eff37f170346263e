'use client';

import type { LocalTrack, OracleCall } from '@oracle-calls/sdk';
import { useEffect, useRef, type ComponentPropsWithoutRef, type ReactNode } from 'react';
import { useLocalTrack, useRemoteTrack } from '../hooks/use-call-facts.ts';
import type { Labels } from '../labels/labels.ts';
import { useLabels } from '../labels/use-labels.ts';

interface VideoProps extends Omit<ComponentPropsWithoutRef<'video'>, 'children' | 'muted' | 'src'> {
  readonly labels?: Partial<Labels>;
}

export interface TrackVideoProps extends Omit<VideoProps, 'labels'> {
  readonly track: MediaStreamTrack | undefined;
}

/** Shows a track while there is one. Always silent: the SDK plays the oracle's sound, and nobody wants to hear themselves. */
export function TrackVideo({ track, ...attributes }: TrackVideoProps): ReactNode {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current;
    if (video === null || track === undefined) return undefined;
    video.srcObject = new MediaStream([track]);
    return () => {
      video.srcObject = null;
    };
  }, [track]);
  return <video {...attributes} ref={element} muted autoPlay playsInline />;
}

export interface OracleVideoProps extends VideoProps {
  readonly call?: OracleCall;
}

/** The oracle's picture. Nothing until it sends one. */
export function OracleVideo({ call, labels, ...attributes }: OracleVideoProps): ReactNode {
  const words = useLabels(labels);
  const track = useRemoteTrack('video', call);
  if (track === undefined) return null;
  return <TrackVideo aria-label={words.oracleVideo} {...attributes} track={track.mediaStreamTrack} />;
}

export interface OwnVideoProps extends VideoProps {
  readonly call?: OracleCall;
  /** The camera when absent. */
  readonly source?: Exclude<LocalTrack['source'], 'microphone'>;
  /** A track to show in place of the call's, such as that of a look before a call. */
  readonly track?: Pick<LocalTrack, 'mediaStreamTrack'> | undefined;
}

/** What this side sends to see. Nothing while it sends none. `data-source` lets a style mirror the camera, and only that. */
export function OwnVideo({ call, source = 'camera', track, labels, ...attributes }: OwnVideoProps): ReactNode {
  const words = useLabels(labels);
  const own = useLocalTrack(source, call);
  const shown = track ?? own;
  if (shown === undefined) return null;
  const label = source === 'screen' ? words.ownScreen : words.ownVideo;
  return <TrackVideo aria-label={label} data-source={source} {...attributes} track={shown.mediaStreamTrack} />;
}
