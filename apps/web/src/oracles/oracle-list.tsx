import { useTranslation } from 'react-i18next';
import { Icon } from '../controls/icon.tsx';
import { Avatar } from './avatar.tsx';
import { shortNameOf } from './oracle-name.ts';
import type { ShelvedOracle } from './oracle-shelf.ts';

export interface OracleListProps {
  readonly oracles: readonly ShelvedOracle[];
  readonly chosenDid: string;
  /** During a call nobody turns to another oracle. */
  readonly isDisabled?: boolean | undefined;
  readonly onChoose: (oracleDid: string) => void;
  readonly onForget: (oracleDid: string) => void;
}

/** Oracles to choose from. */
export function OracleList({ oracles, chosenDid, isDisabled, onChoose, onForget }: OracleListProps) {
  const { t } = useTranslation('oracles');
  return (
    <ul className="oracle-list" aria-label={t('list')}>
      {oracles.map((oracle) => {
        const { oracleDid, matrixUserId, isListed } = oracle;
        const name = shortNameOf(oracle);
        return (
          <li key={oracleDid}>
            <button
              type="button"
              className="oracle-row"
              aria-pressed={oracleDid === chosenDid}
              disabled={isDisabled}
              onClick={() => onChoose(oracleDid)}
            >
              <Avatar name={name} />
              <span className="oracle-row-words">
                <bdi>{name}</bdi>
                <bdi className="quiet">{matrixUserId ?? oracleDid}</bdi>
              </span>
            </button>
            {!isListed && (
              <button
                type="button"
                className="bare-button"
                aria-label={t('forget', { name })}
                title={t('forget', { name })}
                onClick={() => onForget(oracleDid)}
              >
                <Icon name="close" />
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
