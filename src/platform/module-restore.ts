// Survives a crash: modules that were restored, for every project of the person, as files that are written whole.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { request } from 'undici'
import { messageOf, SourceError } from '../base/errors.ts'
import { isJsonObject, parseJson, stringMember, type JsonValue } from '../base/json.ts'
import { loadTemplate } from '../languages/bicep/loader.ts'
import { restoredModule } from '../languages/bicep/registry-module.ts'
import type { DeployOptions } from '../services/resource-manager/deployment.ts'

/** Modules of one template; a file that names more is not read on. */
const moduleCountMax = 200
/** The largest modules have about a megabyte. */
const moduleBytesMax = 16 * 1024 * 1024
const answerTimeoutMs = 30_000

/** The code of a template's fault that `restoreModules` may mend. */
export const moduleMissing = 'BCP190'

const layerType = 'application/vnd.ms.bicep.module.layer.v1+json'

/** Reads a file of a project, or with `~/` one of the home folder; `undefined` when there is none. */
export function readTextFile(path: string, home = homedir()): string | undefined {
  const file = path.startsWith('~/') ? join(home, path.slice(2)) : path
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/**
 * Gets the modules of public registries that a template names and nobody has restored yet, as azd does before a
 * deployment. What cannot be got is told when the template is deployed, at its place.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/modules#public-module-registry
 */
export async function restoreModules(
  options: Pick<DeployOptions, 'file' | 'readFile'>,
  say: (line: string) => void,
  home = homedir(),
): Promise<void> {
  for (let count = 0; count < moduleCountMax; count++) {
    const file = firstMissing(options)
    const module = file === undefined ? undefined : restoredModule(file)
    if (file === undefined || !module) return
    const { registry, path, tag } = module
    say(`restoring ${registry}/${path}:${tag}`)
    try {
      writeWhole(join(home, file.slice(2)), await download(module))
    } catch (error) {
      say(`${registry}/${path}:${tag} was not restored: ${messageOf(error)}`)
      return
    }
  }
}

/** The last file that was looked for in vain before the template was found to lack a module. */
function firstMissing({
  file,
  readFile,
}: Pick<DeployOptions, 'file' | 'readFile'>): string | undefined {
  let missing: string | undefined
  try {
    loadTemplate(file, (path) => {
      const text = readFile(path)
      if (text === undefined) missing = path
      return text
    })
  } catch (error) {
    if (error instanceof SourceError && error.code === moduleMissing) return missing
  }
  return undefined
}

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull */
async function download(module: { registry: string; path: string; tag: string }): Promise<Buffer> {
  const { registry, path, tag } = module
  // As container tools have it, a registry of this machine speaks plain HTTP.
  const scheme = /^localhost(?::|$)/.test(registry) ? 'http' : 'https'
  const base = `${scheme}://${registry}/v2/${path}`
  const manifest = await get(`${base}/manifests/${tag}`)
  const digest = digestOf(parseJson(manifest.toString('utf8')))
  if (digest === undefined) throw new Error('it is not a Bicep module')
  const layer = await get(`${base}/blobs/${digest}`)
  const found = `sha256:${createHash('sha256').update(layer).digest('hex')}`
  if (found !== digest) throw new Error(`it is another than its manifest says (${found})`)
  return layer
}

async function get(url: string): Promise<Buffer> {
  const accept =
    'application/vnd.oci.image.manifest.v1+json, application/octet-stream;q=0.5, */*;q=0.1'
  let address = url
  // Registries send who asks for a layer to where it is stored.
  for (let redirects = 0; redirects < 5; redirects++) {
    const { statusCode, headers, body } = await request(address, {
      headers: { accept },
      headersTimeout: answerTimeoutMs,
      bodyTimeout: answerTimeoutMs,
    })
    const { location } = headers
    if (statusCode >= 300 && statusCode < 400 && typeof location === 'string') {
      await body.dump()
      address = new URL(location, address).href
      continue
    }
    if (statusCode !== 200) {
      await body.dump()
      throw new Error(`${address} answers with ${statusCode}`)
    }
    return readLimited(body)
  }
  throw new Error(`${url} leads nowhere`)
}

async function readLimited(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > moduleBytesMax) throw new Error(`it has more than ${moduleBytesMax} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function digestOf(manifest: JsonValue): string | undefined {
  const layers = isJsonObject(manifest) ? manifest['layers'] : undefined
  if (!Array.isArray(layers)) return undefined
  const layer = layers.find((each) => stringMember(each, 'mediaType') === layerType)
  const digest = stringMember(layer, 'digest')
  return digest !== undefined && /^sha256:[\da-f]{64}$/.test(digest) ? digest : undefined
}

function writeWhole(file: string, content: Buffer): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, content)
  renameSync(`${file}.new`, file)
}
