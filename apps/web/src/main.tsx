// oxlint-disable-next-line import/no-unassigned-import -- first: older browsers must have the symbols before any class names them
import '@oracle-calls/sdk/dispose-symbols';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { takeSsoAnswer } from './account/sso-redirect.ts';
import { AppContext } from './app/app-context.ts';
import { AppStore } from './app/app-store.ts';
import { App } from './app/app.tsx';
import { showCannotStart } from './app/cannot-start.ts';
import { startLanguage } from './language/start-language.ts';
import { fetchPageConfig } from './page-config.ts';
import { showForScripts } from './page-script.ts';
import { browserNotifications, createPreferences } from './settings/preferences.ts';
import { ShellUpdates } from './shell/shell-updates.ts';
import './theme/tokens.css';
import './theme/base.css';
import './controls/controls.css';

const outlet = document.querySelector('#page') ?? document.body;

// At once: a token in the address bar is in the history, in bookmarks and on screenshots.
const { answer: sso, cleaned } = takeSsoAnswer(location.href, sessionStorage);
if (cleaned !== location.href) history.replaceState(null, '', cleaned);

async function start(): Promise<void> {
  const preferences = createPreferences({
    storage: localStorage,
    tab: sessionStorage,
    root: document.documentElement,
    notifications: browserNotifications(),
  });
  await startLanguage();
  const app = new AppStore({ config: await fetchPageConfig(), preferences, updates, sso });
  showForScripts(app);
  createRoot(outlet).render(
    <StrictMode>
      <AppContext value={app}>
        <App />
      </AppContext>
    </StrictMode>,
  );
}

const updates = new ShellUpdates({
  container: 'serviceWorker' in navigator ? navigator.serviceWorker : undefined,
  page: window,
  reload: () => location.reload(),
});

start()
  .catch(() => showCannotStart(outlet))
  // After the first screen: it has no time to lose. A development server changes its files under every cache.
  .finally(() => {
    if (import.meta.env.PROD) void updates.register();
  });
