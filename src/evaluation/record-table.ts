import { comparableColumns, recordColumns, recordFigures, RecordMeans, type StageRecord } from './measures-record.js';

/**
 * The records of one stage or model version as plain numbers, a quarter of a kilobyte for each image, so that those of ten thousand
 * images need no more than some megabytes. Images are known by their number, and come in ascending order.
 */
export class RecordTable {
  readonly #figures: number[] = [];
  readonly #images: number[] = [];

  add(image: number, record: StageRecord): void {
    this.#images.push(image);
    for (const figure of recordFigures(record)) this.#figures.push(figure);
  }

  /** The mean of all records, or of those of some images; undefined without any. */
  mean(isIn: (image: number) => boolean = () => true): StageRecord | undefined {
    const means = new RecordMeans();
    this.#images.forEach((image, row) => {
      if (isIn(image)) means.addFigures(this.#figures, row * recordColumns);
    });
    return means.mean();
  }

  /** The comparable figures of all images, or of some. */
  comparable(isIn: (image: number) => boolean = () => true): ComparableRows {
    const rows = new ComparableRows();
    this.#images.forEach((image, row) => {
      if (isIn(image)) rows.push(image, (column) => this.#figures[row * recordColumns + column] ?? 0);
    });
    return rows;
  }

  /** What the figures of an image change by from an earlier table to this one, for each image that is in both. */
  changesSince(earlier: RecordTable): ComparableRows {
    const rows = new ComparableRows();
    let before = 0;
    this.#images.forEach((image, row) => {
      while ((earlier.#images[before] ?? Infinity) < image) before++;
      if (earlier.#images[before] !== image) return;
      const [to, from] = [row * recordColumns, before * recordColumns];
      rows.push(image, (column) => (this.#figures[to + column] ?? 0) - (earlier.#figures[from + column] ?? 0));
    });
    return rows;
  }
}

/** Rows of {@link comparableColumns} figures or differences, one for each image, one after the other. */
export class ComparableRows {
  readonly #values: number[] = [];
  readonly #images: number[] = [];

  get count(): number {
    return this.#images.length;
  }

  push(image: number, figure: (column: number) => number): void {
    this.#images.push(image);
    for (let column = 0; column < comparableColumns; column++) this.#values.push(figure(column));
  }

  /** The rows of some images. */
  filter(isIn: (image: number) => boolean): ComparableRows {
    const rows = new ComparableRows();
    this.#images.forEach((image, row) => {
      if (isIn(image)) rows.push(image, (column) => this.#values[row * comparableColumns + column] ?? 0);
    });
    return rows;
  }

  /** The figures of all images in one column. */
  column(column: number): Float64Array {
    return Float64Array.from(this.#images, (_, row) => this.#values[row * comparableColumns + column] ?? 0);
  }

  /** Row by row. */
  values(): Float64Array {
    return Float64Array.from(this.#values);
  }
}
