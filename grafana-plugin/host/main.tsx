/**
 * A page that stands for a Grafana dashboard: it loads the built plugin as Grafana does (an AMD module whose imports
 * are the host's own libraries), and gives its panels what a dashboard gives, with the real `@grafana/data`, `ui` and
 * `runtime`. What it is not: SystemJS, a grid of panels, a panel's frame and editor, field overrides.
 */

import { createRoot } from 'react-dom/client';
import { loadPlugin } from './amd.ts';
import { Dashboard } from './Dashboard.tsx';
import { givenByTest } from './given.ts';
import { provideServices } from './services.ts';

const given = givenByTest();
provideServices(given);
const plugin = await loadPlugin('/public/plugins/sightline-mcpsessions-panel/module.js');
const element = document.getElementById('dashboard');
if (element) createRoot(element).render(<Dashboard plugin={plugin} given={given} />);
