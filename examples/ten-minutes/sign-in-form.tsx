import { useState, type FormEvent } from 'react';
import type { SignInOptions } from '../sign-in.ts';

export interface SignInFormProps {
  readonly onSubmit: (who: Pick<SignInOptions, 'userId' | 'password' | 'recoveryKey'>) => Promise<void>;
}

/** Asks who is there. An account that has a recovery key confirms this device with it. */
export function SignInForm({ onSubmit }: SignInFormProps) {
  const [problem, setProblem] = useState('');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const textOf = (name: string): string => {
      const value = fields.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    const recoveryKey = textOf('recovery-key');
    const who = { userId: textOf('user'), password: textOf('password') };
    onSubmit({ ...who, recoveryKey: recoveryKey === '' ? undefined : recoveryKey }).catch(() => {
      setProblem('That did not work. Check what you typed, and your connection.');
    });
  };
  return (
    <form onSubmit={submit}>
      <label>
        Matrix ID <input name="user" autoComplete="username" required />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <label>
        Recovery key <input name="recovery-key" autoComplete="off" />
      </label>
      <button type="submit">Sign in</button>
      <p role="alert">{problem}</p>
    </form>
  );
}
