/** Something chosen that can be taken away again. */
import { Icon } from './Icon.tsx';
import { Text } from './Text.tsx';

export function Chip({ label, onRemove }: { readonly label: string; onRemove(): void }) {
  return (
    <span className="sl-chip">
      <span className="sl-cut">
        <Text value={label} />
      </span>
      <button type="button" aria-label={`Remove ${label}`} title="Remove" onClick={onRemove}>
        <Icon name="close" />
      </button>
    </span>
  );
}
