import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MatrixAccount } from '../account/matrix-account.ts';
import { useApp } from '../app/app-context.ts';
import type { CallDesk, Desk } from '../call/call-desk.ts';
import { TimelineTable } from '../call/timeline-table.tsx';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { Card } from '../controls/card.tsx';
import { TextField } from '../controls/text-field.tsx';
import { ErrorBanner } from '../faces/error-banner.tsx';
import { IdentityChangeNotice } from '../security/identity-change-notice.tsx';
import { KeyChangeNotice } from '../security/key-change-notice.tsx';

export interface HomeScreenProps {
  readonly account: MatrixAccount;
  readonly desk: CallDesk;
  readonly shown: Desk;
}

/** Where a call is started. */
export function HomeScreen({ account, desk, shown }: HomeScreenProps) {
  const app = useApp();
  const { t } = useTranslation(['home', 'endings', 'app']);
  const [oracleDid, setOracleDid] = useState(shown.oracleDid);
  const { readiness, call, error, keyChange, offersResume } = shown;
  const place = (type: 'audio' | 'video'): void => desk.place(type, oracleDid.trim());
  const ended = call?.state.kind === 'Ended' && call.state.error === undefined ? call.state.reason : undefined;
  return (
    <Card title={t('title')}>
      <p role="status">{ended === undefined ? t(readiness) : t(`endings:${ended}`)}</p>
      {offersResume && <Banner tone="notice">{t('resume')}</Banner>}
      {error !== undefined && <ErrorBanner code={error.code} />}
      {keyChange !== undefined && <KeyChangeNotice change={keyChange} onAccept={() => void desk.acceptKeys()} />}
      {error?.code === 'ERR_MATRIX_IDENTITY_CHANGED' && (
        <IdentityChangeNotice oracleDid={shown.oracleDid} onAccept={() => void desk.acceptIdentity()} />
      )}
      <div className="row">
        <Button look="primary" icon="phone" onClick={() => place('audio')}>
          {t('call')}
        </Button>
        <Button icon="video" onClick={() => place('video')}>
          {t('videoCall')}
        </Button>
      </div>
      <TextField
        label={t('oracleDid')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        dir="ltr"
        value={oracleDid}
        onChange={({ target }) => setOracleDid(target.value)}
        onBlur={() => {
          if (oracleDid.trim() !== shown.oracleDid) void desk.choose(oracleDid.trim());
        }}
      />
      {call !== undefined && <TimelineTable timeline={call.timeline} />}
      <div className="row">
        <span className="quiet" dir="ltr">
          {account.userId}
        </span>
        <Button look="link" onClick={() => void app.signOut()}>
          {t('app:signOut')}
        </Button>
      </div>
    </Card>
  );
}
