/** A file name for an id that came from a request: nothing of it may lead out of the folder. */
export function safeName(id: string): string {
  return (
    encodeURIComponent(id.replace(/\p{Surrogate}/gu, '\uFFFD'))
      .replace(/\./g, '%2E')
      .slice(0, 100) || '_'
  );
}
