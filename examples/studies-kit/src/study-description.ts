/** What a study says of itself. */
export interface StudyDescription {
  /** Name of the command, e.g. `report-1`. */
  readonly name: string;
  readonly title: string;
  /** A paragraph: what is trained on what. */
  readonly about: string;
  /** `import.meta.url` of the program; `notes.md` and `peer-times.json` lie a folder above it. */
  readonly program: string;
  /** Runs of each row. Default 5. */
  readonly seeds?: number;
}
