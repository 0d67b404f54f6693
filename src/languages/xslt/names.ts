/** The namespace of XSLT. https://www.w3.org/TR/xslt-10/#xslt-namespace */
export const xsltNamespace = 'http://www.w3.org/1999/XSL/Transform'

/** Microsoft's extensions. https://learn.microsoft.com/dotnet/standard/data/xml/xslt-stylesheet-scripting-using-msxsl-script */
export const msxslNamespace = 'urn:schemas-microsoft-com:xslt'

/** EXSLT's common module, and the start of the names of its others. http://exslt.org/ */
export const exslNamespace = 'http://exslt.org/common'

/** A name as a key of maps: `{uri}local`. */
export function nameKey({ uri, local }: { readonly uri: string; readonly local: string }): string {
  return uri === '' ? local : `{${uri}}${local}`
}
