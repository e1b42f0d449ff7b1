/** Puts a text on the clipboard and says whether that worked. */
import { useEffect, useState } from 'react';
import { Button } from './Button.tsx';
import { usePorts } from './ViewContext.tsx';

export interface CopyButtonProps {
  /** What is copied; made only when it is wanted, because it may be megabytes. */
  text(): string;
  /** `Copy session id`. */
  readonly name: string;
  readonly words?: string;
}

export function CopyButton({ text, name, words }: CopyButtonProps) {
  const { copy } = usePorts();
  const [said, setSaid] = useState<'copied' | 'refused'>();
  useEffect(() => {
    if (said === undefined) return undefined;
    const timer = setTimeout(() => setSaid(undefined), 1_500);
    return () => clearTimeout(timer);
  }, [said]);
  const shown = said === 'copied' ? 'Copied' : said === 'refused' ? 'The browser refused' : words;
  return (
    <>
      <Button
        icon={said === 'copied' ? 'check' : 'copy'}
        name={said === undefined ? name : shown}
        small
        onClick={async () => setSaid((await copy(text())) ? 'copied' : 'refused')}
      >
        {shown}
      </Button>
      <span role="status" className="sl-hidden">
        {said === 'copied' ? 'Copied' : said === 'refused' ? 'The browser refused to copy' : ''}
      </span>
    </>
  );
}
