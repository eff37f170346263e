import i18next from 'i18next';

/** What is shown when the page cannot even learn its configuration: offline, for the shell opens without a network. Nothing of the application is there yet. */
export function showCannotStart(outlet: Element): void {
  const face = document.createElement('main');
  face.className = 'card-page';
  face.dataset['face'] = 'cannot-start';
  const card = document.createElement('section');
  card.className = 'card';
  const title = document.createElement('h1');
  title.textContent = i18next.t('app:name');
  const line = document.createElement('p');
  line.setAttribute('role', 'alert');
  line.textContent = i18next.t(navigator.onLine ? 'app:cannotLoad' : 'app:offline');
  const retry = document.createElement('button');
  retry.className = 'button';
  retry.dataset['look'] = 'primary';
  retry.textContent = i18next.t('app:tryAgain');
  retry.onclick = () => location.reload();
  card.append(title, line, retry);
  face.append(card);
  outlet.replaceChildren(face);
}
