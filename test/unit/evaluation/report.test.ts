import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { maskFromBox } from '../../../src/core/mask.js';
import { agreementNote, changesText } from '../../../src/core/region-changes.js';
import { evaluateCase } from '../../../src/evaluation/evaluate-case.js';
import { regionLines, regionsHeader } from '../../../src/evaluation/regions-csv.js';
import { count, percent, points, seconds } from '../../../src/evaluation/report/figures.js';
import { GalleryPicker, renderGalleryImage } from '../../../src/evaluation/report/gallery.js';
import { html } from '../../../src/evaluation/report/html.js';
import { evaluateFilms, filmCase, filmHalves, filmPieces, reportOf } from '../../support/stage-records.js';

describe('HTML', () => {
  test('escapes what is put in, and joins lists', () => {
    const names = ['<b>', '"&\''];
    const items = names.map((name) => html`<li>${name}</li>`);
    expect(html`${items}${null}${false}${3}`.html).toBe('<li>&lt;b&gt;</li><li>&quot;&amp;&#39;</li>3');
  });
});

test('figures as people write them', () => {
  expect([percent(0.8123), points(0.021), points(-0.0534), points(-0.0001), count(12345), seconds(59.6)]).toEqual([
    '81.2\u00a0%',
    '+2.1',
    '−5.3',
    '0.0',
    '12\u202f345',
    '60 s',
  ]);
  expect([seconds(600), seconds(7200)]).toEqual(['10.0 min', '2.0 h']);
});

