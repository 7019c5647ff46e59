/** Where the drawing stands inside its panel; the layer over it must find the same places without asking recharts. */
export interface PlotBox {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const AXIS_WIDTH = 52;
export const AXIS_HEIGHT = 22;

export function plotBox(width: number, height: number): PlotBox {
  return { width, height, left: AXIS_WIDTH, right: width - 8, top: 8, bottom: height - AXIS_HEIGHT };
}

/** Left edge of a bucket's band. */
export function bandStart(box: PlotBox, count: number, index: number): number {
  return box.left + ((box.right - box.left) * index) / Math.max(count, 1);
}

export const bandCentre = (box: PlotBox, count: number, index: number): number => bandStart(box, count, index + 0.5);

/** The bucket at a horizontal place; places beside the plot belong to its first or last. */
export function bucketAt(box: PlotBox, count: number, x: number): number {
  const share = (x - box.left) / Math.max(box.right - box.left, 1);
  return Math.min(Math.max(Math.floor(share * count), 0), Math.max(count - 1, 0));
}

/** The value at a vertical place, `top` being the value at the upper edge. */
export function valueAt(box: PlotBox, y: number, top: number): number {
  return ((box.bottom - y) / Math.max(box.bottom - box.top, 1)) * top;
}
