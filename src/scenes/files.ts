import type { Part } from '../core/message/part.ts'

/** A file that lies in the scratch folder of the attempt. */
export interface SavedFile {
  path: string
  /** As its sender or its server named it. */
  name: string
  type: string
  bytes: number
}

/**
 * What a command does with files. Bytes are fetched when they are asked for, never before the platform is acknowledged.
 */
export interface Files {
  /**
   * The files, pictures, voices and videos that the message is about: its own; else those of the message it quotes;
   * else the last file that its sender sent in this chat within an hour. None: an empty list.
   */
  sent(): Promise<Part[]>
  /**
   * Fetches what a part, or a web address that config allows, stands for into the scratch folder: for what may be
   * large. What it throws when it cannot be had tells the person why; catch it to go on without.
   */
  save(source: Part | URL): Promise<SavedFile>
  /** The same in memory. */
  read(source: Part | URL): Promise<{ bytes: Uint8Array; name: string; type: string }>
  /** A folder of the attempt's own, gone when it ends: by its last word, a crash, or a wait. */
  scratch(): Promise<string>
  /**
   * Keeps a result for download as long as config says. `content`: bytes, a text, or the path of a file in the scratch
   * folder. `part` can be said. `url` opens without a login until the file is gone; undefined where no address is
   * configured under which we are reached. Every call keeps another file.
   */
  keep(
    name: string,
    content: string | Uint8Array | { path: string },
    type?: string,
  ): Promise<{ fileId: string; url?: string; part: Part }>
}
