import type { ComponentProps } from 'react';
import { Icon } from './icon.tsx';
import type { IconName } from './icons.ts';

export interface RoundButtonProps extends Omit<ComponentProps<'button'>, 'className' | 'children' | 'type'> {
  /** What it does, for everybody: read aloud, and shown beside the drawing on hover. */
  readonly label: string;
  readonly icon: IconName;
  readonly look?: 'plain' | 'danger' | 'primary' | undefined;
}

/** A round button of a call's bar: a drawing whose words are read aloud. */
export function RoundButton({ label, icon, look = 'plain', ...rest }: RoundButtonProps) {
  return (
    <button {...rest} type="button" className="round-button" data-look={look} aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}
