'use client';

import { toOracleCallError, type OracleCallError } from '@oracle-calls/protocol';
import type { ComponentPropsWithoutRef, ReactNode } from 'react';

/** What every button of ours takes: the attributes of `<button>`, and what to do when its action fails. */
export interface ActionButtonProps extends Omit<ComponentPropsWithoutRef<'button'>, 'type' | 'onError'> {
  /** Content in place of the label, such as an icon; the label stays the button's name. */
  readonly children?: ReactNode;
  readonly onError?: ((error: OracleCallError) => void) | undefined;
}

interface Action {
  readonly label: string;
  readonly act: () => Promise<unknown> | undefined;
  /** Whether the switch is on; absent for buttons that are none. */
  readonly isPressed?: boolean | undefined;
  readonly state?: string | undefined;
}

/** A button that does something which may fail, now or later. The application's own `onClick` runs first, and may prevent it. */
export function ActionButton({
  label,
  act,
  isPressed,
  state,
  children,
  onClick,
  onError,
  ...attributes
}: ActionButtonProps & Action): ReactNode {
  const report = (error: unknown): void => onError?.(toOracleCallError(error));
  return (
    <button
      {...attributes}
      type="button"
      aria-pressed={isPressed}
      aria-label={children === undefined ? attributes['aria-label'] : (attributes['aria-label'] ?? label)}
      data-state={state}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented) return;
        try {
          act()?.catch(report);
        } catch (error) {
          report(error);
        }
      }}
    >
      {children ?? label}
    </button>
  );
}
