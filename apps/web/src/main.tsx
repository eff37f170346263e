// oxlint-disable-next-line import/no-unassigned-import -- first: older browsers must have the symbols before any class names them
import '@oracle-calls/sdk/dispose-symbols';
import i18next from 'i18next';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { AppContext } from './app/app-context.ts';
import { AppStore } from './app/app-store.ts';
import { App } from './app/app.tsx';
import { startLanguage } from './language/start-language.ts';
import { fetchPageConfig } from './page-config.ts';
import { showForScripts } from './page-script.ts';
import './theme/tokens.css';
import './theme/base.css';
import './controls/controls.css';

const outlet = document.querySelector('#page') ?? document.body;

async function start(): Promise<void> {
  await startLanguage();
  const app = new AppStore(await fetchPageConfig());
  showForScripts(app);
  createRoot(outlet).render(
    <StrictMode>
      <AppContext value={app}>
        <App />
      </AppContext>
    </StrictMode>,
  );
}

start().catch(() => {
  const line = document.createElement('p');
  line.setAttribute('role', 'alert');
  line.textContent = i18next.t('app:cannotLoad');
  outlet.replaceChildren(line);
});
