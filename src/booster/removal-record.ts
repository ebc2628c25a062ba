/** The rules of mask removal, each with the masks that it is about (docs/decisions/0002). */
export type RemovalRule = 'redundant' | 'compound' | 'fragment' | 'tiny-child' | 'tiny-island';

/** Why a mask was removed. */
export interface RemovalRecord<Item> {
  readonly removed: Item;
  readonly rule: RemovalRule;
  /** The masks that caused it: the larger twin, the children, the whole, the parent; none for an island. */
  readonly causes: readonly Item[];
  /** The figure that the rule compared with its threshold. */
  readonly ratio: number;
}

/** What a rule says about one mask. */
export type Finding<Item> = Omit<RemovalRecord<Item>, 'rule'>;

/** What mask removal keeps and what it takes out. */
export interface RemovalResult<Item> {
  /** In the order in which they came. */
  readonly kept: readonly Item[];
  readonly removals: readonly RemovalRecord<Item>[];
}
