/** Makes the page's parts, puts it into #app and opens what the address says. */
import { render } from 'preact';
import { Director } from './director.ts';
import { openAddress } from './share/shared-view.ts';
import { SwarmApp } from './swarm-app.tsx';
import { Viewer } from './viewer.ts';
import { SwarmContext } from './viewer-context.ts';
import '../styles/tokens.css';
import '../styles/base.css';
import './styles/tokens.css';
import './styles/page.css';
import './styles/controls.css';
import './styles/time-bar.css';
import './styles/legend.css';
import './styles/panels.css';
import './styles/bars.css';

const viewer = new Viewer();
const director = new Director(viewer);
render(
  <SwarmContext.Provider value={{ viewer, director }}>
    <SwarmApp />
  </SwarmContext.Provider>,
  document.querySelector('#app')!,
);
openAddress(location.search, director);
