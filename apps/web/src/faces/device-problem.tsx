import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Banner } from '../controls/banner.tsx';
import { browserFamilyOf } from './browser-family.ts';
import type { DeviceFace } from './device-face.ts';

export interface DeviceProblemProps {
  readonly face: DeviceFace;
  readonly actions?: ReactNode;
}

/** A device that cannot be used: why, and where this browser lets a person change that. */
export function DeviceProblem({ face, actions }: DeviceProblemProps) {
  return (
    <Banner tone="danger" face={`${face.device}-${face.problem}`} actions={actions}>
      <DeviceProblemText face={face} />
    </Banner>
  );
}

export function DeviceProblemText({ face: { device, problem } }: { readonly face: DeviceFace }) {
  const { t } = useTranslation('callFaces');
  const family = browserFamilyOf(navigator.userAgent);
  return (
    <>
      <p>{t(`device.${device}.${problem}`)}</p>
      {problem === 'denied' && <p>{device === 'screen' ? t('allowScreen') : t(`allow.${family}`)}</p>}
    </>
  );
}
