interface ImportMetaEnv {
  readonly VITE_HOMESERVER_URL: string;
  readonly VITE_ORACLE_DID: string;
  /** Where `did:ixo` is resolved; not needed for `did:web`. */
  readonly VITE_DID_RESOLVER_URL: string | undefined;
}
