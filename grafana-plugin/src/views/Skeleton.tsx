/** Grey bars where rows will be; only while nothing was ever shown. */

export function Skeleton({ rows, label }: { readonly rows: number; readonly label: string }) {
  return (
    <div role="status" className="sl-skeletons">
      <span className="sl-hidden">{label}</span>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all the same and never move
        <div key={index} className="sl-skeletons__row" aria-hidden="true">
          {[9, 12, 24 - ((index * 5) % 9), 8, 14 - ((index * 3) % 5)].map((width, cell) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: nor do these, within a row
            <span key={cell} className="sl-skeleton" style={{ width: `${width}%` }} />
          ))}
        </div>
      ))}
    </div>
  );
}
