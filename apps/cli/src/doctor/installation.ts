import type { AgentConfig, BackendConfig, ConfigProblem, OracleConfig } from '@oracle-calls/oracle/configuration';
import type { Clock } from '@oracle-calls/protocol';
import type { SfuAccess, SfuProbe } from './livekit/sfu-probe.ts';

/** A configuration file as it was read. */
export interface ReadConfig<C> {
  readonly file: string;
  readonly problems: readonly ConfigProblem[];
  /** `undefined` when it cannot be used at all. */
  readonly config: C | undefined;
}

/** Everything that is known about an installation: from its configuration files, or from addresses that were given. */
export interface Installation {
  readonly backendConfig: ReadConfig<BackendConfig> | undefined;
  readonly agentConfig: ReadConfig<AgentConfig> | undefined;
  /** Of the oracles in backend.json the one that is looked at: the one that was asked for, the agent's, or the first. */
  readonly oracle: OracleConfig | undefined;
  readonly homeserverUrl: string | undefined;
  /** Matrix server name → address of its OpenID userinfo. */
  readonly allowedServers: Readonly<Record<string, string>>;
  readonly sfu: SfuAccess | undefined;
  /** Why there is no access to the SFU although its address is known. */
  readonly sfuProblem: string | undefined;
  readonly sfuClientUrl: string | undefined;
  readonly backendUrl: string | undefined;
  readonly oracleDid: string | undefined;
  readonly didResolverUrl: string | undefined;
  readonly allowPrivateAddresses: boolean;
  readonly webOrigins: readonly string[];
  readonly agentName: string | undefined;
}

/** What checks work with. */
export interface CheckDeps {
  readonly installation: Installation;
  /** `undefined` without access to the SFU. */
  readonly sfuProbe: SfuProbe | undefined;
  readonly clock: Clock;
}
