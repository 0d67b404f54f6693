import { element, group, type Xml } from './xml-writer.ts'

/** Tags as lists and answers have them. */
export function tagsElement(tags: Readonly<Record<string, string>>, name: string): Xml {
  const all = Object.entries(tags).map(([key, value]) =>
    group('Tag', [element('Key', key), element('Value', value)]),
  )
  return group(name, [group('TagSet', all)])
}
