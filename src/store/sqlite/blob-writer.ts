import type { HoldBlob, PutBlob, ReleaseBlob } from '../blobs.ts'
import type { Connection, Statement } from './connection.ts'
import type { Touched } from './touched.ts'
import { expectThat, type Turn } from './turn.ts'

/**
 * Applies the operations on blobs. A row without holds stays until whoever reads it has ended: the store
 * forgets it later, or at its next start.
 */
export class BlobWriter {
  readonly #touched: Touched
  readonly #insert: Statement<[]>
  readonly #hold: Statement<[]>
  readonly #release: Statement<[]>
  readonly #forget: Statement<[]>

  constructor(connection: Connection, touched: Touched) {
    this.#touched = touched
    this.#insert = connection.prepare(
      'INSERT INTO blobs (id, holds, length, bytes) VALUES (?, 1, ?, ?)',
    )
    this.#hold = connection.prepare('UPDATE blobs SET holds = holds + 1 WHERE id = ? AND holds > 0')
    this.#release = connection.prepare(
      'UPDATE blobs SET holds = holds - 1 WHERE id = ? AND holds > 0',
    )
    this.#forget = connection.prepare('DELETE FROM blobs WHERE id = ? AND holds = 0')
  }

  put({ blob }: PutBlob): undefined {
    this.#insert.run(blob.id, blob.length, blob.bytes ?? null)
  }

  hold({ id }: HoldBlob, turn: Turn): undefined {
    expectThat(this.#hold.run(id) === 1, 'present', turn)
  }

  release({ id }: ReleaseBlob): undefined {
    this.#release.run(id)
    this.#touched.blobs.add(id)
  }

  forget(ids: readonly string[]): undefined {
    for (const id of ids) this.#forget.run(id)
  }
}
