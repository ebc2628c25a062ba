// A painting process for tests: what it does is in the name of the image.
process.on('message', ({ kind, job }) => {
  if (kind === 'open') process.send({ kind: 'opened', answer: { ok: true, value: null } });
  if (kind === 'cancel') {
    const error = { code: 'cancelled', message: 'withdrawn', hint: '' };
    process.send({ kind: 'painted', answer: { ok: false, error } });
  }
  if (kind !== 'job') return;
  const { name, bytes } = job.image;
  if (name === 'crash') process.kill(process.pid, 'SIGSEGV');
  if (name === 'exit') process.exit(7);
  if (name === 'endless') return;
  const value = { width: process.pid, height: 1, materials: [], warnings: [Buffer.from(bytes).toString()] };
  process.send({ kind: 'painted', answer: { ok: true, value } });
});
process.on('disconnect', () => process.exit());
