import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

/** Far above what tests and a person can cause: at Synapse's defaults registration and room creation answer 429. */
const UNLIMITED = { per_second: 10_000, burst_count: 10_000 } as const;

/** A provider of accounts, and the pages that may ask for a login there without a question in between. */
export interface SingleSignOn {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly pageUrls: readonly string[];
}

export interface SynapseConfigInput {
  readonly dir: string;
  readonly port: number;
  readonly serverName: string;
  readonly registrationSecret: string;
  readonly macaroonSecret: string;
  readonly formSecret: string;
  readonly singleSignOn?: SingleSignOn | undefined;
  /** How long an access token lives of which a client said that it can refresh it; for ever when absent, in ms. */
  readonly refreshableTokenMs?: number | undefined;
}

/**
 * The whole of `homeserver.yaml`, as JSON (which YAML includes), so that nothing depends on what a generator appends.
 * The listener serves `openid`, without which nobody can check an OpenID token, and no federation.
 */
export function synapseConfig(input: SynapseConfigInput): string {
  const config = {
    server_name: input.serverName,
    public_baseurl: `http://127.0.0.1:${input.port}/`,
    pid_file: join(input.dir, 'homeserver.pid'),
    report_stats: false,
    listeners: [
      {
        port: input.port,
        bind_addresses: ['127.0.0.1'],
        type: 'http',
        tls: false,
        x_forwarded: false,
        resources: [{ names: ['client', 'openid'], compress: false }],
      },
    ],
    database: { name: 'sqlite3', args: { database: join(input.dir, 'homeserver.db') } },
    log_config: join(input.dir, 'log.yaml'),
    media_store_path: join(input.dir, 'media'),
    signing_key_path: join(input.dir, 'signing.key'),
    trusted_key_servers: [],
    suppress_key_server_warning: true,
    federation_domain_whitelist: [],
    enable_registration: false,
    registration_shared_secret: input.registrationSecret,
    macaroon_secret_key: input.macaroonSecret,
    form_secret: input.formSecret,
    // A development server with random passwords: the default of 12 rounds costs a quarter of a second per login.
    bcrypt_rounds: 5,
    presence: { enabled: false },
    url_preview_enabled: false,
    enable_metrics: false,
    rc_message: UNLIMITED,
    rc_registration: UNLIMITED,
    rc_registration_token_validity: UNLIMITED,
    rc_login: { address: UNLIMITED, account: UNLIMITED, failed_attempts: UNLIMITED },
    rc_admin_redaction: UNLIMITED,
    rc_joins: { local: UNLIMITED, remote: UNLIMITED },
    rc_joins_per_room: UNLIMITED,
    rc_room_creation: UNLIMITED,
    rc_3pid_validation: UNLIMITED,
    rc_invites: { per_room: UNLIMITED, per_user: UNLIMITED, per_issuer: UNLIMITED },
    rc_third_party_invite: UNLIMITED,
    rc_media_create: UNLIMITED,
    rc_key_requests: UNLIMITED,
    rc_delayed_event_mgmt: UNLIMITED,
    rc_presence: { per_user: UNLIMITED },
    ...(input.singleSignOn === undefined ? {} : singleSignOnConfig(input.singleSignOn)),
    ...(input.refreshableTokenMs === undefined ? {} : { refreshable_access_token_lifetime: input.refreshableTokenMs }),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function singleSignOnConfig({ issuer, clientId, clientSecret, pageUrls }: SingleSignOn): object {
  return {
    oidc_providers: [
      {
        idp_id: 'test',
        idp_name: 'Test identity provider',
        issuer,
        client_id: clientId,
        client_secret: clientSecret,
        scopes: ['openid', 'profile'],
        // An issuer on loopback has no TLS.
        skip_verification: true,
        // Who has an account with a password may come this way as well.
        allow_existing_users: true,
        user_mapping_provider: {
          config: {
            localpart_template: '{{ user.preferred_username }}',
            display_name_template: '{{ user.name }}',
          },
        },
      },
    ],
    // Without an entry Synapse asks the person whether they trust the page.
    sso: { client_whitelist: pageUrls, update_profile_information: false },
  };
}

/** Warnings and worse, on stdout. */
export function synapseLogConfig(): string {
  const config = {
    version: 1,
    disable_existing_loggers: false,
    formatters: { short: { format: '%(levelname)s %(name)s %(message)s' } },
    handlers: { console: { class: 'logging.StreamHandler', formatter: 'short', stream: 'ext://sys.stdout' } },
    // It warns of its own version and licence at every start.
    loggers: { 'synapse.config.logger': { level: 'ERROR' } },
    root: { level: 'WARNING', handlers: ['console'] },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** A server signing key in Synapse's own format: `ed25519 <key id> <seed as unpadded base64>`. */
export function newSigningKey(): string {
  const keyId = `a_${randomBytes(3).toString('hex')}`;
  return `ed25519 ${keyId} ${randomBytes(32).toString('base64').replace(/=+$/, '')}\n`;
}
