import { z } from 'zod';

/** Percent of the image, with room for shapes that reach out of it. */
const percent = z.number().min(-10_000).max(10_000);
const degrees = z.number().min(-36_000).max(36_000).optional();

const polygonSchema = z.object({
  points: z.array(z.tuple([percent, percent])).min(3),
  closed: z.boolean().nullish(),
});
const ellipseSchema = z.object({ x: percent, y: percent, radiusX: percent, radiusY: percent, rotation: degrees });
const rectangleSchema = z.object({ x: percent, y: percent, width: percent, height: percent, rotation: degrees });

/** Shapes that Label Studio stores as an outline. */
export type OutlineKind = 'polygon' | 'ellipse' | 'rectangle';

/** Size of an image in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The outline of a region as x, y, x, y, … in pixels. Label Studio has percent of the image, and turns shapes in pixels: rectangles about their
 * top left corner, ellipses about their centre. Throws a RangeError that says what is missing.
 */
export function outlineOf(kind: OutlineKind, value: unknown, size: ImageSize): Float64Array {
  switch (kind) {
    case 'polygon':
      return polygonOutline(parsed(polygonSchema, value), size);
    case 'ellipse':
      return ellipseOutline(parsed(ellipseSchema, value), size);
    case 'rectangle':
      return rectangleOutline(parsed(rectangleSchema, value), size);
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const { data, error } = schema.safeParse(value);
  if (data !== undefined) return data;
  throw new RangeError(`value.${error?.issues[0]?.path.join('.') ?? ''} is missing or wrong`);
}

function polygonOutline({ points, closed }: z.infer<typeof polygonSchema>, { width, height }: ImageSize): Float64Array {
  if (closed === false) throw new RangeError('its outline is not closed');
  return Float64Array.from(points.flatMap(([x, y]) => [(x / 100) * width, (y / 100) * height]));
}

function rectangleOutline(value: z.infer<typeof rectangleSchema>, { width, height }: ImageSize): Float64Array {
  const [left, top] = [(value.x / 100) * width, (value.y / 100) * height];
  const [across, down] = [(value.width / 100) * width, (value.height / 100) * height];
  const turn = turned(value.rotation);
  const corners = [turn(0, 0), turn(across, 0), turn(across, down), turn(0, down)];
  return Float64Array.from(corners.flatMap(([x, y]) => [left + x, top + y]));
}

/** So many corners that the largest ellipse is right to a twentieth of a pixel. */
const ellipseCorners = 720;

function ellipseOutline(value: z.infer<typeof ellipseSchema>, { width, height }: ImageSize): Float64Array {
  const [centreX, centreY] = [(value.x / 100) * width, (value.y / 100) * height];
  const [radiusX, radiusY] = [(value.radiusX / 100) * width, (value.radiusY / 100) * height];
  const turn = turned(value.rotation);
  const outline = new Float64Array(2 * ellipseCorners);
  for (let i = 0; i < ellipseCorners; i++) {
    const angle = (2 * Math.PI * i) / ellipseCorners;
    const [x, y] = turn(radiusX * Math.cos(angle), radiusY * Math.sin(angle));
    outline[2 * i] = centreX + x;
    outline[2 * i + 1] = centreY + y;
  }
  return outline;
}

/** Turns clockwise, y down. */
function turned(rotation = 0): (x: number, y: number) => readonly [x: number, y: number] {
  const angle = (rotation * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => [x * cosine - y * sine, x * sine + y * cosine];
}
