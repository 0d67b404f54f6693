import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface PageFile {
  readonly contentType: string
  readonly text: string
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
}

/** Reads the files of the page by their address: `/console.js`. */
export async function readPageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const folder = pageFolder()
  const files = new Map<string, PageFile>()
  for (const name of await readdir(folder)) {
    const contentType = contentTypes[extname(name)]
    if (contentType) {
      files.set(`/${name}`, { contentType, text: await readFile(join(folder, name), 'utf8') })
    }
  }
  return files
}

// The page is not compiled: it stays in the source folder, which lies above the compiled file.
function pageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const candidate = join(folder, 'src/services/monitor/page')
    if (existsSync(candidate)) return candidate
    const parent = dirname(folder)
    if (parent === folder) throw new Error('the files of the console page were not found')
    folder = parent
  }
}
