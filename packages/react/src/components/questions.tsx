'use client';

import { toOracleCallError, type OracleCallError } from '@oracle-calls/protocol';
import type { KeypadKey, OracleQuestion, QuestionAnswer } from '@oracle-calls/sdk';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useQuestions } from '../hooks/use-questions.ts';
import type { Labels } from '../labels/labels.ts';
import { useLabels } from '../labels/use-labels.ts';
import { useCallsContext } from '../provider/calls-context.ts';
import { useSource } from '../provider/use-source.ts';
import { secondsUntilSource } from '../store/moving-values.ts';
import { readableArguments } from '../store/readable-arguments.ts';
import { ArgumentOutline } from './argument-outline.tsx';
import { isTyping, keypadKeyOf } from './keypad.ts';
import type { CallPartProps } from './part-props.ts';

/** A question that appears under a finger is not answered by it, nor by a key that was meant for something else: people see and stop within this, in ms. */
export const QUESTION_GUARD_MS = 600;

export interface QuestionsProps extends CallPartProps {
  readonly onError?: ((error: OracleCallError) => void) | undefined;
}

interface QuestionProps<A extends OracleQuestion['asks']> {
  readonly question: Extract<OracleQuestion, { readonly asks: A }>;
  readonly words: Labels;
  readonly className: string | undefined;
  readonly give: (answer: QuestionAnswer) => void;
}

/**
 * What the oracle asks by touch: one question at a time, so that none moves under a finger that answers another. What a tool needs to be allowed for goes
 * before quick replies, of which the newest counts. Nothing when nothing is asked.
 */
export function Questions({ call, className, labels, onError }: QuestionsProps): ReactNode {
  const words = useLabels(labels);
  const { questions, answer } = useQuestions(call);
  const question = questions.find(({ asks }) => asks === 'approval') ?? questions.at(-1);
  if (question === undefined) return null;
  const give = (given: QuestionAnswer): void =>
    void answer(question.id, given).catch((error: unknown) => onError?.(toOracleCallError(error)));
  const shared = { words, className, give };
  return question.asks === 'approval' ? (
    <ApprovalCard key={question.id} question={question} {...shared} />
  ) : (
    <QuickReplies key={question.id} question={question} {...shared} />
  );
}

/** Asks whether a tool may be used, and with what. Its heading takes the focus unless somebody types, and gives it back: no key allows by accident. */
function ApprovalCard({ question, words, className, give }: QuestionProps<'approval'>): ReactNode {
  const title = useId();
  const heading = useFocus<HTMLHeadingElement>();
  const isArmed = useArmed();
  const details = useMemo(() => readableArguments(question.argumentsText), [question.argumentsText]);
  const answerWith = (isApproved: boolean) => () => {
    if (isArmed) give({ answers: 'approval', isApproved });
  };
  return (
    <section role="dialog" className={className} aria-labelledby={title} data-asks="approval" data-armed={isArmed}>
      <h2 ref={heading} id={title} tabIndex={-1}>
        {words.approval}
      </h2>
      <p role="alert" data-part="text" dir="auto">
        {question.text}
      </p>
      <p data-part="tool">
        <code dir="ltr">{question.tool}</code>
      </p>
      {details.length === 0 ? (
        <p data-part="no-arguments">{words.noDetails}</p>
      ) : (
        // It may be long, and is then scrolled by keys too.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls has to be reached
        <div role="region" aria-label={words.approvalDetails} tabIndex={0} data-part="details">
          <p aria-hidden="true">{words.approvalDetails}</p>
          <ArgumentOutline details={details} />
        </div>
      )}
      <Countdown expiresAt={question.expiresAt} words={words} />
      <div data-part="actions">
        <button type="button" aria-disabled={!isArmed} data-action="refuse" onClick={answerWith(false)}>
          {words.dontAllow}
        </button>
        <button type="button" aria-disabled={!isArmed} data-action="allow" onClick={answerWith(true)}>
          {words.allow}
        </button>
      </div>
    </section>
  );
}

/** Quick replies, by touch or by the key of each wherever nobody types. */
function QuickReplies({ question, words, className, give }: QuestionProps<'choice'>): ReactNode {
  const title = useId();
  const isArmed = useArmed();
  const { choices } = question;
  const choose = (key: KeypadKey): void => {
    if (isArmed) give({ answers: 'choice', key });
  };
  const latest = useRef(choose);
  useEffect(() => {
    latest.current = choose;
  });
  useEffect(() => {
    const over = new AbortController();
    document.addEventListener(
      'keydown',
      (event) => {
        const key = event.defaultPrevented || isTyping(event.target) ? undefined : keypadKeyOf(event);
        if (key === undefined || !choices.some((choice) => choice.key === key)) return;
        event.preventDefault();
        latest.current(key);
      },
      { signal: over.signal },
    );
    return () => over.abort();
  }, [choices]);
  return (
    <section role="group" className={className} aria-labelledby={title} data-asks="choice" data-armed={isArmed}>
      <p id={title} role="alert" data-part="text" dir="auto">
        {question.text}
      </p>
      <div data-part="choices">
        {choices.map(({ key, label }) => (
          <button
            key={key}
            type="button"
            aria-disabled={!isArmed}
            aria-keyshortcuts={key}
            data-key={key}
            onClick={() => choose(key)}
          >
            <kbd aria-hidden="true">{key}</kbd> <bdi>{label}</bdi>
          </button>
        ))}
      </div>
      <Countdown expiresAt={question.expiresAt} words={words} />
    </section>
  );
}

/** For eyes: read aloud, it would talk over the call. */
function Countdown({ expiresAt, words }: { readonly expiresAt: number; readonly words: Labels }): ReactNode {
  const { clock } = useCallsContext();
  const source = useMemo(() => secondsUntilSource(expiresAt, clock), [expiresAt, clock]);
  const seconds = useSource(source, 0);
  return (
    <p role="timer" aria-live="off" data-part="countdown">
      {words.secondsLeft(seconds)}
    </p>
  );
}

/** False for a moment after the question has appeared. */
function useArmed(): boolean {
  const { clock } = useCallsContext();
  const [isArmed, setArmed] = useState(false);
  useEffect(() => {
    const timer = clock.after(QUESTION_GUARD_MS, () => setArmed(true));
    return () => timer[Symbol.dispose]();
  }, [clock]);
  return isArmed;
}

/** Takes the focus unless somebody types, and gives it back when it is still there at the end. */
function useFocus<E extends HTMLElement>() {
  const element = useRef<E>(null);
  const opener = useRef<Element>(null);
  // Not a passive effect: by then the card is gone, and its focus with it.
  useLayoutEffect(() => {
    opener.current ??= document.activeElement;
    const before = opener.current;
    const card = element.current?.parentElement;
    if (!isTyping(before)) element.current?.focus();
    return () => {
      if (card?.contains(document.activeElement) !== true) return;
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return element;
}
