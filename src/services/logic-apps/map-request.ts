import { SourceError } from '../../base/errors.ts'
import type { OutputMethod } from '../../languages/xslt/output-definition.ts'
import { compileStylesheet, type Stylesheet } from '../../languages/xslt/stylesheet.ts'
import type { Artifacts } from './artifacts.ts'
import { WorkerThread } from './worker-thread.ts'

/** A transformation for the thread; `dir` is the folder of the app. */
export interface MapRequest {
  readonly dir: string
  readonly map: string
  readonly xml: string
  readonly parameters: Readonly<Record<string, string>>
}

/** What a map made, or why it made nothing. */
export type MapAnswer =
  | { readonly text: string; readonly method: OutputMethod }
  | { readonly error: string }

/** Transforms large documents. */
export type MapThread = WorkerThread<MapRequest, MapAnswer>

export function openMapThread(): MapThread {
  return new WorkerThread(new URL('./map-worker.js', import.meta.url))
}

/** @throws SourceError when the map is no valid one. */
export function compileMap(artifacts: Artifacts, name: string): Stylesheet {
  return compileStylesheet(artifacts.read('Maps', name) ?? '', {
    name,
    readFile: (path: string) => artifacts.read('Maps', path),
  })
}

/** Transforms `xml`; what is wrong with the map or with `xml` is the answer. */
export function answerOf(
  compile: () => Stylesheet,
  { xml, parameters }: Pick<MapRequest, 'xml' | 'parameters'>,
): MapAnswer {
  try {
    const { text, method } = compile().transform(xml, { parameters })
    return { text, method }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return { error: error.message }
  }
}
