import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { newUuid } from '../../base/ids.ts'
import { join, parse } from 'node:path'

export type ArtifactKind = 'Maps' | 'Schemas' | 'Rules'

/**
 * The maps, schemas and rules of an app: the files of its folder `Artifacts`.
 * https://learn.microsoft.com/azure/logic-apps/create-maps-data-transformation-visual-studio-code
 */
export class Artifacts {
  /** The folder of the app. */
  readonly dir: string
  /** Another one each time that the files are read again. */
  readonly version = newUuid()
  readonly #dir: string
  readonly #texts = new Map<string, string>()
  readonly #names = new Map<ArtifactKind, readonly string[]>()

  constructor(dir: string) {
    this.dir = dir
    this.#dir = join(dir, 'Artifacts')
  }

  has(kind: ArtifactKind, name: string): boolean {
    return this.path(kind, name) !== undefined
  }

  names(kind: ArtifactKind): readonly string[] {
    const known = this.#names.get(kind)
    if (known) return known
    const dir = join(this.#dir, kind)
    const names = existsSync(dir) ? readdirSync(dir) : []
    this.#names.set(kind, names)
    return names
  }

  /** The text of a file by its name with or without its extension; `undefined` when there is none. */
  read(kind: ArtifactKind, name: string): string | undefined {
    const path = this.path(kind, name)
    if (path === undefined) return undefined
    const known = this.#texts.get(path)
    if (known !== undefined) return known
    const text = decode(readFileSync(path))
    this.#texts.set(path, text)
    return text
  }

  /** The file of an artifact. */
  path(kind: ArtifactKind, name: string): string | undefined {
    const lower = name.toLowerCase()
    const found = this.names(kind).find(
      (file) => file.toLowerCase() === lower || parse(file).name.toLowerCase() === lower,
    )
    return found === undefined ? undefined : join(this.#dir, kind, found)
  }
}

function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le').slice(1)
  return bytes.toString('utf8').replace(/^\uFEFF/, '')
}
