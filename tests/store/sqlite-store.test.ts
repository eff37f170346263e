import { describeBackup } from './describe-backup.ts';
import { describeRaces } from './describe-races.ts';
import { describeStore } from './describe-store.ts';
import { describeUpgrade } from './describe-upgrade.ts';
import { sqliteServer } from './test-database.ts';

describeStore(sqliteServer);
describeRaces(sqliteServer);
describeUpgrade(sqliteServer);
describeBackup(sqliteServer);
