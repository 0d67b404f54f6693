import { DotnetException, systemException } from '../../dotnet/exceptions.ts'
import { escapeDataString, escapeUriString, unescapeDataString } from '../../dotnet/uri-escape.ts'
import { Uri, type UriPartial } from '../../dotnet/uri.ts'
import type { Implementation } from '../type-model.ts'
import { char, enumName, given, instance, int, reference, textOrNull } from './guards.ts'

type Members = Record<string, Implementation>

function partial(value: unknown): UriPartial {
  const name = enumName(value)
  return name === 'Scheme' || name === 'Authority' || name === 'Path' ? name : 'Query'
}

/** The members of Uri. */
export function uriMembers(): Members {
  const uri = (value: unknown): Uri => instance(value, Uri)
  return {
    'new(string uriString)': (value) => new Uri(textOrNull(value)),
    'new(Uri baseUri, string relativeUri)': (base, relative) =>
      Uri.resolve(base instanceof Uri ? base : null, textOrNull(relative)),
    'new(Uri baseUri, Uri relativeUri)': (base, relative) =>
      Uri.resolve(base instanceof Uri ? base : null, relative instanceof Uri ? relative : null),
    'static string EscapeDataString(string stringToEscape)': (value) =>
      escapeDataString(textOrNull(value)),
    'static string EscapeUriString(string stringToEscape)': (value) =>
      escapeUriString(textOrNull(value)),
    'static string UnescapeDataString(string stringToUnescape)': (value) =>
      unescapeDataString(textOrNull(value)),
    'static bool IsHexDigit(char character)': (value) => /[\dA-Fa-f]/.test(char(value).text),
    'static bool CheckSchemeName(string schemeName)': (value) =>
      Uri.checkSchemeName(textOrNull(value)),
    'static bool TryCreate(Uri baseUri, string relativeUri, out Uri result)': (
      base,
      relative,
      out,
    ) => tryResolve(base, textOrNull(relative), out),
    'static bool TryCreate(Uri baseUri, Uri relativeUri, out Uri result)': (base, relative, out) =>
      tryResolve(base, relative instanceof Uri ? relative : null, out),
    'static string HexEscape(char character)': (value) =>
      `%${char(value).code.toString(16).toUpperCase().padStart(2, '0')}`,
    'static bool IsHexEncoding(string pattern, int index)': (pattern, index) =>
      /^%[\dA-Fa-f]{2}/.test(given(pattern, 'pattern').slice(int(index))),
    'static int FromHex(char digit)': (value) => {
      const digit = Number.parseInt(char(value).text, 16)
      if (Number.isNaN(digit)) throw systemException('ArgumentException')
      return digit
    },
    'bool IsUnc': (self) => uri(self).isUnc,
    'string IdnHost': (self) => uri(self).dnsSafeHost,
    'bool UserEscaped': () => false,
    'bool IsWellFormedOriginalString()': (self) =>
      Uri.isWellFormed(uri(self).originalString, 'RelativeOrAbsolute'),
    'string ToString()': (self) => uri(self).toString(),
    'bool Equals(object comparand)': (self, other) => uri(self).equals(other),
    'string AbsoluteUri': (self) => uri(self).absoluteUri,
    'string AbsolutePath': (self) => uri(self).absolutePath,
    'string Authority': (self) => uri(self).authority,
    'string DnsSafeHost': (self) => uri(self).dnsSafeHost,
    'string Fragment': (self) => uri(self).fragment,
    'string Host': (self) => uri(self).host,
    'bool IsAbsoluteUri': (self) => uri(self).isAbsoluteUri,
    'bool IsDefaultPort': (self) => uri(self).isDefaultPort,
    'bool IsFile': (self) => uri(self).isFile,
    'bool IsLoopback': (self) => uri(self).isLoopback,
    'string LocalPath': (self) => uri(self).localPath,
    'string OriginalString': (self) => uri(self).originalString,
    'string PathAndQuery': (self) => uri(self).pathAndQuery,
    'int Port': (self) => uri(self).port,
    'string Query': (self) => uri(self).query,
    'string Scheme': (self) => uri(self).scheme,
    'string[] Segments': (self) => uri(self).segments,
    'string UserInfo': (self) => uri(self).userInfo,
    'string GetLeftPart(UriPartial part)': (self, part) => uri(self).getLeftPart(partial(part)),
    'bool IsBaseOf(Uri uri)': (self, other) => uri(self).isBaseOf(uri(other)),
    ...schemes(),
    'static bool operator ==(Uri a, Uri b)': sameUri,
    'static bool operator !=(Uri a, Uri b)': (left, right) => !sameUri(left, right),
  }
}

function sameUri(left: unknown, right: unknown): boolean {
  return left instanceof Uri ? left.equals(right) : left === right
}

function schemes(): Members {
  const names = { Ftp: 'ftp', File: 'file', Http: 'http', Https: 'https', Mailto: 'mailto' }
  const members: Members = { 'static string SchemeDelimiter': () => '://' }
  for (const [name, scheme] of Object.entries(names))
    members[`static string UriScheme${name}`] = () => scheme
  return members
}

function tryResolve(base: unknown, relative: string | Uri | null, out: unknown): boolean {
  try {
    reference(out).value = Uri.resolve(base instanceof Uri ? base : null, relative)
    return true
  } catch (error) {
    if (!(error instanceof DotnetException)) throw error
    reference(out).value = null
    return false
  }
}
