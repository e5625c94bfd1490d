/** The page: picture and time on one side, figures and a look inside on the other. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ShoalMark } from '../parts/icons.tsx';
import { useStore } from '../store.ts';
import { commandOf, focusOf, perform } from './keyboard.ts';
import { ActsPanel } from './parts/acts-panel.tsx';
import { FleetDialog } from './parts/fleet-dialog.tsx';
import { HelpDialog } from './parts/help-dialog.tsx';
import { Inspector } from './parts/inspector.tsx';
import { Legend } from './parts/legend.tsx';
import { MetersPanel } from './parts/meters-panel.tsx';
import { PredictCard } from './parts/predict-card.tsx';
import { SourceMenu } from './parts/source-menu.tsx';
import { Stage } from './parts/stage.tsx';
import { StageCaption } from './parts/stage-caption.tsx';
import { TimeBar } from './parts/time-bar.tsx';
import { ToolButtons } from './parts/tool-buttons.tsx';
import { WordsTable } from './parts/words-table.tsx';
import { useSwarm } from './viewer-context.ts';

export function SwarmApp(): JSX.Element {
  const { viewer, director } = useSwarm();
  const [dialog, setDialog] = useState<'help' | 'fleet'>();
  const [isDropping, setDropping] = useState(false);
  const close = () => setDialog(undefined);

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const command = commandOf(event, focusOf(event.target));
      if (command === undefined) return;
      event.preventDefault();
      if (command === 'help') setDialog('help');
      else perform(viewer, command);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [viewer]);

  useEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault();
      setDropping(true);
    };
    const left = () => setDropping(false);
    const dropped = (event: DragEvent) => {
      event.preventDefault();
      setDropping(false);
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) void director.openFile(file);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', left);
    addEventListener('drop', dropped);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', left);
      removeEventListener('drop', dropped);
    };
  }, [director]);

  return (
    <div class="swarm" data-drop={isDropping ? 'yes' : 'no'}>
      <header class="swarm__header">
        <a class="swarm__home" href="/" aria-label="Shoal Goods, the shop">
          <ShoalMark />
        </a>
        <h1>The swarm</h1>
        <SourceMenu onFleet={() => setDialog('fleet')} />
        <div class="swarm__tools">
          <ToolButtons />
          <button type="button" class="chip chip--tight" aria-label="Keys" onClick={() => setDialog('help')}>
            ?
          </button>
        </div>
      </header>
      <main class="swarm__main">
        <div class="swarm__picture">
          <StageCaption />
          <Stage>
            <Problem />
            <PredictCard />
          </Stage>
          <Legend />
          <TimeBar />
        </div>
        <aside class="swarm__side" aria-label="Figures and details">
          <Panels />
        </aside>
      </main>
      <HelpDialog isOpen={dialog === 'help'} onClose={close} />
      <FleetDialog isOpen={dialog === 'fleet'} onClose={close} />
    </div>
  );
}

/** What is looked into comes first, and what can be done to it. */
function Panels(): JSX.Element {
  const { viewer } = useSwarm();
  const isLooking = useStore(viewer.selection) !== undefined;
  return (
    <>
      {isLooking && <Inspector />}
      {isLooking && <ActsPanel />}
      <MetersPanel />
      {!isLooking && <ActsPanel />}
      {!isLooking && <Inspector />}
      <WordsTable />
    </>
  );
}

function Problem(): JSX.Element | null {
  const { director } = useSwarm();
  const problem = useStore(director.problem);
  return problem === undefined ? null : (
    <div class="problem" role="alert">
      <p>{problem}</p>
    </div>
  );
}
