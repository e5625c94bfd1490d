/** A place where photos can be dropped. */
import { useRef, useState } from 'preact/hooks';

export interface DropPhotos {
  readonly isOver: boolean;
  readonly handlers: {
    readonly onDragEnter: (event: DragEvent) => void;
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDragLeave: (event: DragEvent) => void;
    readonly onDrop: (event: DragEvent) => void;
  };
}

export function useDropPhotos(onFiles: (files: readonly File[]) => void): DropPhotos {
  const [isOver, setOver] = useState(false);
  /** Elements inside tell of entering and leaving too; one that goes away under the pointer tells nobody that it was left. */
  const entered = useRef(new Set<EventTarget | null>());
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
  const look = () => setOver([...entered.current].some((each) => each instanceof Node && each.isConnected));
  return {
    isOver,
    handlers: {
      onDragEnter: (event) => {
        if (!hasFiles(event)) return;
        entered.current.add(event.target);
        look();
      },
      onDragLeave: (event) => {
        entered.current.delete(event.target);
        look();
      },
      onDragOver: (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
      },
      onDrop: (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        entered.current.clear();
        setOver(false);
        const files = [...(event.dataTransfer?.files ?? [])];
        if (files.length > 0) onFiles(files);
      },
    },
  };
}
