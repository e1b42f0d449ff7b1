/** Grafana's theme, named as `panel.css` takes it. What Grafana has no colour for stays the views' own. */
import type { GrafanaTheme2 } from '@grafana/data';
import type { CSSProperties } from 'react';

export function themeVariables({ colors, isDark, shape, typography }: GrafanaTheme2): CSSProperties {
  const variables = {
    '--sl-grafana-surface': colors.background?.primary,
    '--sl-grafana-raised': colors.background?.secondary,
    '--sl-grafana-overlay': isDark ? colors.background?.secondary : colors.background?.primary,
    '--sl-grafana-border': colors.border?.weak,
    '--sl-grafana-text': colors.text?.primary,
    '--sl-grafana-text-muted': colors.text?.secondary,
    '--sl-grafana-link': colors.text?.link,
    '--sl-grafana-focus': colors.primary?.border,
    '--sl-grafana-font': typography.fontFamily,
    '--sl-grafana-mono': typography.fontFamilyMonospace,
    '--sl-grafana-radius': shape.radius?.default,
  };
  return { ...variables, colorScheme: isDark ? 'dark' : 'light' } as CSSProperties;
}
