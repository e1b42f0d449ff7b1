/** A button, with a name that a screen reader says also when it shows only a sign. */
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Icon, type IconName } from './Icon.tsx';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon?: IconName;
  /** Name of a button that shows no words; also its tooltip. */
  readonly name?: string | undefined;
  readonly look?: 'plain' | 'framed' | 'accent';
  readonly small?: boolean;
  readonly children?: ReactNode;
  readonly element?: Ref<HTMLButtonElement>;
}

export function Button({ icon, name, look = 'plain', small, children, element, ...own }: ButtonProps) {
  const classes = ['sl-button', `sl-button--${look}`];
  if (small) classes.push('sl-button--small');
  if (children === undefined) classes.push('sl-button--icon');
  if (own.className !== undefined) classes.push(own.className);
  return (
    <button type="button" ref={element} aria-label={name} title={name} {...own} className={classes.join(' ')}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}
