/** What each command does, in the order of `sam-i-am --help`: known before any command is loaded. */
export const commandSummaries = {
  serve: 'serve predictions to Label Studio',
  segment: 'paint the materials of micrographs: label image, masks, Label Studio task and overlay for each',
  prelabel:
    'predict all tasks of a project that have no prediction of this model version; can be stopped and started at will',
  worker: 'paint what serve and prelabel put into the queue of REDIS_URL; any number, on any machines',
  watch: "write NAME.roi.json for each new micrograph of a folder, for a microscope's control software",
  dataset: 'compile accepted annotations into a training set: images, label PNGs, COCO JSON, manifest',
  models: 'list, fetch, check and add segmentation models',
  doctor: 'find out why predictions do not come, and what to do about it',
  evaluate: 'measure predictions on what people accepted: metrics.json, regions.csv and report.html',
  train: 'learn names and filters from accepted annotations; the profile is used if it is not worse than before',
  profiles: 'what was learned from accepted annotations (see train)',
} as const;

/** The name of a command of `sam-i-am`. */
export type CommandName = keyof typeof commandSummaries;
