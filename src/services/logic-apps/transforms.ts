import { messageOf, SourceError } from '../../base/errors.ts'
import { DotnetException } from '../../languages/dotnet/exceptions.ts'
import { decodeFlatFile } from '../../languages/flat-file/decode.ts'
import { encodeFlatFile } from '../../languages/flat-file/encode.ts'
import { FlatFileError } from '../../languages/flat-file/flat-file-error.ts'
import type { FlatFileSchema } from '../../languages/flat-file/flat-file-schema.ts'
import { readFlatFileSchema } from '../../languages/flat-file/read-schema.ts'
import { readJson, writeJson } from '../../languages/workflow-expression/json-text.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import { compileStylesheet, type Stylesheet } from '../../languages/xslt/stylesheet.ts'
import { Artifacts } from './artifacts.ts'
import { compiledAppsMax } from './limits.ts'
import { transformBySaxon } from './saxon.ts'
import { composeBySchema, parseBySchema, SchemaMismatch } from './schema-xml.ts'
import type {
  TransformAnswer,
  TransformFault,
  TransformRequest,
  TransformResult,
} from './transform-request.ts'
import { validateXml } from './validate-xml.ts'
import { readXmlSchema, SchemaNotSupported, type XmlSchema } from './xsd-schema.ts'

/** What is compiled of the files of one app. */
interface CompiledApp {
  readonly version: string
  readonly artifacts: Artifacts
  readonly maps: Map<string, Stylesheet>
  readonly schemas: Map<string, FlatFileSchema>
  readonly xmlSchemas: Map<string, XmlSchema>
}

/** Runs transformations where it is: in the platform's own thread, or in one of the pool. Maps and schemas are compiled once. */
export class Transforms {
  readonly #stepsMax: number | undefined
  readonly #apps = new Map<string, CompiledApp>()

  /** `stepsMax` bounds what maps may take here. */
  constructor(options: { stepsMax?: number } = {}) {
    this.#stepsMax = options.stepsMax
  }

  run(request: TransformRequest): TransformAnswer | Promise<TransformAnswer> {
    const app = this.#app(request)
    const { name, input, kind } = request
    switch (kind) {
      case 'map':
        return guard('XsltTransformFailed', () => this.#map(app, name, request))
      case 'later-map':
        return guard('XsltTransformFailed', () => {
          const stylesheet = app.artifacts.read('Maps', name) ?? ''
          const path = app.artifacts.path('Maps', name) ?? name
          return transformBySaxon(request.engine, { ...request, stylesheet, path })
        })
      case 'decode':
        return guard('FlatFileDecodingFailed', () =>
          xml(decodeFlatFile(input, schemaOf(app, name))),
        )
      case 'encode':
        return guard('FlatFileEncodingFailed', () =>
          text(encodeFlatFile(input, schemaOf(app, name))),
        )
      case 'parse':
        return guard('XmlParseFailed', () =>
          json(parseBySchema(input, xmlSchemaOf(app, name), request.options)),
        )
      case 'compose':
        return guard('XmlComposeFailed', () =>
          xml(composeBySchema(readJson(input), xmlSchemaOf(app, name), request.options)),
        )
      case 'validate':
        return validateXml(input, { name, text: app.artifacts.read('Schemas', name) ?? '' })
    }
  }

  #map(
    app: CompiledApp,
    name: string,
    { input, parameters }: { input: string; parameters: Readonly<Record<string, string>> },
  ): TransformResult {
    const stepsMax = this.#stepsMax
    return mapOf(app, name).transform(input, {
      parameters,
      ...(stepsMax === undefined ? {} : { stepsMax }),
    })
  }

  #app({ dir, version }: TransformRequest): CompiledApp {
    const known = this.#apps.get(dir)
    if (known?.version === version) return known
    const app = {
      version,
      artifacts: new Artifacts(dir),
      maps: new Map<string, Stylesheet>(),
      schemas: new Map<string, FlatFileSchema>(),
      xmlSchemas: new Map<string, XmlSchema>(),
    }
    const [oldest] = this.#apps.keys()
    if (this.#apps.size >= compiledAppsMax && oldest !== undefined) this.#apps.delete(oldest)
    this.#apps.set(dir, app)
    return app
  }
}

function mapOf({ artifacts, maps }: CompiledApp, name: string): Stylesheet {
  const known = maps.get(name)
  if (known) return known
  const map = compileMap(artifacts, name)
  maps.set(name, map)
  return map
}

/** @throws SourceError when the map is no valid one. */
export function compileMap(artifacts: Artifacts, name: string): Stylesheet {
  return compileStylesheet(artifacts.read('Maps', name) ?? '', {
    name,
    readFile: (path: string) => artifacts.read('Maps', path),
  })
}

function schemaOf({ artifacts, schemas }: CompiledApp, name: string): FlatFileSchema {
  const known = schemas.get(name)
  if (known) return known
  const schema = readFlatFileSchema(artifacts.read('Schemas', name) ?? '', name)
  schemas.set(name, schema)
  return schema
}

function xmlSchemaOf({ artifacts, xmlSchemas }: CompiledApp, name: string): XmlSchema {
  const known = xmlSchemas.get(name)
  if (known) return known
  const schema = readXmlSchema(artifacts.read('Schemas', name) ?? '')
  xmlSchemas.set(name, schema)
  return schema
}

function json(value: Value): TransformResult {
  return { text: writeJson(value), method: 'json', mediaType: 'application/json' }
}

function xml(made: string): TransformResult {
  return { text: made, method: 'xml', mediaType: 'application/xml' }
}

function text(made: string): TransformResult {
  return { text: made, method: 'text', mediaType: 'text/plain' }
}

function guard(code: string, work: () => TransformResult): TransformAnswer {
  try {
    const { text: made, method, mediaType } = work()
    return { text: made, method, mediaType }
  } catch (error) {
    return faultOf(code, error)
  }
}

function faultOf(code: string, error: unknown): TransformFault {
  const isKnown =
    error instanceof FlatFileError ||
    error instanceof SchemaMismatch ||
    error instanceof SchemaNotSupported ||
    error instanceof DotnetException
  if (isKnown) return { code, error: error.message }
  if (error instanceof SourceError) {
    const isTooLong = /too many steps|too deeply/.test(error.message)
    return { code, error: error.message, ...(isTooLong ? { isTooLong } : {}) }
  }
  // The package saxon-js tells faults of maps and documents by errors of its own.
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return { code, error: `${error.code}: ${messageOf(error)}` }
  throw error
}
