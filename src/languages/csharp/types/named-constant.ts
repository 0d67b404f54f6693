import type { DotnetObject } from '../../dotnet/value.ts'

/** A value that is known by its name alone: `HashAlgorithmName.SHA256`, `RSASignaturePadding.Pkcs1`. */
export class NamedConstant implements DotnetObject {
  readonly typeName: string
  readonly name: string

  constructor(typeName: string, name: string) {
    this.typeName = typeName
    this.name = name
  }

  toString(): string {
    return this.name
  }
}
