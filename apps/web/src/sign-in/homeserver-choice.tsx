import { useEffect, useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { TextField } from '../controls/text-field.tsx';
import { useStore } from '../store/use-store.ts';

/** Names another homeserver. */
export function HomeserverChoice({ onDone }: { readonly onDone: () => void }) {
  const app = useApp();
  const { t } = useTranslation('signIn');
  const { methods, problem } = useStore(app.homeserver);
  const field = useRef<HTMLInputElement>(null);
  // The person asked for it.
  useEffect(() => field.current?.focus(), []);
  const [typed, setTyped] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [isRefused, setIsRefused] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setIsBusy(true);
    void app.homeserver.choose(typed).then((isChosen) => {
      setIsBusy(false);
      setIsRefused(!isChosen);
      if (isChosen) onDone();
    });
  };
  return (
    <form className="stack homeserver-choice" onSubmit={submit}>
      <TextField
        label={t('choice.label')}
        hint={t('choice.hint')}
        autoComplete="off"
        autoCapitalize="none"
        inputMode="url"
        spellCheck={false}
        placeholder="example.org"
        dir="ltr"
        ref={field}
        required
        disabled={isBusy}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
      {isRefused && problem !== undefined && methods !== 'failed' && (
        <Banner tone="danger" face={`homeserver-${problem}`}>
          {t(`errors.${problem}`)}
        </Banner>
      )}
      <div className="row">
        <Button type="submit" disabled={isBusy}>
          {t(isBusy ? 'choice.looking' : 'choice.use')}
        </Button>
        <Button look="link" onClick={onDone}>
          {t('choice.back')}
        </Button>
      </div>
    </form>
  );
}
