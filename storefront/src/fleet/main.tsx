/** Makes the watch and puts the page into #app. */
import { render } from 'preact';
import { FleetPage } from './fleet-page.tsx';
import { FleetWatch } from './watch/fleet-watch.ts';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/tool-pages.css';
import './styles/fleet.css';
import './styles/edge-card.css';
import './styles/edge-log.css';

const watch = new FleetWatch();
watch.start();
render(<FleetPage watch={watch} />, document.querySelector('#app')!);
