import { rm } from 'node:fs/promises';

/** Jest's global teardown: stops the server that the setup has started. */
export default async function stopLabelStudio() {
  const data = process.env.SAM_I_AM_LABEL_STUDIO_DATA;
  const pid = Number(/pid=(\d+)/.exec(process.env.SAM_I_AM_LABEL_STUDIO ?? '')?.[1]);
  if (data === undefined) return;
  const isRunning = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  if (isRunning()) process.kill(pid, 'SIGTERM');
  for (let i = 0; i < 300 && isRunning(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
  await rm(data, { recursive: true, force: true });
}
