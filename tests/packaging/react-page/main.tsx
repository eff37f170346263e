import { StrictMode, version } from 'react';
import { createRoot } from 'react-dom/client';
import { CallPage } from './call-page.tsx';

const root = document.querySelector('#root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <h1>{`React ${version}`}</h1>
      <CallPage />
    </StrictMode>,
  );
}
