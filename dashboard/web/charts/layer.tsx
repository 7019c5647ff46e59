import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import type { ChartData } from './chart-data.ts';
import { useHover } from './hover.tsx';
import { type PlacedMark, TimeMarks } from './marks.tsx';
import { bandCentre, bandStart, bucketAt, type PlotBox, valueAt } from './plot-box.ts';
import { ChartTooltip } from './tooltip.tsx';

interface LayerProps {
  readonly data: ChartData;
  readonly box: PlotBox;
  /** Value at the plot's upper edge. */
  readonly top: number;
  readonly timeZone: string;
  readonly label: string;
  readonly marks: readonly PlacedMark[];
  readonly format: (value: number | null, exact: string | null) => string;
  /** First and last bucket, both included. */
  readonly onZoom: (first: number, last: number) => void;
  /** `line` is the key of the stacked line at the point, null beside all of them. */
  readonly onOpen: (index: number, line: string | null) => void;
}

interface Pointer {
  readonly index: number;
  readonly line: string | null;
  readonly y: number;
}

/** Takes pointer and keys over the drawing: crosshair, tooltip, drag to zoom, click to open. */
export function ChartLayer({ data, box, top, timeZone, label, marks, format, onZoom, onOpen }: LayerProps) {
  const [hovered, setHovered] = useHover();
  const [pointer, setPointer] = useState<Pointer | null>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const element = useRef<HTMLDivElement>(null);
  const count = data.buckets.length;
  const index = hovered === null ? -1 : data.buckets.indexOf(hovered);

  const pointAt = (event: PointerEvent): Pointer => {
    const bounds = element.current?.getBoundingClientRect();
    const at = bucketAt(box, count, event.clientX - (bounds?.left ?? 0));
    const y = event.clientY - (bounds?.top ?? 0);
    return { index: at, line: lineAt(data, at, valueAt(box, y, top)), y };
  };
  const look = (next: Pointer) => {
    setPointer(next);
    setHovered(data.buckets[next.index] ?? null);
  };
  const leave = () => {
    setPointer(null);
    setHovered(null);
  };
  const release = (event: PointerEvent) => {
    const at = pointAt(event);
    setDrag(null);
    if (drag === null) return;
    if (drag.from === at.index) onOpen(at.index, at.line);
    else onZoom(Math.min(drag.from, at.index), Math.max(drag.from, at.index));
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const current = pointer?.index ?? (step > 0 ? -1 : count);
    if (step !== 0) {
      event.preventDefault();
      look({ index: Math.min(Math.max(current + step, 0), count - 1), line: null, y: box.top });
    }
    if (event.key === 'Enter' && pointer) onOpen(pointer.index, null);
    if (event.key === 'Escape' && (pointer || drag)) {
      event.stopPropagation();
      setDrag(null);
      leave();
    }
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: no element is an interactive chart.
    <div
      ref={element}
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the crosshair, as the label says.
      tabIndex={0}
      aria-label={`${label}: arrow keys move along it, Enter opens the requests`}
      className="absolute inset-0 cursor-crosshair touch-pan-y rounded-md select-none focus-visible:-outline-offset-2"
      onPointerDown={(event) => {
        if (event.pointerType === 'touch') look(pointAt(event));
        if (event.button !== 0 || event.pointerType === 'touch') return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: pointAt(event).index, to: pointAt(event).index });
      }}
      onPointerMove={(event) => {
        const at = pointAt(event);
        look(at);
        if (drag) setDrag({ from: drag.from, to: at.index });
      }}
      onPointerUp={release}
      onPointerCancel={() => setDrag(null)}
      onPointerLeave={leave}
      onBlur={leave}
      onKeyDown={onKey}
    >
      {data.running !== null && <Hatching box={box} count={count} index={data.running} />}
      <TimeMarks marks={marks} box={box} count={count} />
      {index >= 0 && <Crosshair box={box} x={bandCentre(box, count, index)} />}
      {drag && drag.from !== drag.to && <Selection box={box} count={count} drag={drag} />}
      {pointer && index >= 0 && (
        <Floating box={box} x={bandCentre(box, count, index)} y={pointer.y}>
          <ChartTooltip
            data={data}
            index={index}
            timeZone={timeZone}
            format={format}
            marked={pointer.line}
            marks={marks.filter((mark) => mark.index === index)}
          />
        </Floating>
      )}
    </div>
  );
}

function lineAt(data: ChartData, index: number, value: number): string | null {
  let height = 0;
  for (const line of data.lines) {
    if (line.look !== 'stacked') continue;
    height += line.points[index] ?? 0;
    if (value >= 0 && value <= height) return line.key;
  }
  return null;
}

function Hatching({ box, count, index }: { box: PlotBox; count: number; index: number }) {
  const left = bandStart(box, count, index);
  const width = bandStart(box, count, index + 1) - left;
  return (
    <div
      aria-hidden
      className="hatched absolute"
      style={{ left, width, top: box.top, height: box.bottom - box.top - 1 }}
    />
  );
}

function Crosshair({ box, x }: { box: PlotBox; x: number }) {
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute w-px bg-text/45"
      style={{ left: x, top: box.top, height: box.bottom - box.top }}
    />
  );
}

function Selection({ box, count, drag }: { box: PlotBox; count: number; drag: { from: number; to: number } }) {
  const left = bandStart(box, count, Math.min(drag.from, drag.to));
  const right = bandStart(box, count, Math.max(drag.from, drag.to) + 1);
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute border-x border-accent bg-accent/15"
      style={{ left, width: right - left, top: box.top, height: box.bottom - box.top }}
    />
  );
}

interface FloatingProps {
  readonly box: PlotBox;
  readonly x: number;
  readonly y: number;
  readonly children: React.ReactNode;
}

/** Narrower charts have no room for a tooltip at either side of the pointer. */
const ROOM_BESIDE = 480;

/** On the side with more room; never under the pointer, which would make it flicker. */
function Floating({ box, x, y, children }: FloatingProps) {
  const onLeft = x > (box.left + box.right) / 2;
  const side = onLeft ? { right: box.width - x + 12 } : { left: x + 12 };
  const beside = { ...side, top: Math.max(0, Math.min(y - 24, box.height - 120)) };
  const above = { left: 8, right: 8, bottom: box.height };
  return (
    <div className="pointer-events-none absolute z-30" style={box.width < ROOM_BESIDE ? above : beside}>
      {children}
    </div>
  );
}
