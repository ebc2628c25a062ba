/** An image file as it was fetched: bytes in any supported format, and a name for messages. */
export interface ImageFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes in hex, once somebody has found it out: see painting/image-digest. */
  readonly digest?: string | undefined;
  /** Label Studio's project and task that it belongs to, for the list of jobs. */
  readonly project?: number | undefined;
  readonly task?: number | undefined;
}
