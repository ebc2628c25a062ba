/** Which material a mask shows, by the vote of its samples. */
export interface MaterialVote {
  /** 0, 1, … in no particular order. */
  readonly material: number;
  /** Share of the samples that voted for it, in [0, 1]. */
  readonly margin: number;
}
