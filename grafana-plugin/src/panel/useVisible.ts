/** Whether anybody can see the panel: its tab is in front, and it is scrolled into sight. */
import { type RefObject, useEffect, useState } from 'react';

export function useVisible(frame: RefObject<HTMLElement | null>): boolean {
  const [front, setFront] = useState(() => document.visibilityState === 'visible');
  const [inSight, setInSight] = useState(true);
  useEffect(() => {
    const look = () => setFront(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  useEffect(() => {
    if (frame.current === null) return undefined;
    const observer = new IntersectionObserver((entries) =>
      setInSight(entries.at(-1)?.isIntersecting ?? true),
    );
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [frame]);
  return front && inSight;
}
