import type { StoredDocument } from '../documents.ts'
import { pageBytesMax, pageDocumentsMax } from '../limits.ts'
import { toStoredDocument, type DocumentRow } from './document-row.ts'

/** Documents read in one turn of the event loop: as many as asked for, and no more than a page may hold. */
export class DocumentPage {
  readonly #collection: string
  readonly #limit: number
  readonly #documents: StoredDocument[] = []
  #characters = 0

  constructor(collection: string, limit: number) {
    this.#collection = collection
    this.#limit = Math.min(limit, pageDocumentsMax)
  }

  get documents(): readonly StoredDocument[] {
    return this.#documents
  }

  get isFull(): boolean {
    return this.#documents.length >= this.#limit || this.#characters >= pageBytesMax
  }

  add(row: DocumentRow): void {
    const document = toStoredDocument(this.#collection, row)
    this.#documents.push(document)
    this.#characters += document.body.length
  }

  /** Takes rows until it is full. */
  addAll(rows: Iterable<DocumentRow>): void {
    for (const row of rows) {
      this.add(row)
      if (this.isFull) return
    }
  }
}
