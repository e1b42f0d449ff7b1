// What Grafana's server writes into its page before anything else runs.
window.__grafana_public_path__ = '/public/';
window.grafanaBootData = {
  settings: { featureToggles: {}, buildInfo: { version: '13.2.2', env: 'test' }, licenseInfo: {} },
  user: {
    locale: 'en-US',
    timezone: 'utc',
    weekStart: '',
    theme: 'light',
    permissions: { 'datasources:explore': true },
  },
  navTree: [],
};
