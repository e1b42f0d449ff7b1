/** Light, dark or the system's, kept in this browser. The style sheet follows the root element's `data-theme`. */
import { useEffect, useMemo, useState } from 'react';
import type { Capabilities, ThemeChoice } from '../views/ViewContext.tsx';

const KEY = 'sightline.theme';

export function useTheme(): NonNullable<Capabilities['theme']> {
  const [choice, choose] = useState<ThemeChoice>(readKept);
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (choice === 'system') delete dataset['theme'];
    else dataset['theme'] = choice;
    keep(choice);
  }, [choice]);
  return useMemo(() => ({ choice, choose }), [choice]);
}

function readKept(): ThemeChoice {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

/** A browser that keeps nothing still shows the theme, until it is closed. */
function keep(choice: ThemeChoice): void {
  try {
    if (choice === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Refused by the reader's settings: there is nothing to do about it.
  }
}
