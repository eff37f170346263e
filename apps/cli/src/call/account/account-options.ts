import { Option } from 'commander';
import type { Command } from 'commander';
import { defaultAccountFolder } from './account-folder.ts';

/** Whose account a command works with, as commander gives it. */
export interface AccountFlags {
  readonly homeserver: string;
  readonly user: string;
  readonly passwordFile: string;
  readonly recoveryKeyFile?: string;
  readonly store?: string;
  readonly resolver?: string;
  readonly allowPrivateAddresses?: true;
}

export interface AccountSettings {
  readonly homeserverUrl: string;
  readonly userId: string;
  readonly passwordFile: string;
  readonly recoveryKeyFile: string | undefined;
  readonly storeDir: string;
  readonly resolverUrl: string | undefined;
  readonly allowPrivateAddresses: boolean;
}

/** Adds the oracle's name and the options of a person's own account. */
export function addAccountOptions(command: Command): Command {
  return command
    .argument('<oracle>', "the oracle's DID, or the Matrix id of an oracle that you called before")
    .addOption(required('--homeserver <url>', "your homeserver's address", 'ORACLE_CALLS_HOMESERVER'))
    .addOption(required('--user <@name:server>', 'your Matrix id', 'ORACLE_CALLS_USER'))
    .addOption(required('--password-file <file>', 'holds your Matrix password', 'ORACLE_CALLS_PASSWORD_FILE'))
    .option('--recovery-key-file <file>', "holds your Matrix recovery key (default: in the account's folder)")
    .option('--store <dir>', "the account's folder (default: in your configuration folder)")
    .option('--resolver <url>', 'resolves did:ixo')
    .option('--allow-private-addresses', "let the oracle's document name private addresses, for development");
}

export function readAccountSettings(flags: AccountFlags): AccountSettings {
  return {
    homeserverUrl: flags.homeserver,
    userId: flags.user,
    passwordFile: flags.passwordFile,
    recoveryKeyFile: flags.recoveryKeyFile,
    storeDir: flags.store ?? defaultAccountFolder(flags.user),
    resolverUrl: flags.resolver,
    allowPrivateAddresses: flags.allowPrivateAddresses === true,
  };
}

const required = (flags: string, description: string, variable: string): Option =>
  new Option(flags, description).env(variable).makeOptionMandatory();
