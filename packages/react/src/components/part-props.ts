import type { OracleCall } from '@oracle-calls/sdk';
import type { Labels } from '../labels/labels.ts';

/** What every part of a call's page takes. */
export interface PartProps {
  readonly className?: string | undefined;
  /** Words in place of the provider's. */
  readonly labels?: Partial<Labels> | undefined;
}

/** Parts about a call: the one that is shown, when no other is named. */
export interface CallPartProps extends PartProps {
  readonly call?: OracleCall | undefined;
}
