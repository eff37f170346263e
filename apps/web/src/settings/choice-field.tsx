import { useId } from 'react';

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  /** Of the label, where it is not the page's. */
  readonly lang?: string;
}

export interface ChoiceFieldProps<T extends string> {
  readonly legend: string;
  readonly value: T;
  readonly choices: readonly Choice<T>[];
  readonly onChoose: (value: T) => void;
}

/** One of a few, all in sight. */
export function ChoiceField<T extends string>({ legend, value, choices, onChoose }: ChoiceFieldProps<T>) {
  const name = useId();
  return (
    <fieldset className="choice-field">
      <legend>{legend}</legend>
      <div className="choices">
        {choices.map((choice) => (
          <label key={choice.value} className="choice" lang={choice.lang}>
            <input type="radio" name={name} checked={choice.value === value} onChange={() => onChoose(choice.value)} />
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
