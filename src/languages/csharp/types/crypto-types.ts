import { systemException } from '../../dotnet/exceptions.ts'
import { SymmetricAlgorithm, type CipherMode, type PaddingMode } from '../../dotnet/cipher.ts'
import { HashAlgorithm, RandomNumberGenerator, type HashName } from '../../dotnet/hash.ts'
import { Rsa, type EncryptionPadding, type SignaturePadding } from '../../dotnet/rsa.ts'
import {
  declareEnum,
  declareType,
  type Implementation,
  type TypeDeclaration,
} from '../type-model.ts'
import { bytes, enumName, given, instance, int, textOrNull } from './guards.ts'
import { NamedConstant } from './named-constant.ts'

type Members = Record<string, Implementation>

const space = 'System.Security.Cryptography'
const hashNames: readonly HashName[] = ['MD5', 'SHA1', 'SHA256', 'SHA384', 'SHA512']

function hash(value: unknown): HashAlgorithm {
  return instance(value, HashAlgorithm)
}

function cipher(value: unknown): SymmetricAlgorithm {
  return instance(value, SymmetricAlgorithm)
}

function rsa(value: unknown): Rsa {
  return instance(value, Rsa)
}

/** Hashes, MACs, AES, RSA and random bytes. */
export const cryptoTypes: readonly TypeDeclaration[] = [
  declareType(`class ${space}.HashAlgorithm : System.IDisposable`, {
    'static HashAlgorithm Create(string hashName)': (name) =>
      HashAlgorithm.byName(textOrNull(name)),
    'byte[] ComputeHash(byte[] buffer)': (self, value) => hash(self).computeHash(bytes(value)),
    'byte[] ComputeHash(byte[] buffer, int offset, int count)': (self, value, offset, count) =>
      hash(self).computeHash(bytes(value), int(offset), int(count)),
    'byte[] TransformFinalBlock(byte[] inputBuffer, int inputOffset, int inputCount)': (
      self,
      value,
      offset,
      count,
    ) => hash(self).transformFinalBlock(bytes(value), int(offset), int(count)),
    'byte[] Hash': (self) => hash(self).hash,
    'int HashSize': (self) => hash(self).hashSize,
    'void Initialize()': (self) => hash(self).initialize(),
    'void Clear()': (self) => hash(self).dispose(),
  }),
  declareType(`class ${space}.KeyedHashAlgorithm : HashAlgorithm`, keyMembers()),
  declareType(`class ${space}.HMAC : KeyedHashAlgorithm`),
  ...hashNames.flatMap(hashDeclarations),
  ...cipherTypes(),
  ...rsaTypes(),
  declareType(`class ${space}.RNGCryptoServiceProvider : System.IDisposable`, {
    'new()': () => new RandomNumberGenerator(),
    'void GetBytes(byte[] data)': (self, data) =>
      instance(self, RandomNumberGenerator).getBytes(bytes(data, 'data')),
    'void GetNonZeroBytes(byte[] data)': (self, data) =>
      instance(self, RandomNumberGenerator).getNonZeroBytes(bytes(data, 'data')),
  }),
  declareType('static CipherExtensions', {
    'static byte[] Encrypt(this byte[] input, string alg, byte[] key, byte[] iv)': (
      input,
      name,
      key,
      iv,
    ) => named(name, key, iv).encrypt(bytes(input, 'input')),
    'static byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg)': (input, alg) =>
      cipher(alg).encrypt(bytes(input, 'input')),
    'static byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv)': (
      input,
      alg,
      key,
      iv,
    ) => keyed(cipher(alg), key, iv).encrypt(bytes(input, 'input')),
    'static byte[] Decrypt(this byte[] input, string alg, byte[] key, byte[] iv)': (
      input,
      name,
      key,
      iv,
    ) => named(name, key, iv).decrypt(bytes(input, 'input')),
    'static byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg)': (input, alg) =>
      cipher(alg).decrypt(bytes(input, 'input')),
    'static byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv)': (
      input,
      alg,
      key,
      iv,
    ) => keyed(cipher(alg), key, iv).decrypt(bytes(input, 'input')),
  }),
]

function keyMembers(): Members {
  return {
    'byte[] Key': (self) => hash(self).key,
    'set byte[] Key': (self, value) => {
      hash(self).key = bytes(value, 'value')
    },
  }
}

function hashDeclarations(name: HashName): TypeDeclaration[] {
  const declarations = [
    declareType(`class ${space}.${name} : HashAlgorithm`, {
      [`static ${name} Create()`]: () => HashAlgorithm.plain(name),
    }),
    declareType(`class ${space}.HMAC${name} : HMAC`, {
      'new()': () => HashAlgorithm.keyed(name),
      'new(byte[] key)': (key) => HashAlgorithm.keyed(name, bytes(key, 'key')),
    }),
  ]
  if (name !== 'MD5') {
    declarations.push(
      declareType(`class ${space}.${name}Managed : ${name}`, {
        'new()': () => HashAlgorithm.plain(name, `${name}Managed`),
      }),
    )
  }
  return declarations
}

function named(name: unknown, key: unknown, iv: unknown): SymmetricAlgorithm {
  const made = SymmetricAlgorithm.create(given(name, 'alg'))
  if (!made)
    throw systemException('ArgumentException', `The algorithm '${given(name)}' is not known.`)
  return keyed(made, key, iv)
}

function keyed(algorithm: SymmetricAlgorithm, key: unknown, iv: unknown): SymmetricAlgorithm {
  algorithm.key = bytes(key, 'key')
  algorithm.iv = bytes(iv, 'iv')
  return algorithm
}

