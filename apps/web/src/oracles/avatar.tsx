export interface AvatarProps {
  readonly name: string;
  readonly picture?: string | undefined;
  readonly size?: 'small' | 'large' | undefined;
}

/** A picture, or the first letter of a name. What it shows stands beside it in words. */
export function Avatar({ name, picture, size = 'small' }: AvatarProps) {
  const [letter = '?'] = name.replace(/^(@|did:[a-z]+:)/, '');
  return (
    <span className="avatar" data-size={size} aria-hidden="true">
      {picture === undefined ? letter.toLocaleUpperCase() : <img src={picture} alt="" />}
    </span>
  );
}
