import { TextField } from '../controls/text-field.tsx';

export interface RecoveryKeyFieldProps {
  readonly label: string;
  readonly value: string;
  readonly isDisabled: boolean;
  readonly onChange: (recoveryKey: string) => void;
}

/** Where a recovery key is typed. It reads from left to right in every language, and no browser keeps it. */
export function RecoveryKeyField({ label, value, isDisabled, onChange }: RecoveryKeyFieldProps) {
  return (
    <TextField
      label={label}
      autoComplete="off"
      spellCheck={false}
      dir="ltr"
      required
      disabled={isDisabled}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}
