/** Light, dark, or as the system has it. */
import { Button } from './Button.tsx';
import type { Capabilities, ThemeChoice } from './ViewContext.tsx';

const NEXT: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: 'light', light: 'dark', dark: 'system' };
const LOOK = {
  system: { icon: 'system', word: 'as the system has it' },
  light: { icon: 'sun', word: 'light' },
  dark: { icon: 'moon', word: 'dark' },
} as const;

export function ThemeSwitch({ theme }: { readonly theme: NonNullable<Capabilities['theme']> }) {
  const { icon, word } = LOOK[theme.choice];
  return (
    <Button
      icon={icon}
      name={`Theme: ${word}. Change to ${LOOK[NEXT[theme.choice]].word}`}
      onClick={() => theme.choose(NEXT[theme.choice])}
    />
  );
}
