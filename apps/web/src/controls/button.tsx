import type { ComponentProps, ReactNode } from 'react';
import { Icon } from './icon.tsx';
import type { IconName } from './icons.ts';

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'> {
  readonly look?: 'primary' | 'secondary' | 'danger' | 'safe' | 'link' | undefined;
  readonly isSmall?: boolean | undefined;
  readonly icon?: IconName | undefined;
  readonly children: ReactNode;
}

/** A button with words, and a drawing before them where it helps. */
export function Button({ look = 'secondary', isSmall = false, icon, children, type = 'button', ...rest }: ButtonProps) {
  return (
    <button {...rest} type={type} className="button" data-look={look} data-small={isSmall || undefined}>
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}
