/** Labels that materials can be painted with. */
export interface PaintableLabels<Label> {
  /** In the order in which materials get them, the largest first. */
  readonly labels: readonly Label[];
  /** Whether there is one more for what is none of these. */
  readonly hasUnknown: boolean;
}

/** What is known of the names of an image's materials. */
export interface KnownNames {
  /** One per material, the largest first; null or left out: not known. */
  readonly names: readonly (string | null | undefined)[];
  /** Labels that materials without a name are known not to have. */
  readonly ruledOut: readonly string[];
}

/**
 * The label of each material; undefined where none is left. A material with a name gets that label. The others get the labels that are left, in order,
 * so that without names the largest material gets the first label: first those that they are not known not to have, then, where there is no
 * label for unknown materials, any that is left.
 */
export function assignLabels<Label>(
  { names, ruledOut }: KnownNames,
  { labels, hasUnknown }: PaintableLabels<Label>,
  textOf: (label: Label) => string,
): (Label | undefined)[] {
  const named = names.map((name) => labels.find((label) => textOf(label) === name));
  const left = labels.filter((label) => !named.includes(label));
  const isRuledOut = (label: Label): boolean => ruledOut.includes(textOf(label));
  const free = [...left.filter((label) => !isRuledOut(label)), ...(hasUnknown ? [] : left.filter(isRuledOut))];
  return named.map((label) => label ?? free.shift());
}
