import { systemClock } from '@oracle-calls/protocol';
import { IncomingDesk } from '../incoming/incoming-desk.ts';
import { createRingtone } from '../incoming/ringtone.ts';
import { createNotifier } from '../incoming/notifier.ts';
import { OracleDesk } from '../oracles/oracle-desk.ts';
import { OracleProfiles } from '../oracles/oracle-profiles.ts';
import { nameOnShelf, OracleShelf } from '../oracles/oracle-shelf.ts';
import type { AppStore } from './app-store.ts';
import type { SignedInState } from './app-state.ts';
import { followCalls } from './call-routing.ts';
import { createAddressBar, Navigation } from './navigation.ts';
import { PageTitle } from './page-title.ts';

/** What is around calls: where a person is in the page, which oracles they know, and who rings. */
export interface Around {
  readonly navigation: Navigation;
  readonly title: PageTitle;
  readonly oracles: OracleDesk;
  readonly incoming: IncomingDesk;
}

let open: { readonly desk: object; readonly around: Around; readonly parts: DisposableStack } | undefined;

/** Made once for whoever is signed in, whichever component renders first and how often. Another account, or the same opened again, ends the one before. */
export function aroundOf(
  { account, desk }: SignedInState,
  { config, preferences }: Pick<AppStore, 'config' | 'preferences'>,
): Around {
  if (open?.desk === desk) return open.around;
  open?.parts.dispose();
  const parts = new DisposableStack();
  const navigation = parts.use(new Navigation(createAddressBar(globalThis.window)));
  const title = new PageTitle((text) => (document.title = text), systemClock);
  parts.defer(() => title.flash(undefined));
  const listed = [{ oracleDid: config.oracleDid }, ...(config.oracles ?? [])];
  const shelf = new OracleShelf({ userId: account.userId, listed, storage: localStorage, clock: systemClock });
  const profiles = new OracleProfiles(account.client, account.fetch);
  const oracles = parts.use(new OracleDesk({ desk, calls: desk.calls, shelf, profiles, clock: systemClock }));
  const incoming = parts.use(
    new IncomingDesk({
      rings: desk.calls.rings,
      desk,
      nameOf: (oracleDid) => nameOnShelf(shelf, oracleDid),
      ringtone: createRingtone(systemClock),
      notifier: createNotifier(() => preferences.notifications.isOn),
      title,
      isHidden: () => document.visibilityState === 'hidden',
    }),
  );
  const leaveSummary = (): void => {
    const { error, oracleDid } = desk.value;
    desk.dismiss();
    // Whether what went wrong still stands is asked anew.
    if (error !== undefined) void desk.choose(oracleDid);
  };
  parts.use(followCalls(desk, navigation, leaveSummary));
  const around: Around = { navigation, title, oracles, incoming };
  open = { desk, around, parts };
  return around;
}
