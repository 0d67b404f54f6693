import type { Outcome } from '../../engines/workflow/action-call.ts'
import { SourceError } from '../../base/errors.ts'
import { DotnetException } from '../../languages/dotnet/exceptions.ts'
import { contentOfText, xmlType } from '../../languages/workflow-expression/content.ts'
import { readJson, writeJson } from '../../languages/workflow-expression/json-text.ts'
import { textOf } from '../../languages/workflow-expression/value-text.ts'
import type { Value, ValueObject } from '../../languages/workflow-expression/value.ts'
import { needsLaterEngine, xsltVersion } from '../../languages/xslt/version.ts'
import type { Artifacts } from './artifacts.ts'
import { failed } from './outcomes.ts'
import { findSaxon } from './saxon.ts'
import type { TransformPool } from './transform-pool.ts'
import type { TransformAnswer } from './transform-request.ts'
import { compileMap } from './transforms.ts'
import { plainText } from './workflow-value.ts'

/** One transformation that an action asks for. */
interface TransformCall {
  readonly map: string
  readonly content: Value
  readonly parameters: ValueObject
  readonly asText: boolean
  readonly signal: AbortSignal
}

/** The XSLT maps of an app: version 1.0 by the platform's own engine, later ones by the package `saxon-js`. */
export class Maps {
  readonly #artifacts: Artifacts
  readonly #pool: TransformPool
  readonly #isLater = new Map<string, boolean>()
  #engine: string | undefined

  constructor(artifacts: Artifacts, pool: TransformPool) {
    this.#artifacts = artifacts
    this.#pool = pool
  }

  has(map: string): boolean {
    return this.#artifacts.has('Maps', map)
  }

  /** Why a map that is there cannot run here; `undefined` for one that can, or that is only wrong. */
  problem(map: string): string | undefined {
    try {
      if (this.#needsLater(map))
        return this.#findEngine() === undefined ? lacksEngine(map) : undefined
      compileMap(this.#artifacts, map)
      return undefined
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      return error.code === 'UnsupportedStylesheet' ? error.message : undefined
    }
  }

  async transform(call: TransformCall): Promise<Outcome> {
    const { map, content, signal } = call
    if (!this.has(map)) {
      const message = `The map '${map}' is not in the folder 'Artifacts/Maps' of the app.`
      return failed('MapNotFound', message, { code: 'NotFound' })
    }
    const input = plainText(content) ?? (this.#takesJson(map) ? writeJson(content) : undefined)
    if (input === undefined)
      return failed('InvalidXml', `The content for the map '${map}' must be XML.`)
    const parameters = Object.fromEntries(
      Object.entries(call.parameters).map(([name, value]) => [name, textOf(value)]),
    )
    return outcomeOf(call, await this.answer({ map, xml: input, parameters, signal }))
  }

  /** What a map that is there makes of a document. */
  answer(request: {
    readonly map: string
    readonly xml: string
    readonly parameters: Readonly<Record<string, string>>
    readonly signal?: AbortSignal
  }): TransformAnswer | Promise<TransformAnswer> {
    const { map: name, xml, parameters, signal } = request
    const { dir, version } = this.#artifacts
    const common = { dir, version, name, parameters }
    if (!this.#takesJson(name))
      return this.#pool.run({ ...common, kind: 'map', input: xml }, signal)
    const engine = this.#findEngine()
    if (engine === undefined) return { code: 'XsltTransformFailed', error: lacksEngine(name) }
    const input = documentOf(xml)
    return this.#pool.run({ ...common, kind: 'later-map', input, engine }, signal)
  }

  /** A map of a later version may also take JSON; one that is no XML is left to the engine to refuse. */
  #takesJson(map: string): boolean {
    try {
      return this.#needsLater(map)
    } catch (error) {
      if (error instanceof SourceError) return false
      throw error
    }
  }

  #needsLater(map: string): boolean {
    const known = this.#isLater.get(map)
    if (known !== undefined) return known
    const version = xsltVersion(this.#artifacts.read('Maps', map) ?? '')
    const isLater = version !== undefined && needsLaterEngine(version)
    this.#isLater.set(map, isLater)
    return isLater
  }

  // It is looked for until it is there: somebody may install it while the platform runs.
  #findEngine(): string | undefined {
    this.#engine ??= findSaxon(this.#artifacts.dir)
    return this.#engine
  }
}

function lacksEngine(map: string): string {
  return `Artifacts/Maps/${map}: XSLT 2.0 and 3.0 need the package 'saxon-js': run 'npm install saxon-js' in the folder of the app.`
}

/** The maps of the Data Mapper read JSON from the text of a document: `json-to-xml(/)`. */
function documentOf(input: string): string {
  if (!/^\s*[{[]/.test(input)) return input
  return `<json>${input.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\r', '&#xD;')}</json>`
}

function outcomeOf(call: TransformCall, answer: TransformAnswer): Outcome {
  if ('error' in answer) {
    const message = `An error occurred while processing the map '${call.map}'. The error details: '${answer.error}'.`
    return failed(answer.code, message)
  }
  const { text, method, mediaType } = answer
  const body = call.asText ? text : bodyOf(text, method, mediaType)
  return { status: 'Succeeded', code: 'OK', outputs: { body } }
}

function bodyOf(text: string, method: string, mediaType: string): Value {
  if (/\bjson\b/.test(mediaType)) return jsonOf(text)
  return method === 'text' || method === 'json' ? text : contentOfText(xmlType, text)
}

function jsonOf(text: string): Value {
  try {
    return readJson(text)
  } catch (error) {
    if (error instanceof DotnetException) return text
    throw error
  }
}
