import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { drawPicture, type Picture } from './picture.js';
import type { TiledLayer } from './tiled-layer.js';
import { fitted, moved, pixelAt, type Point, type Size, type Viewport, zoomedAt } from './viewport.js';

/** A layer over the picture, and how much of it shows. */
export interface ShownLayer {
  readonly layer: TiledLayer;
  readonly opacity: number;
  /** Shown only right of this share of the pane's width. */
  readonly from?: number;
  /** Shown only left of it. */
  readonly until?: number;
}

/** A picture with layers over it, and what is done with the pointer. */
export interface PaneProps {
  readonly label: string;
  readonly picture: Picture;
  readonly layers: readonly ShownLayer[];
  /** Null: the whole image. */
  readonly view: Viewport | null;
  readonly onView: (view: Viewport | null, pane: Size) => void;
  readonly onHover?: (pixel: Point | null, screen: Point) => void;
  readonly onClick?: (pixel: Point, negative: boolean) => void;
  readonly onClear?: () => void;
  readonly children?: ComponentChildren;
}

/** A drag of fewer pixels is a click. */
const clickReach = 4;
const wheelStep = 1.0015;
const keyStep = 60;
const keyZoom = 1.4;

/** A micrograph with layers over it: wheel, pinch and keys zoom, dragging moves, clicks say what is there. */
export function Pane(props: PaneProps): JSX.Element {
  const { label, picture, layers, view, children } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const shown = view ?? fitted(picture, size);
  useEffect(() => watchSize(canvas.current, setSize), []);
  useEffect(() => {
    const frame = requestAnimationFrame(() => draw(canvas.current, size, picture, layers, shown));
    return () => cancelAnimationFrame(frame);
  });
  const hands = usePointers(props, shown, size);
  useEffect(() => {
    const element = canvas.current;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const at = placeIn(element, event);
      const factor = wheelStep ** -(event.deltaY * (event.deltaMode === 1 ? 30 : 1));
      props.onView(zoomedAt(shown, factor, at, picture, size), size);
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  });
  return (
    <div class={view === null ? 'pane-picture' : 'pane-picture is-zoomed'}>
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={`${label}. Arrow keys move, plus and minus zoom, 0 shows all, Enter clicks the middle, Shift and Enter is a negative click, Escape clears clicks.`}
        onKeyDown={(event) => onKey(event, props, shown, size)}
        {...hands}
      />
      {children}
    </div>
  );
}

function watchSize(element: HTMLCanvasElement | null, onSize: (size: Size) => void): () => void {
  if (element === null) return () => undefined;
  const measure = () => onSize({ width: element.clientWidth, height: element.clientHeight });
  const observer = new ResizeObserver(measure);
  observer.observe(element);
  measure();
  return () => observer.disconnect();
}

function draw(
  canvas: HTMLCanvasElement | null,
  size: Size,
  picture: Picture,
  layers: readonly ShownLayer[],
  view: Viewport,
): void {
  const context = canvas?.getContext('2d');
  if (canvas === null || context === null || context === undefined || size.width === 0) return;
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.globalAlpha = 1;
  context.clearRect(0, 0, size.width, size.height);
  drawPicture(context, picture, view, size, ratio);
  for (const { layer, opacity, from = 0, until = 1 } of layers) {
    context.save();
    context.beginPath();
    context.rect(from * size.width, 0, (until - from) * size.width, size.height);
    context.clip();
    context.globalAlpha = opacity;
    layer.draw(context, view, picture, size, ratio);
    context.restore();
  }
}

function placeIn(element: Element | null, { clientX, clientY }: { clientX: number; clientY: number }): Point {
  const box = element?.getBoundingClientRect();
  return { x: clientX - (box?.left ?? 0), y: clientY - (box?.top ?? 0) };
}

/** One pointer drags or clicks, two pinch. */
function usePointers({ picture, onView, onHover, onClick }: PaneProps, view: Viewport, size: Size) {
  const down = useRef(new Map<number, Point>());
  const travelled = useRef(0);
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const element = event.currentTarget as HTMLCanvasElement;
    element.setPointerCapture(event.pointerId);
    down.current.set(event.pointerId, placeIn(element, event));
    travelled.current = down.current.size > 1 ? Infinity : 0;
  };
  const onPointerMove = (event: PointerEvent) => {
    const at = placeIn(event.currentTarget as Element, event);
    const before = down.current.get(event.pointerId);
    if (before === undefined) {
      onHover?.(pixelAt(view, at, picture), at);
      return;
    }
    const by = { x: at.x - before.x, y: at.y - before.y };
    travelled.current += Math.hypot(by.x, by.y);
    down.current.set(event.pointerId, at);
    const other = [...down.current].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) {
      const factor = Math.hypot(at.x - other.x, at.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y);
      onView(zoomedAt(view, factor, other, picture, size), size);
    } else if (travelled.current > clickReach) onView(moved(view, by, picture, size), size);
  };
  const onPointerUp = (event: PointerEvent) => {
    const at = placeIn(event.currentTarget as Element, event);
    if (!down.current.delete(event.pointerId) || travelled.current > clickReach) return;
    const pixel = pixelAt(view, at, picture);
    if (pixel !== null) onClick?.(pixel, event.shiftKey || event.altKey);
  };
  const onPointerLeave = (event: PointerEvent) => onHover?.(null, placeIn(event.currentTarget as Element, event));
  const onPointerCancel = (event: PointerEvent) => void down.current.delete(event.pointerId);
  return { onPointerDown, onPointerMove, onPointerUp, onPointerLeave, onPointerCancel };
}

function onKey(
  event: KeyboardEvent,
  { picture, onView, onClick, onClear }: PaneProps,
  view: Viewport,
  size: Size,
): void {
  const middle = { x: size.width / 2, y: size.height / 2 };
  const move = (x: number, y: number) => onView(moved(view, { x, y }, picture, size), size);
  const zoom = (factor: number) => onView(zoomedAt(view, factor, middle, picture, size), size);
  const click = () => {
    const pixel = pixelAt(view, middle, picture);
    if (pixel !== null) onClick?.(pixel, event.shiftKey);
  };
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => move(keyStep, 0),
    ArrowRight: () => move(-keyStep, 0),
    ArrowUp: () => move(0, keyStep),
    ArrowDown: () => move(0, -keyStep),
    '+': () => zoom(keyZoom),
    '=': () => zoom(keyZoom),
    '-': () => zoom(1 / keyZoom),
    '0': () => onView(null, size),
    Enter: click,
    ' ': click,
    Escape: () => onClear?.(),
  };
  const action = actions[event.key];
  if (action === undefined || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  action();
}
