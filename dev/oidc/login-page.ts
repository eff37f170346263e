/** Where the provider sends a browser in whose session nobody is signed in. */
export const loginPath = (uid: string): string => `/login/${uid}`;

/** The id of an interaction in a path, or `undefined` for any other path. */
export const interactionOf = (path: string): string | undefined => /^\/login\/([\w-]{1,64})$/.exec(path)?.[1];

/** A form for name and password, posted to where it came from. Both are what the caller knows: nothing of a request is shown. */
export function loginPage({ isRefused }: { readonly isRefused: boolean }): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Test identity provider</title>
  </head>
  <body>
    <main>
      <h1>Test identity provider</h1>
      ${isRefused ? '<p role="alert">That name and password are not known here.</p>' : ''}
      <form method="post">
        <p><label>Name <input name="name" autocomplete="username" autocapitalize="none" required autofocus /></label></p>
        <p><label>Password <input name="password" type="password" autocomplete="current-password" required /></label></p>
        <p><button>Sign in</button></p>
      </form>
    </main>
  </body>
</html>
`;
}
