import { useTranslation } from 'react-i18next';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import type { CallFace, FaceAction, FaceWords } from './call-faces.ts';
import { DeviceProblemText } from './device-problem.tsx';
import { errorText } from './error-text.ts';
import './call-faces.css';

export interface CallFaceListProps {
  readonly faces: readonly CallFace[];
  readonly onAction: (action: FaceAction, face: CallFace) => void;
}

/** What happened in the call, worst first, each with what can be done about it. */
export function CallFaceList({ faces, onAction }: CallFaceListProps) {
  const { t } = useTranslation('callFaces');
  if (faces.length === 0) return null;
  return (
    <div className="call-faces">
      {faces.map((face) => (
        <Banner
          key={face.name}
          tone={face.tone}
          face={face.name}
          actions={face.actions.map((action) => (
            <Button
              key={action}
              isSmall
              look={action === 'dismiss' ? 'link' : 'secondary'}
              onClick={() => onAction(action, face)}
            >
              {t(`action.${action}`)}
            </Button>
          ))}
        >
          <FaceText words={face.words} />
        </Banner>
      ))}
    </div>
  );
}

function FaceText({ words }: { readonly words: FaceWords }) {
  const { t } = useTranslation(['callFaces', 'errors']);
  switch (words.kind) {
    case 'own': {
      const { name, label = '', seconds = 0 } = words;
      return <p>{t(`own.${name}`, { label: label === '' ? t('someDevice') : label, seconds })}</p>;
    }
    case 'device':
      return <DeviceProblemText face={words} />;
    case 'error':
      return <p>{t(`errors:${errorText(words.code)}`)}</p>;
  }
}
