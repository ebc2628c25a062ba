/** Scores of predicted tasks in a few bytes each, for projects of any size. */
export class ReviewOrder {
  #tasks = new Float64Array(1024);
  #scores = new Float32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(task: number, score: number): void {
    if (this.#size === this.#tasks.length) {
      this.#tasks = grown(this.#tasks, new Float64Array(this.#size * 2));
      this.#scores = grown(this.#scores, new Float32Array(this.#size * 2));
    }
    this.#tasks[this.#size] = task;
    this.#scores[this.#size++] = score;
  }

  /** The least certain first, equally certain ones by id. */
  *sorted(): Generator<{ readonly task: number; readonly score: number }> {
    const [tasks, scores] = [this.#tasks, this.#scores];
    const order = Uint32Array.from({ length: this.#size }, (_, index) => index);
    order.sort((a, b) => Number(scores[a]) - Number(scores[b]) || Number(tasks[a]) - Number(tasks[b]));
    for (const index of order) yield { task: Number(tasks[index]), score: Number(scores[index]) };
  }
}

function grown<Values extends Float64Array | Float32Array>(from: Values, to: Values): Values {
  to.set(from);
  return to;
}
