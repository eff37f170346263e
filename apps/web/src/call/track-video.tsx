import { useEffect, useRef, type ComponentProps } from 'react';

export interface TrackVideoProps extends Omit<ComponentProps<'video'>, 'src' | 'muted' | 'children'> {
  readonly track: MediaStreamTrack | undefined;
}

/** Shows a track. Always silent: the SDK plays the oracle's sound. */
export function TrackVideo({ track, ...rest }: TrackVideoProps) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current;
    if (video === null || track === undefined) return undefined;
    video.srcObject = new MediaStream([track]);
    return () => {
      video.srcObject = null;
    };
  }, [track]);
  return <video {...rest} ref={element} muted autoPlay playsInline />;
}