function modeOf(value: unknown): CipherMode {
  const name = enumName(value)
  if (name === 'CBC' || name === 'ECB' || name === 'CFB') return name
  throw systemException('ArgumentException', `The cipher mode '${name}' is not supported.`)
}

function paddingOf(value: unknown): PaddingMode {
  const name = enumName(value)
  return name === 'None' || name === 'Zeros' || name === 'ANSIX923' || name === 'ISO10126'
    ? name
    : 'PKCS7'
}

function cipherTypes(): TypeDeclaration[] {
  return [
    declareEnum(`${space}.CipherMode`, { CBC: 1, ECB: 2, OFB: 3, CFB: 4, CTS: 5 }),
    declareEnum(`${space}.PaddingMode`, { None: 1, PKCS7: 2, Zeros: 3, ANSIX923: 4, ISO10126: 5 }),
    declareType(`class ${space}.SymmetricAlgorithm : System.IDisposable`, {
      'static SymmetricAlgorithm Create()': () => SymmetricAlgorithm.create(),
      'static SymmetricAlgorithm Create(string algName)': (name) =>
        SymmetricAlgorithm.create(textOrNull(name)),
      'byte[] Key': (self) => cipher(self).key,
      'set byte[] Key': (self, value) => {
        cipher(self).key = bytes(value, 'value')
      },
      'byte[] IV': (self) => cipher(self).iv,
      'set byte[] IV': (self, value) => {
        cipher(self).iv = bytes(value, 'value')
      },
      'int KeySize': (self) => cipher(self).keySize,
      'set int KeySize': (self, value) => {
        cipher(self).keySize = int(value)
      },
      'int BlockSize': (self) => cipher(self).blockSize,
      'set int BlockSize': (self, value) => {
        cipher(self).blockSize = int(value)
      },
      'set CipherMode Mode': (self, value) => {
        cipher(self).mode = modeOf(value)
      },
      'set PaddingMode Padding': (self, value) => {
        cipher(self).padding = paddingOf(value)
      },
      'void GenerateKey()': (self) => cipher(self).generateKey(),
      'void GenerateIV()': (self) => cipher(self).generateIv(),
      'bool ValidKeySize(int bitLength)': (self, bits) => cipher(self).validKeySize(int(bits)),
      'void Clear()': (self) => cipher(self).dispose(),
    }),
  ]
}

function signaturePadding(value: unknown): SignaturePadding {
  return instance(value, NamedConstant).name === 'Pss' ? 'Pss' : 'Pkcs1'
}

function encryptionPadding(value: unknown): EncryptionPadding {
  const { name } = instance(value, NamedConstant)
  return name === 'OaepSHA1' ||
    name === 'OaepSHA256' ||
    name === 'OaepSHA384' ||
    name === 'OaepSHA512'
    ? name
    : 'Pkcs1'
}

function hashName(value: unknown): string {
  return instance(value, NamedConstant).name
}

function constants(type: string, names: readonly string[]): Members {
  const short = type.slice(type.lastIndexOf('.') + 1)
  return Object.fromEntries(
    names.map((name) => {
      const made = new NamedConstant(type, name)
      return [`static ${short} ${name}`, (): NamedConstant => made]
    }),
  )
}

function rsaTypes(): TypeDeclaration[] {
  return [
    declareType(`struct ${space}.HashAlgorithmName`, {
      'new(string name)': (name) =>
        new NamedConstant(`${space}.HashAlgorithmName`, given(name, 'name')),
      'string Name': (self) => instance(self, NamedConstant).name,
      ...constants(`${space}.HashAlgorithmName`, hashNames),
    }),
    declareType(
      `class ${space}.RSASignaturePadding`,
      constants(`${space}.RSASignaturePadding`, ['Pkcs1', 'Pss']),
    ),
    declareType(
      `class ${space}.RSAEncryptionPadding`,
      constants(`${space}.RSAEncryptionPadding`, [
        'Pkcs1',
        'OaepSHA1',
        'OaepSHA256',
        'OaepSHA384',
        'OaepSHA512',
      ]),
    ),
    declareType(`class ${space}.AsymmetricAlgorithm : System.IDisposable`, {
      'int KeySize': (self) => rsa(self).keySize,
      'string SignatureAlgorithm': (self) => rsa(self).signatureAlgorithm,
      'string KeyExchangeAlgorithm': (self) => rsa(self).keyExchangeAlgorithm,
      'void Clear()': (self) => rsa(self).dispose(),
    }),
    declareType(`class ${space}.RSA : AsymmetricAlgorithm`, {
      'static RSA Create()': () => Rsa.create(),
      'static RSA Create(int keySizeInBits)': (bits) => Rsa.create(int(bits)),
      'byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)':
        (self, data, name, padding) =>
          rsa(self).signData(bytes(data, 'data'), hashName(name), signaturePadding(padding)),
      'byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)':
        (self, data, name, padding) =>
          rsa(self).signHash(bytes(data, 'hash'), hashName(name), signaturePadding(padding)),
      'bool VerifyData(byte[] data, byte[] signature, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)':
        (self, data, ...[signature, name, padding]) =>
          rsa(self).verifyData(
            bytes(data, 'data'),
            bytes(signature, 'signature'),
            hashName(name),
            signaturePadding(padding),
          ),
      'byte[] Encrypt(byte[] data, RSAEncryptionPadding padding)': (self, data, padding) =>
        rsa(self).encrypt(bytes(data, 'data'), encryptionPadding(padding)),
      'byte[] Decrypt(byte[] data, RSAEncryptionPadding padding)': (self, data, padding) =>
        rsa(self).decrypt(bytes(data, 'data'), encryptionPadding(padding)),
    }),
  ]
}
