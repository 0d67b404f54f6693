import { objectMember, stringMember } from '../../base/json.ts'
import { mapFailed, mapInputInvalid, mapNotFound } from './errors.ts'
import type { ManagementAnswer, ManagementCall } from './management-call.ts'

/** Transforms a document by a map of the app, as the Data Mapper does to test one. */
export async function testMap({ app, names, body }: ManagementCall): Promise<ManagementAnswer> {
  const map = names['map'] ?? ''
  if (!app.maps.has(map)) throw mapNotFound(map)
  const content = stringMember(objectMember(body, 'InputInstanceMessage'), '$content')
  if (content === undefined) throw mapInputInvalid()
  const xml = Buffer.from(content, 'base64').toString('utf8')
  const made = await app.maps.answer({ map, xml, parameters: {} })
  if ('error' in made) throw mapFailed(map, made.error)
  return {
    status: 200,
    body: {
      outputInstance: {
        '$content-type': 'application/xml',
        $content: Buffer.from(made.text).toString('base64'),
      },
    },
  }
}
