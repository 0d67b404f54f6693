import type { Outcome } from '../../engines/workflow/action-call.ts'
import { contentOfText, xmlType } from '../../languages/workflow-expression/content.ts'
import { textOf } from '../../languages/workflow-expression/value-text.ts'
import type { ValueObject } from '../../languages/workflow-expression/value.ts'
import type { Stylesheet } from '../../languages/xslt/stylesheet.ts'
import type { Artifacts } from './artifacts.ts'
import { xmlCharactersInPlaceMax } from './limits.ts'
import {
  answerOf,
  compileMap,
  type MapAnswer,
  type MapRequest,
  type MapThread,
} from './map-request.ts'
import { failed } from './outcomes.ts'

/** One transformation that an action asks for. */
interface TransformCall {
  readonly map: string
  readonly xml: string
  readonly parameters: ValueObject
  readonly asText: boolean
}

/** The XSLT maps of an app, each compiled once. */
export class Maps {
  readonly #artifacts: Artifacts
  readonly #thread: MapThread
  readonly #compiled = new Map<string, Stylesheet>()

  constructor(artifacts: Artifacts, thread: MapThread) {
    this.#artifacts = artifacts
    this.#thread = thread
  }

  has(map: string): boolean {
    return this.#artifacts.has('Maps', map)
  }

  transform(call: TransformCall): Outcome | Promise<Outcome> {
    const { map, xml } = call
    if (!this.has(map)) {
      const message = `The map '${map}' is not in the folder 'Artifacts/Maps' of the app.`
      return failed('MapNotFound', message, { code: 'NotFound' })
    }
    const parameters = Object.fromEntries(
      Object.entries(call.parameters).map(([name, value]) => [name, textOf(value)]),
    )
    const answer = this.answer({ map, xml, parameters })
    if (answer instanceof Promise) return answer.then((made) => outcomeOf(call, made))
    return outcomeOf(call, answer)
  }

  /** What a map that is there makes of a document. */
  answer(request: Omit<MapRequest, 'dir'>): MapAnswer | Promise<MapAnswer> {
    // A thread starts slowly and copies what it gets: only long work is worth it.
    if (request.xml.length >= xmlCharactersInPlaceMax) {
      return this.#thread.ask({ ...request, dir: this.#artifacts.dir })
    }
    return answerOf(() => this.#compile(request.map), request)
  }

  #compile(name: string): Stylesheet {
    const known = this.#compiled.get(name)
    if (known) return known
    const map = compileMap(this.#artifacts, name)
    this.#compiled.set(name, map)
    return map
  }
}

function outcomeOf(call: TransformCall, answer: MapAnswer): Outcome {
  if ('error' in answer) {
    const message = `An error occurred while processing the map '${call.map}'. The error details: '${answer.error}'.`
    return failed('XsltTransformFailed', message)
  }
  const { text, method } = answer
  const body = call.asText || method === 'text' ? text : contentOfText(xmlType, text)
  return { status: 'Succeeded', code: 'OK', outputs: { body } }
}
