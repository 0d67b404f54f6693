import type { Outcome } from '../../engines/workflow/action-call.ts'
import { contentOfText, xmlType } from '../../languages/workflow-expression/content.ts'
import { textOf } from '../../languages/workflow-expression/value-text.ts'
import type { ValueObject } from '../../languages/workflow-expression/value.ts'
import { compileStylesheet, type Stylesheet } from '../../languages/xslt/stylesheet.ts'
import { SourceError } from '../../base/errors.ts'
import type { Artifacts } from './artifacts.ts'
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
  readonly #compiled = new Map<string, Stylesheet>()

  constructor(artifacts: Artifacts) {
    this.#artifacts = artifacts
  }

  transform(call: TransformCall): Outcome {
    try {
      const map = this.#find(call.map)
      if (!map) {
        const message = `The map '${call.map}' is not in the folder 'Artifacts/Maps' of the app.`
        return failed('MapNotFound', message, { code: 'NotFound' })
      }
      const parameters = Object.fromEntries(
        Object.entries(call.parameters).map(([name, value]) => [name, textOf(value)]),
      )
      const { text, method } = map.transform(call.xml, { parameters })
      const body = call.asText || method === 'text' ? text : contentOfText(xmlType, text)
      return { status: 'Succeeded', code: 'OK', outputs: { body } }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      const message = `An error occurred while processing the map '${call.map}'. The error details: '${error.message}'.`
      return failed('XsltTransformFailed', message)
    }
  }

  #find(name: string): Stylesheet | undefined {
    const known = this.#compiled.get(name)
    if (known) return known
    const text = this.#artifacts.read('Maps', name)
    if (text === undefined) return undefined
    const map = compileStylesheet(text, {
      name,
      readFile: (path: string) => this.#artifacts.read('Maps', path),
    })
    this.#compiled.set(name, map)
    return map
  }
}