describe('the report', () => {
  const evil = '<script>alert(1)</script>';
  const stages = { sam: filmPieces(), removed: filmPieces(), boosted: filmHalves() };
  const evaluation = {
    ...evaluateFilms([0, 1, 2, 3], (index) => ({
      stages,
      difficulty: index < 2 ? (1 as const) : (3 as const),
      ...(index === 0 ? { case: { file: evil } } : {}),
    })),
    problems: [{ id: '9', file: evil, message: 'is damaged', hint: 'Mend it.' }],
  };
  const page = reportOf(evaluation, ['mIoU is too low']);

  test('has no script, no address and nothing unescaped in it', () => {
    expect(page).not.toMatch(/<script|https?:|src="(?!data:)/i);
    expect(page).toContain('&lt;script&gt;alert(1)');
  });

  test('says what each part shows', () => {
    for (const text of [
      'What the booster gains',
      'Distribution',
      'Label confusion',
      'Over time',
      'Annotators',
      'All measures',
    ]) {
      expect(page).toContain(text);
    }
    expect(page).toMatch(/is damaged\. .*Mend it\./);
    expect(page).toContain('mIoU is too low');
  });

  test('names each kind of problem once, with all of its tasks', () => {
    const problems = ['1', '2', '3', '4'].map((id) => ({
      id,
      file: `${id}.png`,
      message: 'is lost',
      hint: 'Find it.',
    }));
    const text = reportOf({
      ...evaluation,
      problems: [...problems, { id: '9', file: '9', message: 'is damaged', hint: 'Mend it.' }],
    });
    expect(text.split('is lost')).toHaveLength(2);
    expect(text).toContain('1.png (#1), 2.png (#2), 3.png (#3), 4.png (#4)');
    expect(text).toContain('<b>9</b>');
    expect(text).toContain('<a href="#problems">5 problems</a>');
  });

  test('names each measure with its meaning', () => {
    for (const name of ['mIoU', 'boundary mFPR', 'weighted mRecall', 'panoptic quality', 'Objective 1']) {
      expect(page).toContain(`<th>${name}</th>`);
    }
  });

  test('shows beside every overlap of what people were shown how much of it they changed', () => {
    expect(page).toContain(agreementNote);
    const changes = changesText(evaluation.regions) ?? '';
    expect(changes).toBe('6 edited, 0 drawn, 0 deleted of 8 regions');
    // Headline, plot and caption by difficulty and by model version, annotators, all measures.
    expect(page.split(changes)).toHaveLength(8);
    expect(page).toContain(
      `What people changed: all: ${changes}; class 1: 2 edited, 0 drawn, 0 deleted of 4 regions; ` +
        `class 3: 4 edited, 0 drawn, 0 deleted of 4 regions.`,
    );
  });

  test('does not call it accuracy where everything was accepted unchanged', () => {
    const agreed = reportOf(evaluateFilms([0, 0, 0]));
    expect(agreed).toContain('0 edited, 0 drawn, 0 deleted of 6 regions');
    expect(agreed).toContain('agreement, not accuracy');
    // Where ids lead nowhere nobody knows what was changed: then nothing is said of it.
    expect(reportOf(evaluateFilms([0], () => ({ case: { isTraced: false } })))).not.toContain('0 edited');
  });

  test('no number in it is none', () => {
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('an evaluation without images is a page that says so', () => {
    const empty = reportOf(evaluateFilms([]));
    expect(empty).toContain('Nothing could be measured');
    expect(empty).not.toMatch(/NaN|undefined/);
  });

  test('annotations alone, without any prediction, are a page too', () => {
    const [annotation] = filmCase('1', 0).annotations;
    const alone = evaluateFilms([0], () => ({
      case: { annotations: [{ ...annotation, prediction: null }], versions: [] },
    }));
    expect(reportOf(alone)).not.toMatch(/NaN|undefined/);
  });
});

describe('the gallery', () => {
  const regions = { accepted: 1, edited: 2, rejected: 3, drawn: 4 };
  test('keeps the worst and the best, each image once', () => {
    const picker = new GalleryPicker();
    for (const mIoU of [0.5, 0.1, 0.9, 0.3, ...Array.from({ length: 30 }, (_, i) => (400 + i) / 1000)]) {
      picker.offer({ evaluated: filmCase(String(mIoU), 0), stage: 'predicted', masks: [], mIoU, regions });
    }
    const { worst, best } = picker.picked();
    expect(worst.map(({ mIoU }) => mIoU)).toEqual([0.1, 0.3, 0.4, 0.401, 0.402, 0.403]);
    expect(best.map(({ mIoU }) => mIoU)).toEqual([0.9, 0.5, 0.429, 0.428, 0.427, 0.426]);
  });

  test('of few images shows none twice', () => {
    const picker = new GalleryPicker();
    for (const mIoU of [0.2, 0.8, 0.5])
      picker.offer({ evaluated: filmCase('x', 0), stage: 'predicted', masks: [], mIoU, regions });
    const { worst, best } = picker.picked();
    expect([worst.length, best.length]).toEqual([2, 1]);
  });

  test('shows differences where they are: a shifted interface is the wrong material', async () => {
    const evaluated = filmCase('1', 4);
    const masks = evaluated.annotations[0].prediction?.regions.map(({ mask }) => mask) ?? [];
    const image = await renderGalleryImage({ evaluated, stage: 'predicted', masks, mIoU: 0.8, regions }, null);
    const bytes = Buffer.from(image.difference.split(',')[1] ?? '', 'base64');
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const colourfulness = (x: number) => {
      const at = 3 * (20 * info.width + x);
      return Math.max(...data.subarray(at, at + 3)) - Math.min(...data.subarray(at, at + 3));
    };
    expect([info.width, info.height]).toEqual([40, 40]);
    expect(colourfulness(22)).toBeGreaterThan(60);
    expect(Math.max(colourfulness(5), colourfulness(35))).toBeLessThan(20);
    expect(image.legend.map(({ label }) => label)).toEqual(['STO', 'Ge']);
  });

  test('takes masks that stand for no material', async () => {
    const small = maskFromBox(40, 40, { x: 0, y: 0, width: 3, height: 3 });
    const candidate = {
      evaluated: filmCase('1', 0),
      stage: 'predicted' as const,
      masks: [small, small, small],
      mIoU: 0,
      regions,
    };
    await expect(renderGalleryImage(candidate, null)).resolves.toMatchObject({ mIoU: 0 });
  });
});

describe('regions.csv', () => {
  test('has a line per ground-truth region with the columns of its header', () => {
    const evaluated = filmCase('1', 4, { file: 'a "film", cut.png' });
    const lines = regionLines(evaluated, evaluateCase(evaluated, { boosted: filmHalves() }, new Map()));
    expect(lines).toHaveLength(2);
    const columns = regionsHeader().trim().split(',');
    const cells = (lines[0] ?? '').replace('"a ""film"", cut.png"', 'film').trim().split(',');
    const row = Object.fromEntries(columns.map((column, index) => [column, cells[index]]));
    expect(cells).toHaveLength(columns.length);
    expect(row).toMatchObject({
      image: '1',
      file: 'film',
      label: 'STO',
      origin: 'edited',
      area_px: '800',
      edited_px: '160',
      predicted_involved: '1',
      boosted_best_iou: '1',
      sam_mean_iou: '',
    });
  });
});
