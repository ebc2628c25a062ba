import { resolve } from 'node:path';
import type { CompleteFrame } from '../app/watch/watch-folder.js';
import type { SamIAmError } from '../core/errors.js';
import { exitStatus, isUnreadable } from './exit-status.js';
import { say, writeJsonLine, writeLine } from './output.js';

/** What is said of the frames of a watched folder, one by one and in the end. */
export class FrameReports {
  readonly #isJson: boolean;
  readonly #targets = new Map<string, string>();
  readonly #counts = { done: 0, before: 0, failed: 0, unreadable: 0, passedOver: 0, givenUp: 0 };

  constructor(isJson: boolean) {
    this.#isJson = isJson;
  }

  /** Whether the result of another file would be written over. */
  isTaken(target: string, name: string): boolean {
    const place = resolve(target);
    const owner = this.#targets.get(place) ?? name;
    this.#targets.set(place, owner);
    return owner !== name;
  }

  done({ path, modifiedMs }: CompleteFrame, roi: string): void {
    this.#counts.done++;
    const afterMs = Math.round(Date.now() - modifiedMs);
    say(`${path}: regions ${(afterMs / 1000).toFixed(2)} s after the file was complete`);
    if (this.#isJson) writeJsonLine({ image: path, ok: true, roi, after_ms: afterMs });
    else writeLine(roi);
  }

  /** It had its regions before this run. */
  before(): void {
    this.#counts.before++;
  }

  fail({ path }: CompleteFrame, { code, message, hint }: SamIAmError): void {
    this.#counts.failed++;
    if (isUnreadable(code)) this.#counts.unreadable++;
    say(`failed: ${path}: ${message}. ${hint}`);
    if (this.#isJson) writeJsonLine({ image: path, ok: false, error: { code, message, hint } });
  }

  /** Newer frames came faster than they could be done. */
  giveUp({ path }: CompleteFrame): void {
    this.#counts.givenUp++;
    say(`given up: ${path}: newer frames came faster than they could be done (--most-waiting)`);
    if (this.#isJson) writeJsonLine({ image: path, ok: false, skipped: true });
  }

  /** A file that is no frame; results of this run are not news. */
  passOver(path: string, why: string): void {
    if (this.#targets.has(resolve(path))) return;
    this.#counts.passedOver++;
    say(`passed over: ${path} (${why})`);
  }

  /** The last lines. */
  sum(isInterrupted: boolean): void {
    if (!isInterrupted && this.status === exitStatus.badUsage)
      say('nothing there is a micrograph: give the folder that holds the frames');
    const { done, before, failed, passedOver, givenUp } = this.#counts;
    const more = [before > 0 ? `, ${before} done before` : '', givenUp > 0 ? `, ${givenUp} given up` : ''].join('');
    say(`${done} done, ${failed} failed, ${passedOver} passed over${more}`);
  }

  /** The exit status of a run that came to its end; 2 where nothing in the folder could be read at all. */
  get status(): number {
    const { done, before, failed, unreadable, givenUp } = this.#counts;
    const isNothingReadable = done + before + givenUp === 0 && failed === unreadable;
    if (isNothingReadable) return exitStatus.badUsage;
    return failed > 0 ? exitStatus.someFailed : exitStatus.done;
  }
}
